"""What lies below a campaign: the ad sets that hold its budget, and its ads, tired, best and worst."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import CampaignsDep, ClockDep, ObjectsDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import frame_of
from fbads_pipeline.api.pages.metrics.object_days import object_tabs
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.score_view import why_not_scored
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.scoring.ads import AdAssessment, AdWindow, assess_ads

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/campaigns/{campaign_id}/ads")
def objects_page(
    request: Request,
    campaign_id: Annotated[str, Path(pattern=r"^[0-9]{1,32}$")],
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    campaigns: CampaignsDep,
    objects: ObjectsDep,
    clock: ClockDep,
) -> Response:
    """Ad sets with budgets, scores and suggestions; ads with their fatigue; nothing is decided here."""
    t = page_localizer(request, who)
    found = campaigns.campaign(campaign_id, who.accounts)
    if found is None:
        raise PageProblem(404)
    last = local_day(clock.now(), found["timezone_name"]) - timedelta(days=1)
    ads = assess_ads(objects.ads(found["account_id"], campaign_id, last))
    shown = ad_items(ads, found["currency"], t)
    return render(
        request,
        "campaign_objects.html.j2",
        who,
        "campaigns",
        name=plain_name(found["name"], campaign_id),
        tabs=object_tabs(frame_of(request, who), campaign_id, t, here="tiring"),
        has_places=any(one["place"] for one in shown),
        adsets=adset_items(objects.adsets(found["account_id"], campaign_id), t),
        ads=shown,
        move=move_text(ads, t),
    )


def adset_items(rows: Sequence[Mapping[str, Any]], t: Localizer) -> list[dict[str, str]]:
    """Name, budget, score and what is suggested of each ad set that holds the campaign's budget."""
    return [
        {
            "name": plain_name(row["name"], row["adset_id"]),
            "budget": _budget(row, t),
            "score": _score(row, t),
            "suggested": t(f"pages.suggestions.kind.{row['suggested'].lower()}") if row["suggested"] else "",
            "suggestion_id": row["suggestion_id"] or "",
        }
        for row in rows
    ]


def ad_items(found: Sequence[AdAssessment], currency: str | None, t: Localizer) -> list[dict[str, str]]:
    """CTR, CPA and frequency of the last week beside the three before, and what they come to."""
    return [
        {
            "name": plain_name(one.figures.name, one.figures.ad_id),
            "fatigue": t(f"pages.ads.fatigue.{one.fatigue.replace(' ', '_')}"),
            "is_tired": "yes" if one.fatigue == "tired" else "",
            "place": t(f"pages.ads.place.{one.place}") if one.place else "",
            "recent": _figures(one.figures.recent, currency, t),
            "before": _figures(one.figures.before, currency, t),
        }
        for one in found
    ]


def move_text(found: Sequence[AdAssessment], t: Localizer) -> str:
    """From which ad to which money would better go; empty where chance may have chosen them."""
    places = {one.place: plain_name(one.figures.name, one.figures.ad_id) for one in found if one.place}
    if len(places) < 2:
        return ""
    return t("pages.ads.move", worst=places["worst"], best=places["best"])


def _figures(window: AdWindow, currency: str | None, t: Localizer) -> str:
    frequency = None if window.frequency is None else window.frequency.quantize(Decimal("0.01"))
    ctr, cpa = t.cell(window.ctr, "ratio"), t.cell(window.cpa, "money", currency)
    return t("pages.ads.figures", ctr=ctr, cpa=cpa, frequency=t.cell(frequency, "factor"))


def _budget(row: Mapping[str, Any], t: Localizer) -> str:
    if row["daily_budget"] is not None:
        return t("pages.adsets.daily", budget=t.cell(row["daily_budget"], "money", row["currency"]))
    return t("pages.adsets.lifetime", budget=t.cell(row["lifetime_budget"], "money", row["currency"]))


def _score(row: Mapping[str, Any], t: Localizer) -> str:
    if row["total"] is not None:
        low, high = (t.cell(row[name], "score") for name in ("low", "high"))
        return f"{t.cell(row['total'], 'score')} ({low} – {high})"
    return why_not_scored(row, t) or "–"
