"""Creatives with their figures, and the pictures that are kept of them: never an address of Meta's."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, CreativesDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.parameters import AccountId
from fbads_pipeline.api.schemas.resources import Exact
from fbads_pipeline.domain.delivery.creatives import Creative, Verdict
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.scoring.ads import Fatigue

router = APIRouter(prefix="/api/v1/creatives", tags=["delivery"])
DAYS = 28
ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]
KeyPath = Annotated[str, Path(pattern=r"^(image|video|creative):[0-9A-Za-z_:.\-]{1,128}$")]
AccountPath = Annotated[str, Path(pattern=r"^[0-9]{1,32}$")]


class ShownCreative(BaseModel):
    """One picture or video, however many ads use it. Figures: over the last 28 complete days, summed over its ads;
    null where Meta did not report them of one of them. verdict: against the account's other creatives; fatigue: the
    last week of it against the days before, each with its frequency (impressions per person and day) and click rate."""

    account_id: str
    key: str
    title: str | None
    body: str | None
    call_to_action: str | None
    link: str | None
    kind: str | None
    instagram_permalink: str | None
    ads: int
    picture: str | None
    currency: str | None
    spend: Exact | None
    impressions: Exact | None
    clicks: Exact | None
    conversions: Exact | None
    cost_per_conversion: Exact | None
    click_rate: Exact | None
    verdict: Verdict
    fatigue: Fatigue
    frequency: Exact | None
    frequency_before: Exact | None
    recent_click_rate: Exact | None
    click_rate_before: Exact | None


@router.get("", responses=documented(404))
def list_creatives(
    creatives: CreativesDep, clock: ClockDep, who: ReaderDep, account_id: AccountId = None
) -> list[ShownCreative]:
    """By account, what costs most first."""
    wanted = who.accounts if account_id is None else frozenset({account_id})
    today = clock.now().date()
    found = creatives.creatives(wanted, since=today - timedelta(days=DAYS), until=today - timedelta(days=1))
    return [_shown(one) for one in found]


@router.get("/{account_id}/{key}/picture", responses=documented(404), response_class=Response)
def picture(account_id: AccountPath, key: KeyPath, creatives: CreativesDep, who: ReaderDep) -> Response:
    """The bytes as they were fetched from Meta; their type is what they are, not what somebody called them."""
    found = creatives.picture(account_id, key, who.accounts)
    if found is None:
        raise ApiError(404, "not_found", "no_picture", id=key)
    return Response(found.body, media_type=found.media_type)


def picture_path(one: Creative) -> str | None:
    """Where its picture is served; None where none is kept."""
    return picture_address(one.account_id, one.key) if one.has_picture else None


def picture_address(account_id: str, key: str) -> str:
    """Where the picture of a creative is served."""
    return f"/api/v1/creatives/{account_id}/{quote(key)}/picture"


def _shown(one: Creative) -> ShownCreative:
    recent, before = one.recent, one.before
    made = {
        "picture": picture_path(one),
        "frequency": recent and recent.frequency,
        "frequency_before": before and before.frequency,
        "recent_click_rate": recent and recent.ctr,
        "click_rate_before": before and before.ctr,
    }
    names = set(ShownCreative.model_fields) - set(made)
    return ShownCreative(**made, **{name: getattr(one, name) for name in names})
