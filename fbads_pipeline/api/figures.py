"""Rows of figures as the API shows them: each with its value or why it has none, compared only where it may be."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.api.schemas.analytics import Compared, Pace, Part, Point
from fbads_pipeline.api.schemas.coverage import states_of
from fbads_pipeline.api.schemas.resources import Insight
from fbads_pipeline.domain.metrics.coverage import AccountDays
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.states import FigureState, Known, known_figure, with_parts

_OF_TODAY = ("spent_today", "projected_today", "pacing_today")
_FORECASTS = ("projected_month", "pacing_month")


def known_figures(row: Row, metrics: Sequence[str], days: AccountDays, suffix: str = "") -> dict[str, Known]:
    """Metric → value and state. row: as AnalyticsReader gives it, `<metric><suffix>` and `rows<suffix>`."""
    found = None
    if row[f"rows{suffix}"]:
        found = {name: row[f"{name}{suffix}"] for name in _parts(tuple(metrics))}
    several = bool(row.get("has_several_goals"))
    return {
        name: known_figure(METRICS[name], found, is_read=days.is_read, has_several_goals=several) for name in metrics
    }


@cache
def _parts(metrics: tuple[str, ...]) -> list[str]:
    return with_parts(metrics, METRICS)


def compared(row: Row, metrics: Sequence[str], now: AccountDays, before: AccountDays) -> dict[str, Any]:
    """`figures` of two periods with their states, and why they are not compared, for a schema that has these fields."""
    here, there = known_figures(row, metrics, now), known_figures(row, metrics, before, "_before")
    is_comparable = now.is_complete and before.is_complete
    return {
        "figures": {name: _compared(here[name][0], there[name][0], is_comparable) for name in metrics},
        "states": states_of(here),
        "states_before": states_of(there),
        "no_comparison": None if is_comparable else "days_not_read",
    }


def points(metric: str, days: AccountDays, rows: Mapping[date, Row]) -> list[Point]:
    """Every day of the account's period that has come, oldest first: with rows, without delivery, or not read."""
    return [_point(metric, day, rows.get(day), is_read=day not in days.unread) for day in days.days or ()]


def part(metric: str, fields: Sequence[str], row: Row) -> Part:
    """One part of a breakdown; it has rows, or it would not be there."""
    several = bool(row.get("has_several_goals"))
    value, state = known_figure(METRICS[metric], row, is_read=True, has_several_goals=several)
    return Part(
        part={name: row[name] for name in fields},
        account_id=row["account_id"],
        currency=row["currency"],
        value=value,
        state=state,
        spend=row["spend"],
    )


def pace(row: Row, days: AccountDays | None) -> Pace:
    """A budget's pace. Without a reading of today there is none of today, and without all of the month's no forecast.

    days: of this month until today; None for an account without a period.
    """
    unread = frozenset() if days is None else days.unread
    states: dict[str, FigureState] = {}
    if row["local_day"] in unread:
        states |= dict.fromkeys(_OF_TODAY, "not_read")
    if unread:
        states |= {**dict.fromkeys(_FORECASTS, "not_read"), "spent_month": "incomplete"}
    hidden = {name: None for name, state in states.items() if state == "not_read"}
    return Pace(**{**row, **hidden}, states=states)


def insight(day: date, row: Row | None, days: AccountDays, currency: str | None) -> Insight:
    """One day of a campaign. row: of marts.campaign_daily, None where it has none."""
    is_read = day not in days.unread
    known = {name: known_figure(metric, row, is_read=is_read) for name, metric in METRICS.items()}
    state: FigureState = "measured" if is_read else "not_read" if row is None else "incomplete"
    of_row = {name: None if row is None else row[name] for name in ("final_on", "is_provisional", "collected_at")}
    return Insight(
        day=day,
        currency=currency if row is None else row["currency"],
        state=state,
        states={} if state == "not_read" else states_of(known),
        **of_row,
        **{name: value for name, (value, _) in known.items()},
    )


def _point(metric: str, day: date, row: Row | None, *, is_read: bool) -> Point:
    several = row is not None and bool(row.get("has_several_goals"))
    value, state = known_figure(METRICS[metric], row, is_read=is_read, has_several_goals=several)
    if row is not None and state == "measured" and not is_read:
        state = "incomplete"
    return Point(day=day, value=value, state=state, is_provisional=None if row is None else row["is_provisional"])


def _compared(value: Decimal | None, before: Decimal | None, is_comparable: bool) -> Compared:
    change = None if value is None or not before or not is_comparable else round(value / before - 1, 6)
    return Compared(value=value, before=before, change=change)


def by_account(accounts: Sequence[AccountDays]) -> dict[str, AccountDays]:
    """Account id → its days."""
    return {one.account_id: one for one in accounts}
