"""Builds reports: facts of the marts and of decisions → a report as data, in no language yet."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from fbads_pipeline.domain.calendar.messages import coinciding_line
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import Days, Joined, Message, Value, message
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.metrics.registry import COUNTS_A_GOAL
from fbads_pipeline.domain.reports.brand import PLAIN_BRAND, ReportBrand
from fbads_pipeline.domain.reports.content import (
    BREAKDOWNS,
    FUNNEL_METRICS,
    audience_tables,
    creative_table,
    funnel_table,
    glossary_table,
    step_table,
)
from fbads_pipeline.domain.reports.days import as_of
from fbads_pipeline.domain.reports.facts import (
    MetricAbout,
    PeriodFigures,
    ReportAccount,
    ReportedAnomaly,
    ReportedSuggestion,
)
from fbads_pipeline.domain.reports.highlights import campaign_highlights, event_highlights, next_steps, story_lines
from fbads_pipeline.domain.reports.report import Cell, Period, Report, ReportKind, Section, Table, period_of
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
from fbads_pipeline.domain.reports.template import DEFAULT_TEMPLATE, FIGURES, ReportTemplate
from fbads_pipeline.domain.reports.unreported import PARTS, coverage_warnings, together, unread_days
from fbads_pipeline.ports.calendar import CalendarEvents
from fbads_pipeline.ports.reports import ReportContent, ReportFacts, ReportTemplates
from fbads_pipeline.services.reports.notes import (
    goal_name,
    goal_notes,
    provisional_notes,
    tax_note,
    window_name,
    without_figures,
)

METRICS = ("spend", "impressions", "clicks", "ctr", "cpm", "conversions", "cpa", "purchase_value", "roas")

# What accounts with different goals cannot be compared by.
_OF_GOAL = COUNTS_A_GOAL | {name for name, parts in PARTS.items() if COUNTS_A_GOAL & set(parts)}
# What a report of one day goes without.
_OF_LONGER = frozenset({"creatives", *BREAKDOWNS.values(), "glossary", "days"})
_MOST_NAMED = 3
_NOT_COMPARED = PeriodFigures({}, (), (), None)


@dataclass(frozen=True)
class ReportBuilder:
    """What a report is built from. about: metric → label and unit; windows: of attribution, as the settings say."""

    facts: ReportFacts
    about: Mapping[str, MetricAbout]
    windows: Sequence[str]
    calendar: CalendarEvents | None = None
    content: ReportContent | None = None
    templates: ReportTemplates | None = None

    def of_account(
        self,
        kind: ReportKind,
        account: ReportAccount,
        *,
        on: date | None = None,
        template: ReportTemplate | None = None,
        comment: str | None = None,
    ) -> Report:
        """One account's report. on: the account-local day on which it is made, today without it; template, comment: in
        the place of the client's own."""
        period, (kept, brand) = period_of(kind, on or account.today), self._template(account.account_id)
        chosen = template or kept
        now = self.facts.figures(account.account_id, period, self._metrics(chosen))
        section = self._account_section(account, period, now, _for_kind(chosen, kind))
        name = f"{kind}_{account.account_id}_{period.last}"
        made = _report(kind, name, period, [section], as_of(now.as_of, [account]))
        shown = glossary_table(_columns_of(chosen), self.about)
        return replace(made, brand=brand, comment=chosen.comment if comment is None else comment, definitions=shown)

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
        brands = {self._template(one.account_id)[1] for one in accounts}
        made = _report("executive", name, period, sections, as_of(known, accounts))
        brand = brands.pop() if len(brands) == 1 else PLAIN_BRAND
        return replace(made, brand=brand, definitions=glossary_table(METRICS, self.about))

    def template_of(self, account_id: str) -> ReportTemplate:
        """What reports of that account contain; the default of one about several ('')."""
        return self._template(account_id)[0]

    def _template(self, account_id: str) -> tuple[ReportTemplate, ReportBrand]:
        return (DEFAULT_TEMPLATE, PLAIN_BRAND) if self.templates is None else self.templates.of_account(account_id)

    def _metrics(self, template: ReportTemplate) -> tuple[str, ...]:
        """Those that are read: of every report, of the template, and what its ratios are made of."""
        parts = [part for name in template.metrics for part in PARTS.get(name, ())]
        return tuple(dict.fromkeys((*METRICS, *template.metrics, *parts)))

    def _account_section(
        self, account: ReportAccount, period: Period, now: PeriodFigures, template: ReportTemplate
    ) -> Section:
        coverage, earlier = self._coverage(account, period)
        before = self._before(account, period, coverage, earlier, template)
        if account.has_several_goals:
            now, before = without(now, _OF_GOAL), without(before, _OF_GOAL)
        currency, has_figures, unread = account.currency, bool(now.campaigns), unread_days(coverage)
        known = _Known(account, period, now, before, template, coverage)
        target = None if self.content is None else self.content.target(account, period)
        learning = self._learning(account)
        anomalies = self.facts.anomalies(account.account_id, period)
        suggestions = self.facts.suggestions(account.account_id, period)
        tables = {
            **self._event_tables(known, anomalies, suggestions, learning),
            **(self._content_tables(known) if has_figures else {}),
        }
        ordered = [one for name in template.sections for one in tables.get(name, []) if one.rows or one.empty]
        lines = story_lines(
            *(now, before, currency),
            target=target,
            anomalies=anomalies,
            suggestions=suggestions,
            is_read=coverage.is_complete,
            is_watched=learning is None,
        )
        has_charts = has_figures and period.days > 1 and template.has("charts")
        return Section(
            title=plain_name(account.name, account.account_id),
            subtitle=Joined((account.account_id, currency, Days(period.first, period.last)), " · "),
            figures=figures(now, before, self.about, currency, template.metrics, target)
            if has_figures and template.has("figures")
            else [],
            charts=charts(now, before, period, currency, unread) if has_charts else [],
            tables=ordered,
            notes=[*without_figures(has_figures, coverage), *self._notes(account, period, now)],
            highlights=lines if has_figures and template.has("highlights") else [],
            warnings=[*coverage_warnings(coverage, earlier), *self._currency_warnings(account, period)],
        )

    def _currency_warnings(self, account: ReportAccount, period: Period) -> list[Message]:
        """Days in another currency are in no figure, and neither they nor the period before can be compared."""
        others = [] if self.content is None else self.content.other_currencies(account.account_id, period)
        if not others:
            return []
        return [message("reports.note.other_currency", others=", ".join(others), currency=account.currency)]

    def _learning(self, account: ReportAccount) -> Message | None:
        """Why anomalies cannot be found yet; None where they can."""
        found = None if self.content is None else self.content.learning(account.account_id)
        return None if found is None or found.is_watched else found.note()

    def _event_tables(
        self,
        known: "_Known",
        anomalies: Sequence[ReportedAnomaly],
        suggestions: Sequence[ReportedSuggestion],
        learning: Message | None,
    ) -> dict[str, list[Table]]:
        """Section → its tables: what was noticed, suggested and aimed at, and every campaign."""
        account, now, is_read = known.account, known.now, known.coverage.is_complete
        steps = next_steps(now.campaigns, suggestions, account.currency) if is_read else []
        return {
            "anomalies": [anomaly_table(anomalies, account, is_read=is_read, learning=learning)],
            "suggestions": [suggestion_table(suggestions)],
            "targets": [target_table(now, account.currency, is_read=is_read)],
            "hit_rate": [hit_rate_table(self.facts.hit_rates(account.account_id))],
            "campaigns": [campaign_table(now, known.before, self.about, account.currency, known.shown)],
            "next_steps": [step_table(steps)],
        }

    def _content_tables(self, known: "_Known") -> dict[str, list[Table]]:
        """Section → its tables, of those that need figures."""
        account, period, now, template = known.account, known.period, known.now, known.template
        currency, unread = account.currency, unread_days(known.coverage)
        made: dict[str, list[Table]] = {"glossary": [glossary_table(known.shown, self.about)]}
        if not account.has_several_goals:
            made["ranking"] = list(best_and_worst(now, self.about, currency))
        if period.days > 1:
            made["days"] = [day_table(now, self.about, currency, unread, known.shown)]
        if self.content is None:
            return made
        if template.has("funnel"):
            totals = self.content.totals(account.account_id, period, FUNNEL_METRICS)
            made["funnel"] = [funnel_table(totals, account.goal, self.about, currency)]
        if template.has("creatives") and not account.has_several_goals:
            creatives = self.content.creatives(account.account_id, period)
            made["creatives"] = [creative_table(creatives, self.about, currency)]
        if any(map(template.has, BREAKDOWNS.values())) and not account.has_several_goals:
            parts = self.content.audience(account.account_id, period)
            made |= audience_tables(parts, now.total, self.about, currency)
        return made

    def _coverage(self, account: ReportAccount, period: Period) -> tuple[Coverage, Coverage]:
        """Of the period, and of the one before it."""
        return self.facts.coverage(account, period), self.facts.coverage(account, period.before)

    def _before(
        self,
        account: ReportAccount,
        period: Period,
        coverage: Coverage,
        earlier: Coverage,
        template: ReportTemplate = DEFAULT_TEMPLATE,
    ) -> PeriodFigures:
        """What the period is compared with; nothing where days of either were not read."""
        if coverage.is_complete and earlier.is_complete:
            return self.facts.figures(account.account_id, period.before, self._metrics(template))
        return _NOT_COMPARED

    def _notes(self, account: ReportAccount, period: Period, now: PeriodFigures) -> list[Value]:
        windows = Joined(tuple(window_name(one) for one in self.windows), ", ")
        notes: list[Value] = [
            *provisional_notes(now),
            message(
                "reports.note.attribution", goal=goal_name(account.goal), windows=windows, zone=account.timezone_name
            ),
            message("reports.note.ratios"),
            tax_note(account.currency),
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
            *without_figures(has_figures, coverage),
            *goal_notes(accounts, goals),
            *provisional_notes(now)[:1],
            tax_note(currency),
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


@dataclass(frozen=True)
class _Known:
    """An account over a period, beside the period before."""

    account: ReportAccount
    period: Period
    now: PeriodFigures
    before: PeriodFigures
    template: ReportTemplate
    coverage: Coverage

    @property
    def shown(self) -> tuple[str, ...]:
        """Columns of its tables."""
        return _columns_of(self.template)


def _columns_of(template: ReportTemplate) -> tuple[str, ...]:
    """Metrics in tables: those of every report, unless the template has some of its own, which spend comes before."""
    return METRICS if template.metrics == FIGURES else tuple(dict.fromkeys(("spend", *template.metrics)))


def _for_kind(template: ReportTemplate, kind: ReportKind) -> ReportTemplate:
    """A report of one day is one page: no pictures, parts of the audience, or explanations."""
    if kind != "daily":
        return template
    return replace(template, sections=tuple(one for one in template.sections if one not in _OF_LONGER))


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
