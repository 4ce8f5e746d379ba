"""A campaign's spend by hour and weekday, as a map with a table behind it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from fbads_pipeline.adapters.postgres.metrics.pages import PageReader
from fbads_pipeline.adapters.rendering.heat_svg import draw_heat
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import CampaignsDep, ClockDep, PagesDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import required_frame
from fbads_pipeline.api.pages.metrics.object_days import object_tabs
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.core.days import DayRange, local_day
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.week_hours import HISTORY_DAYS, LEAST_DAYS, DayHour, HourMean, WeekHours, week_hours

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/campaigns/{campaign_id}/hours")
def hours_page(
    request: Request,
    campaign_id: Annotated[str, Path(pattern=r"^[0-9]{1,32}$")],
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    campaigns: CampaignsDep,
    pages: PagesDep,
    clock: ClockDep,
) -> Response:
    """When in the week a campaign spends."""
    t, frame = page_localizer(request, who), required_frame(request, who, "28d")
    found = campaigns.campaign(campaign_id, who.accounts)
    if found is None:
        raise PageProblem(404)
    return render(
        request,
        "campaign_hours.html.j2",
        who,
        "campaigns",
        heading=plain_name(found["name"], campaign_id),
        tabs=object_tabs(frame, campaign_id, t, here="hours"),
        heat=_view(pages, found, clock.now(), t),
    )


def _view(pages: PageReader, campaign: Mapping[str, Any], now: datetime, t: Localizer) -> dict[str, Any]:
    """Of the last complete days; until enough of them were read while they ran, only how many were."""
    today = local_day(now, campaign["timezone_name"])
    days = DayRange(today - timedelta(days=HISTORY_DAYS), today - timedelta(days=1))
    rows = pages.week_hours(campaign["account_id"], campaign["campaign_id"], days)
    found = week_hours(DayHour(row["day"], row["hour_of_day"], row["minutes"], row["spend"]) for row in rows)
    if not found.is_learned:
        return {"learning": t("pages.heat.learning", days=str(found.days), needed=str(LEAST_DAYS))}
    about = t("pages.heat.about", days=str(found.days))
    return {"learning": "", "about": about, **_drawn(found, campaign["currency"], t)}


def _drawn(found: WeekHours, currency: str, t: Localizer) -> dict[str, Any]:
    names = [t(f"pages.heat.weekday.{day}") for day in range(7)]
    texts = {key: _text(one, currency, t) for key, one in found.cells.items()}
    said = {(day, hour): f"{names[day]} {hour:02d}:00 · {texts[day, hour]}" for day, hour in texts}
    means = {key: one.mean for key, one in found.cells.items()}
    return {
        "svg": Markup(draw_heat(means, said, names, label=t("pages.heat.title"))),
        "rows": [{"name": f"{hour:02d}:00", "cells": [texts[day, hour] for day in range(7)]} for hour in range(24)],
        "weekdays": names,
    }


def _text(one: HourMean, currency: str, t: Localizer) -> str:
    if one.mean is None:
        return t("reports.label.not_reported" if one.is_read else "reports.label.not_read")
    return t.cell(one.mean, "money", currency)
