"""What stands under a report: what is left out, what still moves, how figures are counted."""

from collections.abc import Sequence

from fbads_pipeline.domain.core.messages import Message, Value, message
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.reports.days import consecutive_days
from fbads_pipeline.domain.reports.facts import PeriodFigures, ReportAccount
from fbads_pipeline.domain.reports.unreported import is_wholly_unread

_GOALS = {"purchase": "purchases", "lead": "leads"}
_WINDOWS = frozenset({"1d_click", "7d_click", "28d_click", "1d_view", "7d_view"})


def goal_name(family: str) -> Value:
    """A family of conversions as the catalogue of metrics calls it; one without a metric as the settings name it."""
    return message(f"metrics.{_GOALS[family]}") if family in _GOALS else family


def window_name(name: str) -> Value:
    """An attribution window as people read it; one that we do not know as Meta writes it."""
    return message(f"reports.window.{name}") if name in _WINDOWS else name


def goal_notes(accounts: Sequence[ReportAccount], goals: Sequence[str]) -> list[Message]:
    """Why conversions are not added, where accounts or their campaigns have several goals."""
    notes = [] if len(goals) == 1 else [message("reports.note.goals_differ", goals=", ".join(goals))]
    if any(one.has_several_goals for one in accounts):
        notes.append(message("reports.note.several_goals"))
    return notes


def provisional_notes(now: PeriodFigures) -> list[Message]:
    """Which days can still change, consecutive ones as one, and why a fall may be mere delay."""
    days = consecutive_days([one.day for one in now.days if one.is_provisional])
    if not days.parts:
        return []
    return [message("reports.note.provisional_days", days=days), message("reports.note.late_conversions")]


def without_figures(has_figures: bool, coverage: Coverage) -> list[Message]:
    """Why there is no figure: nothing was read, or nothing was delivered on the days that were."""
    if has_figures:
        return []
    if is_wholly_unread(coverage) and coverage.not_collected:
        return [message("coverage.level_not_collected", level=coverage.not_collected)]
    return [message("reports.note.nothing_read" if is_wholly_unread(coverage) else "reports.note.no_data")]


def tax_note(currency: str) -> Message:
    """Amounts are net. Brazil's taxes are in the invoice since 2026-01-01, and in no figure of the Marketing API."""
    return message("reports.note.net_amounts_brl" if currency == "BRL" else "reports.note.net_amounts")
