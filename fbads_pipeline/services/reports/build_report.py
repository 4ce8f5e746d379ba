"""Builds reports: facts of the marts and of decisions → a report as data, in no language yet."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fbads_pipeline.domain.calendar.messages import coinciding_line
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import Days, Joined, Message, Value, message
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.reports.days import as_of, consecutive_days
from fbads_pipeline.domain.reports.facts import MetricAbout, PeriodFigures, ReportAccount
from fbads_pipeline.domain.reports.highlights import campaign_highlights, event_highlights
from fbads_pipeline.domain.reports.report import Cell, Period, Report, ReportKind, Section, period_of
from fbads_pipeline.domain.reports.sums import added, without
from fbads_pipeline.domain.reports.tables import (
    account_row,
    account_table,
    anomaly_table,
    best_and_worst,
    campaign_table,
    charts,
    day_table,
    figures,
    hit_rate_table,
    suggestion_table,
)
from fbads_pipeline.domain.reports.targets import target_table
from fbads_pipeline.domain.reports.unreported import coverage_warnings, is_wholly_unread, together, unread_days
from fbads_pipeline.ports.calendar import CalendarEvents
from fbads_pipeline.ports.reports import ReportFacts

METRICS = ("spend", "impressions", "clicks", "ctr", "cpm", "conversions", "cpa", "purchase_value", "roas")

# What accounts with different goals cannot be compared by.
_OF_GOAL = frozenset({"conversions", "cpa"})
_MOST_NAMED = 3
_NOT_COMPARED = PeriodFigures({}, (), (), None)


@dataclass(frozen=True)
class ReportBuilder:
    """What a report is built from. about: metric → label and unit; windows: of attribution, as the settings say."""

    facts: ReportFacts
    about: Mapping[str, MetricAbout]
    windows: Sequence[str]
    calendar: CalendarEvents | None = None

    def of_account(self, kind: ReportKind, account: ReportAccount, *, on: date | None = None) -> Report:
        """One account's report. on: the account-local day on which it is made, today without it."""
        period = period_of(kind, on or account.today)
        now = self.facts.figures(account.account_id, period, METRICS)
        section = self._account_section(account, period, now)
        name = f"{kind}_{account.account_id}_{period.last}"
        return _report(kind, name, period, [section], as_of(now.as_of, [account]))

    def of_all(self, accounts: Sequence[ReportAccount], *, on: date | None = None, are_chosen: bool = False) -> Report:
        """The executive report: one section per currency, with its accounts; amounts of two are never added.

        are_chosen: not all that there are; its files then carry their ids, and never replace those of the whole.
        """
        groups: dict[str, list[ReportAccount]] = {}
        for one in accounts:
            groups.setdefault(one.currency, []).append(one)
        period = period_of("executive", on or min(one.today for one in accounts))
        newest: list[datetime | None] = []
        sections = [self._currency_section(currency, group, period, newest) for currency, group in groups.items()]
        known = max((one for one in newest if one is not None), default=None)
        name = "_".join(["executive", *(_ids(accounts) if are_chosen else ()), str(period.last)])
        return _report("executive", name, period, sections, as_of(known, accounts))

    def _account_section(self, account: ReportAccount, period: Period, now: PeriodFigures) -> Section:
        coverage, earlier = self._coverage(account, period)
        before = self._before(account, period, coverage, earlier)
        if account.has_several_goals:
            now, before = without(now, _OF_GOAL), without(before, _OF_GOAL)
        currency, has_figures = account.currency, bool(now.campaigns)
        unread = unread_days(coverage)
        days = day_table(now, self.about, currency, unread)
        tables = [
            *(best_and_worst(now, self.about, currency) if has_figures and not account.has_several_goals else ()),
            anomaly_table(self.facts.anomalies(account.account_id, period), account, is_read=coverage.is_complete),
            suggestion_table(self.facts.suggestions(account.account_id, period)),
            target_table(now, currency, is_read=coverage.is_complete),
            hit_rate_table(self.facts.hit_rates(account.account_id)),
            *([days] if period.days > 1 and has_figures else []),
            campaign_table(now, before, self.about, currency),
        ]
        return Section(
            title=plain_name(account.name, account.account_id),
            subtitle=Joined((account.account_id, currency, Days(period.first, period.last)), " · "),
            figures=figures(now, before, self.about, currency) if has_figures else [],
            charts=charts(now, before, period, currency, unread_days(coverage))
            if has_figures and period.days > 1
            else [],
            tables=[one for one in tables if one.rows or one.empty],
            notes=[*_without_figures(has_figures, coverage), *self._notes(account, period, now)],
            warnings=coverage_warnings(coverage, earlier),
        )

    def _coverage(self, account: ReportAccount, period: Period) -> tuple[Coverage, Coverage]:
        """Of the period, and of the one before it."""
        return self.facts.coverage(account, period), self.facts.coverage(account, period.before)

    def _before(self, account: ReportAccount, period: Period, coverage: Coverage, earlier: Coverage) -> PeriodFigures:
        """What the period is compared with; nothing where days of either were not read."""
        if coverage.is_complete and earlier.is_complete:
            return self.facts.figures(account.account_id, period.before, METRICS)
        return _NOT_COMPARED

    def _notes(self, account: ReportAccount, period: Period, now: PeriodFigures) -> list[Value]:
        windows = ", ".join(self.windows)
        notes: list[Value] = [
            *_provisional_notes(now),
            message("reports.note.attribution", goal=account.goal, windows=windows, zone=account.timezone_name),
            message("reports.note.ratios"),
            _tax_note(account.currency),
        ]
        if account.has_several_goals:
            notes.append(message("reports.note.several_goals"))
        elif now.campaigns:
            notes.append(message("reports.note.ranking"))
        if self.calendar is not None:
            events = self.calendar.between(account.account_id, period.first, period.last)
            if events:
                notes.append(coinciding_line(events))
        return notes

    def _currency_section(
        self, currency: str, accounts: Sequence[ReportAccount], period: Period, newest: list[datetime | None]
    ) -> Section:
        """Accounts of one currency; of a single one the table would repeat the figures above it."""
        rows: list[Sequence[Cell]] = []
        whole: list[tuple[PeriodFigures, PeriodFigures]] = []
        coverages = [self._coverage(one, period) for one in accounts]
        coverage, earlier = (together(part) for part in zip(*coverages, strict=True))
        for one, (of_now, of_before) in zip(accounts, coverages, strict=True):
            now = self.facts.figures(one.account_id, period, METRICS)
            before = self._before(one, period, of_now, of_before)
            if one.has_several_goals:
                now, before = without(now, _OF_GOAL), without(before, _OF_GOAL)
            newest.append(now.as_of)
            whole.append((now, before))
            rows.append(account_row(one, now, before, self.about))
        goals = sorted({one.goal for one in accounts})
        has_one_goal = len(goals) == 1 and not any(one.has_several_goals for one in accounts)
        comparable = METRICS if has_one_goal else tuple(name for name in METRICS if name not in _OF_GOAL)
        now, before = (added(part, comparable) for part in zip(*whole, strict=True))
        if not (coverage.is_complete and earlier.is_complete):
            before = _NOT_COMPARED
        has_figures = any(one.campaigns for one, _ in whole)
        notes = [
            *_without_figures(has_figures, coverage),
            *_goal_notes(accounts, goals),
            *_provisional_notes(now)[:1],
            _tax_note(currency),
        ]
        return Section(
            title=currency,
            subtitle=Joined((_who(accounts), Days(period.first, period.last)), " · "),
            figures=figures(now, before, self.about, currency) if has_figures else [],
            charts=charts(now, before, period, currency)[:2] if has_figures else [],
            tables=[account_table(rows, self.about, currency)] if len(accounts) > 1 else [],
            notes=notes,
            highlights=self._highlights(accounts, whole, period, is_read=coverage.is_complete) if has_figures else [],
            warnings=coverage_warnings(coverage, earlier),
        )

    def _highlights(
        self,
        accounts: Sequence[ReportAccount],
        whole: Sequence[tuple[PeriodFigures, PeriodFigures]],
        period: Period,
        *,
        is_read: bool,
    ) -> list[Value]:
        """Campaigns are compared only among accounts that count the same conversions."""
        currency, ids = accounts[0].currency, [one.account_id for one in accounts]
        campaigns = [campaign for now, _ in whole for campaign in now.campaigns]
        is_comparable = len({one.goal for one in accounts}) == 1 and not any(one.has_several_goals for one in accounts)
        return [
            *(campaign_highlights(campaigns, currency) if is_comparable else []),
            *event_highlights(
                [found for one in ids for found in self.facts.anomalies(one, period)],
                [made for one in ids for made in self.facts.suggestions(one, period)],
                currency,
                is_read=is_read,
            ),
        ]


def _goal_notes(accounts: Sequence[ReportAccount], goals: Sequence[str]) -> list[Message]:
    """Why conversions are not added, where accounts or their campaigns have several goals."""
    notes = [] if len(goals) == 1 else [message("reports.note.goals_differ", goals=", ".join(goals))]
    if any(one.has_several_goals for one in accounts):
        notes.append(message("reports.note.several_goals"))
    return notes


def _provisional_notes(now: PeriodFigures) -> list[Message]:
    """Which days can still change, consecutive ones as one, and why a fall may be mere delay."""
    days = consecutive_days([one.day for one in now.days if one.is_provisional])
    if not days.parts:
        return []
    return [message("reports.note.provisional_days", days=days), message("reports.note.late_conversions")]


def _without_figures(has_figures: bool, coverage: Coverage) -> list[Message]:
    """Why there is no figure: nothing was read, or nothing was delivered on the days that were."""
    if has_figures:
        return []
    if is_wholly_unread(coverage) and coverage.not_collected:
        return [message("coverage.level_not_collected", level=coverage.not_collected)]
    return [message("reports.note.nothing_read" if is_wholly_unread(coverage) else "reports.note.no_data")]


def _tax_note(currency: str) -> Message:
    """Amounts are net. Brazil's taxes are in the invoice since 2026-01-01, and in no figure of the Marketing API."""
    return message("reports.note.net_amounts_brl" if currency == "BRL" else "reports.note.net_amounts")


def _who(accounts: Sequence[ReportAccount]) -> Value:
    if len(accounts) == 1:
        return plain_name(accounts[0].name, accounts[0].account_id)
    return message("reports.account_count", count=len(accounts))


def _ids(accounts: Sequence[ReportAccount]) -> list[str]:
    """Their ids, as far as a file's name holds them; a digest of many."""
    ids = [one.account_id for one in accounts]
    if len(ids) <= _MOST_NAMED:
        return ids
    return [f"{len(ids)}accounts", hashlib.sha256(",".join(ids).encode()).hexdigest()[:8]]


def _report(kind: ReportKind, name: str, period: Period, sections: Sequence[Section], read: Value) -> Report:
    title = message(f"reports.title.{kind}", days=Days(period.first, period.last))
    return Report(kind, name, title, period, sections, read)
