"""What Meta itself recommends, and its opportunity score."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import MetaRecommendationsDep
from fbads_pipeline.api.errors import documented
from fbads_pipeline.api.parameters import AccountId
from fbads_pipeline.api.schemas.resources import Exact
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1/meta-recommendations", tags=["suggestions"])
ReaderDep = Annotated[Principal, Depends(Needs("suggestions:read"))]


class ShownMetaRecommendation(BaseModel):
    """One of Meta's own, in Meta's words; it is no suggestion of this program. lift_estimate, score_lift: what Meta
    promises, null where it promises nothing."""

    account_id: str
    kind: str
    object_ids: list[str]
    campaign_ids: list[str]
    lift_estimate: str | None
    body: str | None
    score_lift: Exact | None
    url: str | None
    made_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime


class ShownOpportunityScore(BaseModel):
    """An account's opportunity score at Meta, from 0 to 100: null where Meta has none, or was never asked with success.
    …_refused: what Meta answered to the newest attempt instead."""

    account_id: str
    score: Exact | None
    score_read_at: datetime | None
    score_refused: str | None
    list_read_at: datetime | None
    list_refused: str | None


class MetaRecommendationReport(BaseModel):
    """Accounts that were asked about, and what their newest lists show, what brings most points first."""

    accounts: list[ShownOpportunityScore]
    recommendations: list[ShownMetaRecommendation]


@router.get("", responses=documented(404))
def list_meta_recommendations(
    reader: MetaRecommendationsDep, who: ReaderDep, account_id: AccountId = None
) -> MetaRecommendationReport:
    """Of the caller's accounts, read at most once a day; shown as evidence, never counted among the suggestions."""
    accounts = who.accounts if account_id is None else frozenset({account_id})
    return MetaRecommendationReport(
        accounts=[ShownOpportunityScore(**one) for one in reader.accounts(accounts)],
        recommendations=[ShownMetaRecommendation(**one) for one in reader.current(accounts)],
    )
