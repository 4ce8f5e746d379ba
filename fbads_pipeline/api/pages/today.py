"""Today: the last seven complete days of one account, open anomalies, waiting suggestions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, PagesDep, ReportServiceDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import anomaly_items, drawn, figure_cards, period_text, table_header, table_rows
from fbads_pipeline.api.pages.visitor import Digits, Visitor
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.days import as_of
from fbads_pipeline.domain.reports.facts import PeriodFigures, ReportAccount
from fbads_pipeline.domain.reports.report import Period
from fbads_pipeline.domain.reports.tables import BRIEF, About, campaign_table, charts, figures
from fbads_pipeline.services.reports.build_report import METRICS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_DAYS = 7
_MOST_ROWS = 40


@router.get("/")
def today(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    pages: PagesDep,
    report_service: ReportServiceDep,
    clock: ClockDep,
    account: Digits = None,
) -> Response:
    """The last seven complete days of one account beside the seven before, open anomalies, waiting suggestions."""
    t = page_localizer(request, who)
    rows = pages.accounts(who.accounts)
    chosen = next((one for one in rows if one["account_id"] == account), rows[0] if rows else None)
    if chosen is None or (account is not None and chosen["account_id"] != account):
        reason = t("pages.problem.not_found") if rows else t("pages.today.no_accounts")
        return render(request, "problem.html.j2", who, "today", status=404 if rows else 200, message=reason)
    builder = report_service.builder
    (known,) = builder.facts.accounts([chosen["account_id"]], now=clock.now())
    period = Period(known.today - timedelta(days=_DAYS), known.today - timedelta(days=1))
    now = builder.facts.figures(known.account_id, period, METRICS)
    before = builder.facts.figures(known.account_id, period.before, METRICS)
    waiting = pages.waiting(who.accounts, known.account_id, clock.now())
    read_at = as_of(chosen["read_at"], [known])
    return render(
        request,
        "today.html.j2",
        who,
        "today",
        accounts=rows,
        account=chosen,
        period=period_text(period, t),
        fresh=t("pages.today.read_until", at=read_at) if chosen["read_at"] else t("pages.today.never_read"),
        waiting=t("pages.today.waiting", count=waiting) if waiting else t("pages.today.none_waiting"),
        anomalies=anomaly_items(pages.open_anomalies(who.accounts, known.account_id), t),
        **_figures(known, period, now, before, builder.about, t),
    )


def _figures(
    account: ReportAccount, period: Period, now: PeriodFigures, before: PeriodFigures, about: About, t: Localizer
) -> Mapping[str, Any]:
    """Cards, charts and the campaigns' table; all empty where no campaign has figures."""
    if not now.campaigns:
        return {"figures": [], "charts": [], "columns": [], "rows": []}
    table = campaign_table(now, before, about, account.currency, BRIEF)
    return {
        "figures": figure_cards(figures(now, before, about, account.currency), now, t),
        "charts": drawn(charts(now, before, period, account.currency), t),
        "columns": table_header(table, t),
        "rows": table_rows(table, [one.campaign_id for one in now.campaigns][:_MOST_ROWS], t),
    }
