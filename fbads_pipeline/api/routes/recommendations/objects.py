"""Below a campaign: scores of the ad sets that hold its budget, and which of its ads are tired, best or worst."""

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import CampaignsDep, ClockDep, ObjectsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.scoring.ads import Fatigue, Place, assess_ads

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])

ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]
CampaignId = Annotated[str, Path(pattern=r"^[0-9]{1,32}$")]


class ScoredAdset(BaseModel):
    """An ad set that holds its campaign's budget. total is null with `why_not`, or before the first review."""

    adset_id: str
    name: str | None
    status: str | None
    currency: str | None
    daily_budget: float | None
    lifetime_budget: float | None
    day: date | None
    total: float | None
    low: float | None
    high: float | None
    why_not: str | None
    conversions: float | None
    target_cpa: float | None
    suggestion_id: str | None
    suggested: Literal["PAUSE", "BUDGET_UP", "BUDGET_DOWN"] | None


class AssessedAd(BaseModel):
    """An ad in the last 7 complete days and the 21 before them. Nothing acts on it by itself."""

    ad_id: str
    name: str | None
    fatigue: Fatigue = Field(description="A rising frequency together with a falling CTR or a rising CPA.")
    p_better: float | None = Field(description="That its conversions cost less than those of the campaign's other ads.")
    place: Place | None
    ctr: float | None
    ctr_before: float | None
    cpa: float | None
    cpa_before: float | None
    frequency: float | None = Field(description="Impressions per person and day.")
    frequency_before: float | None


@router.get("/{campaign_id}/adsets", responses=documented(404))
def adsets(campaign_id: CampaignId, campaigns: CampaignsDep, objects: ObjectsDep, who: ReaderDep) -> list[ScoredAdset]:
    """The ad sets that hold the campaign's budget, the best score first; none where the campaign holds it."""
    found = campaigns.campaign(campaign_id, who.accounts)
    if found is None:
        raise ApiError(404, "not_found", "no_campaign", hint="campaigns", id=campaign_id)
    return [ScoredAdset(**row) for row in objects.adsets(found["account_id"], campaign_id)]


@router.get("/{campaign_id}/ads", responses=documented(404))
def ads(
    campaign_id: CampaignId, campaigns: CampaignsDep, objects: ObjectsDep, clock: ClockDep, who: ReaderDep
) -> list[AssessedAd]:
    """The campaign's ads: tired or not, and which convert best and worst as far as that can be known."""
    found = campaigns.campaign(campaign_id, who.accounts)
    if found is None:
        raise ApiError(404, "not_found", "no_campaign", hint="campaigns", id=campaign_id)
    last = local_day(clock.now(), found["timezone_name"]) - timedelta(days=1)
    return [
        AssessedAd(
            ad_id=one.figures.ad_id,
            name=one.figures.name,
            fatigue=one.fatigue,
            p_better=one.p_better,
            place=one.place,
            ctr=_float(one.figures.recent.ctr),
            ctr_before=_float(one.figures.before.ctr),
            cpa=_float(one.figures.recent.cpa),
            cpa_before=_float(one.figures.before.cpa),
            frequency=_float(one.figures.recent.frequency),
            frequency_before=_float(one.figures.before.frequency),
        )
        for one in assess_ads(objects.ads(found["account_id"], campaign_id, last))
    ]


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
