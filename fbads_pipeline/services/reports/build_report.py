"""Reports: facts of the marts and of what was decided → a report as data, for whoever draws it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fbads_pipeline.domain.calendar.messages import coinciding_line
from fbads_pipeline.domain.core.formatting import Language, days, plain_name
from fbads_pipeline.domain.reports.days import as_of, stretches
from fbads_pipeline.domain.reports.facts import MetricAbout, PeriodFigures, ReportAccount
from fbads_pipeline.domain.reports.highlights import campaign_highlights, event_highlights
from fbads_pipeline.domain.reports.labels import LABELS, TITLES, WORDS
from fbads_pipeline.domain.reports.report import Period, Report, ReportKind, Section, Value, period_of
from fbads_pipeline.domain.reports.sums import added
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
from fbads_pipeline.ports.calendar import CalendarEvents
from fbads_pipeline.ports.reports import ReportFacts

METRICS = ("spend", "impressions", "clicks", "ctr", "cpm", "conversions", "cpa", "purchase_value", "roas")

# What accounts with other goals cannot be compared by.
_OF_GOAL = frozenset({"conversions", "cpa"})
_MOST_NAMED = 3


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
        name = f"{kind}_{account.account_id}_{period.last}"
        return _report(kind, language, name, period, [section], as_of(now.as_of, [account], language))

    def of_all(
        self, accounts: Sequence[ReportAccount], language: Language, *, on: date | None = None, are_chosen: bool = False
    ) -> Report:
        """The executive report: one section per currency, with its accounts; amounts of two are never added.

        are_chosen: not all that there are; its files then carry their ids, and never take the place of the whole's.
        """
        groups: dict[str, list[ReportAccount]] = {}
        for one in accounts:
            groups.setdefault(one.currency, []).append(one)
        period = period_of("executive", on or min(one.today for one in accounts))
        newest: list[datetime | None] = []
        sections = [self._currency(currency, group, period, language, newest) for currency, group in groups.items()]
        known = max((one for one in newest if one is not None), default=None)
        name = "_".join(["executive", *(_ids(accounts) if are_chosen else ()), str(period.last)])
        return _report("executive", language, name, period, sections, as_of(known, accounts, language))

    def _section(self, account: ReportAccount, period: Period, now: PeriodFigures, language: Language) -> Section:
        before = self.facts.figures(account.account_id, period.before, METRICS)
        word, currency = WORDS[language], account.currency
        best, worst = best_and_worst(now, self.about, currency, language)
        has_figures = bool(now.campaigns)
        tables = [
            *([best, worst] if has_figures else []),
            anomaly_table(self.facts.anomalies(account.account_id, period), currency, language),
            suggestion_table(self.facts.suggestions(account.account_id, period), language),
            hit_rate_table(self.facts.hit_rates(account.account_id), language),
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
        notes = [*self._provisional(now, language), *notes]
        if self.calendar is not None:
            line = coinciding_line(self.calendar.between(account.account_id, period.first, period.last), language)
            notes += [line] if line else []
        return notes

    def _provisional(self, now: PeriodFigures, language: Language) -> list[str]:
        """Which days still move, stretches of them as one."""
        word = WORDS[language]
        named = stretches([one.day for one in now.days if one.is_provisional], language)
        return [word["provisional_days"].format(days=named), word["late"]] if named else []

    def _currency(
        self,
        currency: str,
        accounts: Sequence[ReportAccount],
        period: Period,
        language: Language,
        newest: list[datetime | None],
    ) -> Section:
        """Accounts of one currency; of a single one the table would repeat the figures above it."""
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
        who = f"{len(accounts)} {word['accounts'].lower()}"
        if len(accounts) == 1:
            who = plain_name(accounts[0].name, accounts[0].account_id)
        return Section(
            title=currency,
            subtitle=f"{who} · {days(period.first, period.last, language)}",
            figures=figures(now, before, self.about, currency, language) if has_figures else [],
            charts=charts(now, before, period, currency, language)[:2] if has_figures else [],
            tables=[account_table(rows, self.about, currency, language)] if len(accounts) > 1 else [],
            notes=[*([] if has_figures else [word["no_data"]]), *notes, *self._provisional(now, language)[:1]],
            highlights=self._highlights(accounts, whole, period, language) if has_figures else [],
        )

    def _highlights(
        self,
        accounts: Sequence[ReportAccount],
        whole: Sequence[tuple[PeriodFigures, PeriodFigures]],
        period: Period,
        language: Language,
    ) -> list[str]:
        """Campaigns are compared only among accounts that count the same conversions."""
        currency, ids = accounts[0].currency, [one.account_id for one in accounts]
        campaigns = [campaign for now, _ in whole for campaign in now.campaigns]
        is_comparable = len({one.goal for one in accounts}) == 1
        return [
            *(campaign_highlights(campaigns, currency, language) if is_comparable else []),
            *event_highlights(
                [found for one in ids for found in self.facts.anomalies(one, period)],
                [made for one in ids for made in self.facts.suggestions(one, period)],
                currency,
                language,
            ),
        ]


def _ids(accounts: Sequence[ReportAccount]) -> list[str]:
    """Their ids, as far as a file's name holds them; a digest of many."""
    ids = [one.account_id for one in accounts]
    if len(ids) <= _MOST_NAMED:
        return ids
    return [f"{len(ids)}accounts", hashlib.sha256(",".join(ids).encode()).hexdigest()[:8]]


def _report(
    kind: ReportKind,
    language: Language,
    name: str,
    period: Period,
    sections: Sequence[Section],
    read: str,
) -> Report:
    title = f"{TITLES[language][kind]}, {days(period.first, period.last, language)}"
    return Report(kind, language, f"{name}_{language}", title, period, sections, read, LABELS[language])
