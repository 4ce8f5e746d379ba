"""Reports: facts of the marts and of what was decided → a report as data, for whoever draws it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fbads_pipeline.domain.calendar_words import coinciding_line
from fbads_pipeline.domain.report_facts import MetricAbout, PeriodFigures, ReportAccount
from fbads_pipeline.domain.report_sums import added
from fbads_pipeline.domain.report_tables import (
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
from fbads_pipeline.domain.report_words import LABELS, TITLES, WORDS
from fbads_pipeline.domain.reports import Period, Report, ReportKind, Section, Value, period_of
from fbads_pipeline.domain.words import Language, day, days, plain_name
from fbads_pipeline.ports import CalendarEvents, ReportFacts

METRICS = ("spend", "impressions", "clicks", "ctr", "cpm", "conversions", "cpa", "purchase_value", "roas")

# What accounts with other goals cannot be compared by.
_OF_GOAL = frozenset({"conversions", "cpa"})


@dataclass(frozen=True)
class ReportMaker:
    """What a report is made with. about: metric → labels and unit; windows: of attribution, as the settings say."""

    facts: ReportFacts
    about: Mapping[str, MetricAbout]
    windows: Sequence[str]
    calendar: CalendarEvents | None = None

    def of_account(
        self, kind: ReportKind, account: ReportAccount, language: Language, *, on: date | None = None
    ) -> Report:
        """One account's report. on: the account-local day on which it is made, today without it."""
        period = period_of(kind, on or account.today)
        now = self.facts.figures(account.account_id, period, METRICS)
        section = self._section(account, period, now, language)
        return _report(kind, language, f"{kind}_{account.account_id}_{period.last}", period, [section], [now.as_of])

    def of_all(self, accounts: Sequence[ReportAccount], language: Language, *, on: date | None = None) -> Report:
        """The executive report: one section per currency, with its accounts; amounts of two are never added."""
        groups: dict[str, list[ReportAccount]] = {}
        for one in accounts:
            groups.setdefault(one.currency, []).append(one)
        period = period_of("executive", on or min(one.today for one in accounts))
        newest: list[datetime | None] = []
        sections = [self._currency(currency, group, period, language, newest) for currency, group in groups.items()]
        return _report("executive", language, f"executive_{period.last}", period, sections, newest)

    def _section(self, account: ReportAccount, period: Period, now: PeriodFigures, language: Language) -> Section:
        before = self.facts.figures(account.account_id, period.before, METRICS)
        word, currency = WORDS[language], account.currency
        best, worst = best_and_worst(now, self.about, currency, language)
        has_figures = bool(now.campaigns)
        tables = [
            *([best, worst] if has_figures else []),
            anomaly_table(self.facts.anomalies(account.account_id, period), currency, language),
            suggestion_table(self.facts.suggestions(account.account_id, period), language),
            hit_rate_table(self.facts.hit_rates(), language),
            *([day_table(now, self.about, currency, language)] if period.days > 1 and has_figures else []),
            campaign_table(now, before, self.about, currency, language),
        ]
        return Section(
            title=plain_name(account.name, account.account_id),
            subtitle=f"{account.account_id} · {currency} · {days(period.first, period.last, language)}",
            figures=figures(now, before, self.about, currency, language) if has_figures else [],
            charts=charts(now, before, period, currency, language) if has_figures and period.days > 1 else [],
            tables=[one for one in tables if one.rows or one.empty],
            notes=[*([] if has_figures else [word["no_data"]]), *self._notes(account, period, now, language)],
        )

    def _notes(self, account: ReportAccount, period: Period, now: PeriodFigures, language: Language) -> list[str]:
        word = WORDS[language]
        notes = [
            word["attribution"].format(goal=account.goal, windows=", ".join(self.windows), zone=account.timezone_name),
            word["ratios"],
        ]
        if now.campaigns:
            notes.append(word["share"])
        provisional = [day(one.day, language) for one in now.days if one.is_provisional]
        if provisional:
            notes.insert(0, word["provisional_days"].format(days=", ".join(provisional)))
        if self.calendar is not None:
            line = coinciding_line(self.calendar.between(account.account_id, period.first, period.last), language)
            notes += [line] if line else []
        return notes

    def _currency(
        self,
        currency: str,
        accounts: Sequence[ReportAccount],
        period: Period,
        language: Language,
        newest: list[datetime | None],
    ) -> Section:
        rows: list[Sequence[Value]] = []
        whole: list[tuple[PeriodFigures, PeriodFigures]] = []
        for one in accounts:
            now = self.facts.figures(one.account_id, period, METRICS)
            before = self.facts.figures(one.account_id, period.before, METRICS)
            newest.append(now.as_of)
            whole.append((now, before))
            rows.append(account_row(one, now, before))
        word = WORDS[language]
        goals = sorted({one.goal for one in accounts})
        comparable = METRICS if len(goals) == 1 else tuple(name for name in METRICS if name not in _OF_GOAL)
        now, before = (added(part, comparable) for part in zip(*whole, strict=True))
        notes = [] if len(goals) == 1 else [word["goals_differ"].format(goals=", ".join(goals))]
        has_figures = any(one.campaigns for one, _ in whole)
        counted = word["account" if len(accounts) == 1 else "accounts"]
        return Section(
            title=currency,
            subtitle=f"{len(accounts)} {counted.lower()} · {days(period.first, period.last, language)}",
            figures=figures(now, before, self.about, currency, language) if has_figures else [],
            charts=charts(now, before, period, currency, language)[:2] if has_figures else [],
            tables=[account_table(rows, self.about, currency, language)],
            notes=[*([] if has_figures else [word["no_data"]]), *notes, word["ratios"]],
        )


def _report(
    kind: ReportKind,
    language: Language,
    name: str,
    period: Period,
    sections: Sequence[Section],
    newest: Sequence[datetime | None],
) -> Report:
    known = [one for one in newest if one is not None]
    as_of = f"{max(known):%Y-%m-%d %H:%M} UTC" if known else LABELS[language].no_value
    title = f"{TITLES[language][kind]}, {days(period.first, period.last, language)}"
    return Report(kind, language, f"{name}_{language}", title, period, sections, as_of, LABELS[language])
