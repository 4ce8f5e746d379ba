"""One ad set or one ad: its figures beside the period before, its days, and its picture."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import CampaignsDep, CreativesDep, GridDep, MetricsDep, PagesDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import reader_money, required_frame
from fbads_pipeline.api.pages.metrics.grid_view import budget_text, figure_cell, known_of, label_of
from fbads_pipeline.api.pages.metrics.object_days import DAILY, day_charts, day_rows, object_tabs
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import drawn, period_text
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.api.routes.delivery.creatives import picture_address
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.delivery.messages import object_link
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.grid import GridLevel, GridRequest, GridScope, shown_metrics
from fbads_pipeline.domain.metrics.states import with_parts
from fbads_pipeline.domain.reports.report import Period
from fbads_pipeline.domain.reports.tables import campaign_status
from fbads_pipeline.domain.reports.unreported import unread_days

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_LEVELS: Mapping[str, GridLevel] = {"adsets": "adset", "ads": "ad"}


@router.get("/campaigns/{campaign_id}/{edge}/{object_id}")
def object_page(
    request: Request,
    campaign_id: Annotated[str, Path(pattern=r"^[0-9]{1,32}$")],
    edge: Annotated[str, Path(pattern="^(adsets|ads)$")],
    object_id: Annotated[str, Path(pattern=r"^[0-9]{1,32}$")],
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    campaigns: CampaignsDep,
    grid: GridDep,
    pages: PagesDep,
    creatives: CreativesDep,
    about: MetricsDep,
) -> Response:
    """Over the chosen days, four weeks without a choice."""
    t, frame = page_localizer(request, who), required_frame(request, who, "28d")
    campaign, level = campaigns.campaign(campaign_id, who.accounts), _LEVELS[edge]
    account = next((one for one in frame.accounts if campaign and one["account_id"] == campaign["account_id"]), None)
    if campaign is None or account is None:
        raise PageProblem(404)
    days = frame.days(account)
    shown = shown_metrics("all", reader_money(request, who))
    names = with_parts([*shown, *(name for name, _ in DAILY)], METRICS)
    scope = GridScope(account["account_id"], days)
    wanted = GridRequest(level, [scope], names, state="all", campaign_id=campaign_id, object_id=object_id)
    found = next(iter(grid.rows(wanted)), None)
    if found is None:
        raise PageProblem(404)
    before = frame.before(account)
    earlier = replace(wanted, scopes=[GridScope(account["account_id"], before)])
    coverage = pages.coverage([(account["account_id"], days)], level)
    compared = pages.coverage([(account["account_id"], before)], level)
    is_compared = frame.period.is_compared and coverage.is_complete and compared.is_complete
    period, unread = Period(days.since, days.until), unread_days(coverage)
    rows: list[Any] = grid.days(wanted)
    kept = creatives.pictures_of([object_id]).get(object_id) if level == "ad" else None
    note = coverage.note()
    return render(
        request,
        "object.html.j2",
        who,
        "campaigns",
        has_period=True,
        heading=plain_name(found["name"], object_id),
        state=plain_line(t.render(campaign_status(found["effective_status"]))),
        is_on=found["effective_status"] == "ACTIVE",
        campaign=plain_name(campaign["name"], campaign_id),
        campaign_link=frame.link(f"/campaigns/{campaign_id}"),
        about=" · ".join(filter(None, (account["name"], budget_text(found, t) if level == "adset" else ""))),
        at_meta=object_link(level, account["account_id"], object_id),
        tabs=object_tabs(frame, campaign_id, t, here=edge),
        period=period_text(period, t),
        note="" if note is None else t.render(note),
        picture=picture_address(*kept) if kept else None,
        cards=_cards(found, next(iter(grid.rows(earlier)), None) if is_compared else None, shown, days, unread, t),
        charts=drawn(day_charts(rows, {}, period, found["currency"], about, unread), t),
        columns=[t("reports.column.day"), *(t.render(about[name].label) for name, _ in DAILY)],
        days=day_rows(rows, {}, period, found["currency"], unread, t),
    )


def _cards(
    now: Row, before: Row | None, shown: tuple[str, ...], days: DayRange, unread: set[Any], t: Localizer
) -> list[dict[str, Any]]:
    """Each figure with the one of the period before, where that is compared."""
    is_read = len(unread) < len(days)
    return [
        {
            "label": label_of(name, t),
            **figure_cell(known_of(now, name, is_read=is_read), name, now["currency"], t),
            "before": ""
            if before is None
            else figure_cell(known_of(before, name, is_read=True), name, now["currency"], t)["text"],
        }
        for name in shown
    ]
