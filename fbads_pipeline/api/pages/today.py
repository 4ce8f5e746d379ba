"""Today: the last seven complete days of one account, what is open, what waits."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.api.dependencies import ClockDep, PagesDep, ReportServiceDep
from fbads_pipeline.api.pages.labels import WORDS
from fbads_pipeline.api.pages.rendering import language_of, render
from fbads_pipeline.api.pages.view import (
    anomaly_items,
    drawn,
    figure_cards,
    table_rows,
)
from fbads_pipeline.api.pages.visitor import Digits, Visitor, period_words
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.report import Period
from fbads_pipeline.domain.reports.tables import BRIEF, campaign_table, charts, figures
from fbads_pipeline.services.reports.build_report import METRICS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

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
    """The last seven complete days of one account, what is open, what waits."""
    language = language_of(request, who)
    words = WORDS[language]
    rows = pages.accounts(who.accounts)
    chosen = next((one for one in rows if one["account_id"] == account), rows[0] if rows else None)
    if chosen is None or (account is not None and chosen["account_id"] != account):
        return render(request, "problem.html.j2", who, "today", status=404 if rows else 200,
                      message=words["not_found"] if rows else words["no_accounts"])  # fmt: skip
    maker = report_service.maker
    (known,) = maker.facts.accounts([chosen["account_id"]], now=clock.now())
    period = Period(known.today - timedelta(days=7), known.today - timedelta(days=1))
    now = maker.facts.figures(known.account_id, period, METRICS)
    before = maker.facts.figures(known.account_id, period.before, METRICS)
    shown = figures(now, before, maker.about, known.currency, language) if now.campaigns else []
    table = campaign_table(now, before, maker.about, known.currency, language, BRIEF)
    waiting = pages.waiting(who.accounts, known.account_id, clock.now())
    read_at = chosen["read_at"]
    return render(
        request,
        "today.html.j2",
        who,
        "today",
        accounts=rows,
        account=chosen,
        period=period_words(period, language),
        fresh=f"{words['read_until']} {read_at:%Y-%m-%d %H:%M} UTC" if read_at else words["never_read"],
        figures=figure_cards(shown, now, language),
        waiting=words["waiting"][min(waiting, 2)].format(n=waiting),
        anomalies=anomaly_items(pages.open_anomalies(who.accounts, known.account_id), language),
        charts=drawn(charts(now, before, period, known.currency, language) if now.campaigns else [], language),
        table=table if now.campaigns else None,
        rows=table_rows(table, [one.campaign_id for one in now.campaigns][:_MOST_ROWS], language),
        notes=[],
    )
