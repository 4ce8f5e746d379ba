"""Today: the last seven complete days of one account, open anomalies, waiting suggestions, and what is not known."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import AnomaliesDep, ClockDep, FeedbackDep, PagesDep, ReportServiceDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.readings import ReadingsDep, no_figures
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import (
    anomaly_items,
    chosen_account,
    drawn,
    figure_cards,
    period_text,
    table_header,
    table_rows,
    watch_notes,
)
from fbads_pipeline.api.pages.visitor import Digits, Visitor
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.reports.days import as_of
from fbads_pipeline.domain.reports.facts import PeriodFigures, ReportAccount
from fbads_pipeline.domain.reports.report import Period, days_of
from fbads_pipeline.domain.reports.tables import BRIEF, campaign_table, charts, figures
from fbads_pipeline.domain.reports.unreported import unread_days
from fbads_pipeline.services.reports.build_report import METRICS, ReportBuilder

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_DAYS = 7
_MOST_ROWS = 40
_NOT_COMPARED = PeriodFigures({}, (), (), None)


@router.get("/")
def today(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    pages: PagesDep,
    report_service: ReportServiceDep,
    anomalies: AnomaliesDep,
    feedback: FeedbackDep,
    readings: ReadingsDep,
    clock: ClockDep,
    account: Digits = None,
) -> Response:
    """The last seven complete days of one account beside the seven before, open anomalies, waiting suggestions."""
    t = page_localizer(request, who)
    rows = pages.accounts(who.accounts)
    chosen = chosen_account(rows, account)
    if chosen is None:
        reason = t("pages.problem.not_found") if rows else t("pages.today.no_accounts")
        return render(request, "problem.html.j2", who, "today", status=404 if rows else 200, message=reason)
    builder = report_service.builder
    (known,) = builder.facts.accounts([chosen["account_id"]], now=clock.now())
    period = Period(known.today - timedelta(days=_DAYS), known.today - timedelta(days=1))
    coverage, earlier = _coverages(builder, known, period)
    waiting = pages.waiting(who.accounts, known.account_id, clock.now())
    found = pages.open_anomalies(who.accounts, known.account_id)
    learning = next(iter(anomalies.learning([known.account_id])), None)
    read_at = as_of(chosen["read_at"], [known])
    return render(
        request,
        "today.html.j2",
        who,
        "today",
        accounts=rows,
        account=chosen,
        period=period_text(period, t),
        is_compared=coverage.is_complete and earlier.is_complete,
        readings=readings.notice(known, coverage, earlier, who, f"/?account={known.account_id}", t),
        fresh=t("pages.today.read_until", at=read_at) if chosen["read_at"] else t("pages.today.never_read"),
        waiting=t("pages.today.waiting", count=waiting) if waiting else t("pages.today.none_waiting"),
        anomalies=anomaly_items(found, t),
        marks=feedback.own_marks(who, "anomaly", [one["anomaly_id"] for one in found]),
        back=f"/?account={known.account_id}",
        watch_notes=watch_notes(learning, has_open=bool(found), is_read=coverage.is_complete, t=t),
        **_figures(builder, known, period, coverage, earlier, t),
    )


def _coverages(builder: ReportBuilder, account: ReportAccount, period: Period) -> tuple[Coverage, Coverage]:
    """Of the period and of the one before it, read at once."""
    both = builder.facts.coverage(account, Period(period.before.first, period.last))
    return both.of_days(days_of(period)), both.of_days(days_of(period.before))


def _figures(
    builder: ReportBuilder, account: ReportAccount, period: Period, coverage: Coverage, earlier: Coverage, t: Localizer
) -> Mapping[str, Any]:
    """Cards, charts and the campaigns' table; all empty, with the reason, where no campaign has figures."""
    now = builder.facts.figures(account.account_id, period, METRICS)
    if not now.campaigns:
        return {"figures": [], "charts": [], "columns": [], "rows": [], "no_figures": no_figures(coverage, t)}
    is_compared = coverage.is_complete and earlier.is_complete
    before = builder.facts.figures(account.account_id, period.before, METRICS) if is_compared else _NOT_COMPARED
    about, currency = builder.about, account.currency
    table = campaign_table(now, before, about, currency, BRIEF)
    shown = figures(now, before, about, currency)
    return {
        "figures": figure_cards(shown, now, t, is_compared=is_compared, is_read=coverage.is_complete),
        "charts": drawn(charts(now, before, period, currency, unread_days(coverage)), t),
        "columns": table_header(table, t),
        "rows": table_rows(table, [one.campaign_id for one in now.campaigns][:_MOST_ROWS], t),
        "no_figures": "",
    }
