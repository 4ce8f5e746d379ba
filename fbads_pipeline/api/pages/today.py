"""Today: how the day stands, what to do first, the morning's questions; of one account also its figures day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.postgres.server.kept_answers import KeptAnswers, minute_of
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import (
    AnomaliesDep,
    FeedbackDep,
    KeptDep,
    OverviewDep,
    ReportServiceDep,
    TargetsDep,
    at_once,
)
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.clients.hours_view import hours_view
from fbads_pipeline.api.pages.clients.morning import MorningDep, MorningFacts, morning_panels
from fbads_pipeline.api.pages.clients.overview_view import client_rows, day_cards, verdict_view
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, reader_money, required_frame, with_account
from fbads_pipeline.api.pages.readings import ReadingsDep, no_figures
from fbads_pipeline.api.pages.recommendations.first_steps import FirstStepsDep
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.suggestions import decision_notice
from fbads_pipeline.api.pages.view import anomaly_items, drawn, figure_cards, period_text, watch_notes
from fbads_pipeline.api.pages.visitor import Digits, Visitor
from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.clients.overview import AccountWeeks, ClientDay, client_days, verdict_of
from fbads_pipeline.domain.clients.targets import Target, Targets
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.reports.days import as_of
from fbads_pipeline.domain.reports.facts import PeriodFigures, ReportAccount
from fbads_pipeline.domain.reports.report import Period, days_of
from fbads_pipeline.domain.reports.tables import charts, figures
from fbads_pipeline.domain.reports.unreported import unread_days
from fbads_pipeline.services.reports.build_report import METRICS, ReportBuilder

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# What the day is read from, beside dbt's own tables.
DAY_TABLES = frozenset(
    {
        *("raw.accounts", "raw.account_readings", "raw.account_money_readings", "raw.campaigns", "raw.day_states"),
        *("analysis.anomalies", "analysis.day_watches", "analysis.detector_states", "analysis.suggestion_outcomes"),
        *("ops.campaign_goals", "ops.client_accounts", "ops.client_budgets", "ops.client_logos", "ops.clients"),
        *("ops.delivery_problems", "ops.suggestions", "ops.targets", "ops.tax_periods"),
    }
)
_MOST_ANOMALIES, _MOST_CLIENTS = 5, 60
_NOT_COMPARED = PeriodFigures({}, (), (), None)
_NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(("figures", "charts", "anomalies", "watch_notes"), ()),
    **dict.fromkeys(("account_id", "period_text", "fresh_text", "no_figures", "back"), ""),
    "readings": None,
    "is_compared": False,
    "marks": {},
}


class AccountReaders:
    """A dependency: what the figures of one account, day by day, are read from."""

    def __init__(self, report_service: ReportServiceDep, feedback: FeedbackDep, readings: ReadingsDep) -> None:
        self.builder, self.feedback, self.readings = report_service.builder, feedback, readings


class DayReaders:
    """A dependency: what the day of all clients is read from."""

    def __init__(
        self,
        overview: OverviewDep,
        targets: TargetsDep,
        morning: MorningDep,
        steps: FirstStepsDep,
        anomalies: AnomaliesDep,
    ) -> None:
        self.overview, self.targets, self.morning = overview, targets, morning
        self.steps, self.anomalies = steps, anomalies


@dataclass(frozen=True)
class _Day:
    """What decides how the day reads, beside what is stored and the language. may: whether the visitor may decide."""

    frame: PageFrame
    money: str
    stale_hours: int
    may: bool

    @property
    def key(self) -> tuple[object, ...]:
        """The accounts are part of it as they were read: they were read before."""
        frame = self.frame
        accounts = tuple(tuple(one.values()) for one in frame.accounts)
        choices = (tuple(frame.query().items()), frame.period, frame.now)
        return ("day", accounts, choices, self.money, self.stale_hours, self.may)


class _DayFacts(NamedTuple):
    """learning: account → how far it is watched."""

    morning: MorningFacts
    weeks: Sequence[AccountWeeks]
    learning: Mapping[str, AccountLearning]

    def narrowed(self, frame: PageFrame, anomalies: Sequence[Row]) -> "_DayFacts":
        """As `MorningFacts.narrowed`."""
        ids = frame.ids
        return _DayFacts(
            self.morning.narrowed(frame, anomalies),
            [one for one in self.weeks if one.account_id in ids],
            {account_id: one for account_id, one in self.learning.items() if account_id in ids},
        )


class _ShownDay(NamedTuple):
    """shown: what the template gets, as texts."""

    facts: _DayFacts
    shown: Mapping[str, Any]


@router.get("/")
def today(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    readers: Annotated[DayReaders, Depends(at_once(DayReaders))],
    of_one: Annotated[AccountReaders, Depends(at_once(AccountReaders))],
    kept: KeptDep,
    account: Digits = None,
    done: Annotated[str, Query(pattern=r"^[a-z]{0,10}$")] = "",
    why: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """The day of all clients, of one, or of one account."""
    t, frame = page_localizer(request, who), required_frame(request, who)
    if len(frame.accounts) == 1:
        frame = with_account(request, who)
    if not frame.accounts:
        return render(request, "problem.html.j2", who, "today", message=t("pages.today.no_accounts"))
    money, stale_hours = reader_money(request, who), request.app.state.settings.stale_hours
    day = _Day(replace(frame, now=minute_of(frame.now)), money, stale_hours, may=who.may("suggestions:decide"))
    found = kept.of(DAY_TABLES, (*day.key, t.language), lambda: _shown_day(readers, kept, day, t))
    notice, undo = decision_notice(request, who, done, why, t)
    of_account = _NOTHING
    # A client with one account is read like that account.
    one = replace(frame, account=frame.chosen[0]) if len(frame.chosen) == 1 else frame
    if one.account is not None:
        learning = found.facts.learning.get(one.account["account_id"])
        of_account = _of_account(of_one, one, who, found.facts.morning, learning, t)
    return render(
        request,
        "today.html.j2",
        who,
        "today",
        has_period=one.account is not None,
        hours=hours_view(readers.overview, one, t),
        notice=notice,
        undo=undo,
        **found.shown,
        **of_account,
    )


def _shown_day(readers: DayReaders, kept: KeptAnswers, day: _Day, t: Localizer) -> _ShownDay:
    frame = day.frame
    found = _facts_of(readers, kept, frame)
    facts, weeks, learning = found
    days = _days(frame, facts, weeks)
    verdict = verdict_of(
        days,
        problems=sum(one.problem.severity == "critical" and one.state == "open" for one in facts.problems),
        unlearned=sum(not one.is_watched for one in learning.values()),
        is_read=all(_is_fresh(one, frame, day.stale_hours) for one in frame.running),
    )
    shown = {
        "verdict": verdict_view(verdict, t),
        "cards": day_cards(days, day.money, t),
        "steps": readers.steps.of(frame, days, facts.anomalies, t, may=day.may),
        "panels": morning_panels(facts, frame, learning.values(), t),
        "rows": client_rows(days[:_MOST_CLIENTS], frame, day.money, t) if len(days) > 1 else [],
        "more": t("pages.day.more", count=len(days) - _MOST_CLIENTS) if len(days) > _MOST_CLIENTS else "",
    }
    return _ShownDay(found, shown)


def _facts_of(readers: DayReaders, kept: KeptAnswers, frame: PageFrame) -> _DayFacts:
    """Of the chosen accounts: taken from those of all accounts where somebody has just looked at these."""
    whole = replace(frame, account=None, client=None)
    key = ("day facts", tuple(sorted(whole.ids)), frame.now)
    if frame.ids == whole.ids:
        return kept.of(DAY_TABLES, key, lambda: _read_facts(readers, whole))
    known: _DayFacts | None = kept.known(DAY_TABLES, key)
    return _read_facts(readers, frame) if known is None else known.narrowed(frame, readers.morning.anomalies(frame))


def _read_facts(readers: DayReaders, frame: PageFrame) -> _DayFacts:
    facts, weeks = readers.morning.read(
        frame, lambda: readers.overview.accounts(frame.ids, _targets(readers.targets.all(frame.ids)), frame.now)
    )
    learning = {one.account_id: one for one in readers.anomalies.learning(sorted(frame.ids))}
    return _DayFacts(facts, weeks, learning)


def _is_fresh(account: Row, frame: PageFrame, hours: int) -> bool:
    return account["read_at"] is not None and (frame.now - account["read_at"]).total_seconds() <= hours * 3600


def _targets(stored: Any) -> dict[str, Targets]:
    by_account: dict[str, list[Target]] = {}
    for one in stored:
        by_account.setdefault(one.target.account_id, []).append(one.target)
    return {account_id: Targets(some) for account_id, some in by_account.items()}


def _days(frame: PageFrame, facts: MorningFacts, accounts: Any) -> list[ClientDay]:
    owners = {
        one["account_id"]: (one["client_id"], one["client_name"])
        for one in frame.chosen
        if one["client_id"] is not None and frame.account is None
    }
    return client_days(accounts, owners, facts.budgets, facts.fund_states(frame.now))


def _of_account(
    readers: AccountReaders, frame: PageFrame, who: Principal, facts: MorningFacts, learning: Any, t: Localizer
) -> Mapping[str, Any]:
    """The chosen days of one account beside as many before, its charts, and its open anomalies."""
    account = frame.account or {}
    builder = readers.builder
    (known,) = builder.facts.accounts([account["account_id"]], now=frame.now)
    days = frame.days(account)
    period = Period(days.since, days.until)
    coverage, earlier = _coverages(builder, known, period)
    if not frame.period.is_compared:
        earlier = Coverage(0)
    found = facts.anomalies[:_MOST_ANOMALIES]
    is_compared = frame.period.is_compared and coverage.is_complete and earlier.is_complete
    back = frame.link("/")
    return {
        "account_id": known.account_id,
        "period_text": period_text(period, t),
        "is_compared": t("pages.frame.compared_with", count=period.days) if is_compared else "",
        "readings": readers.readings.notice(known, coverage, earlier, who, back, t),
        "fresh_text": t("pages.today.read_until", at=as_of(account["read_at"], [known]))
        if account["read_at"]
        else t("pages.today.never_read"),
        "anomalies": anomaly_items(found, t),
        "marks": readers.feedback.own_marks(who, "anomaly", [one["anomaly_id"] for one in found]),
        "back": back,
        "watch_notes": watch_notes(learning, has_open=bool(found), is_read=coverage.is_complete, t=t),
        **_figures(builder, known, period, coverage, is_compared, t),
    }


def _coverages(builder: ReportBuilder, account: ReportAccount, period: Period) -> tuple[Coverage, Coverage]:
    """Of the period and of the one before it, read at once."""
    both = builder.facts.coverage(account, Period(period.before.first, period.last))
    return both.of_days(days_of(period)), both.of_days(days_of(period.before))


def _figures(
    builder: ReportBuilder, account: ReportAccount, period: Period, coverage: Coverage, is_compared: bool, t: Localizer
) -> Mapping[str, Any]:
    """Cards and charts; empty, with the reason, where no campaign has figures."""
    now = builder.facts.figures(account.account_id, period, METRICS)
    if not now.campaigns:
        return {"figures": [], "charts": [], "no_figures": no_figures(coverage, t)}
    before = builder.facts.figures(account.account_id, period.before, METRICS) if is_compared else _NOT_COMPARED
    about, currency = builder.about, account.currency
    shown = figures(now, before, about, currency)
    return {
        "figures": figure_cards(shown, now, t, is_compared=is_compared, is_read=coverage.is_complete),
        "charts": drawn(charts(now, before, period, currency, unread_days(coverage)), t) if period.days > 1 else [],
        "no_figures": "",
    }
