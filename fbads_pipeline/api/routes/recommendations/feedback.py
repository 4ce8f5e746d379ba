"""Useful or not: what people say of alerts and suggestions, and the precision that it makes."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, FeedbackDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.parameters import AccountId
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.inbox.feedback import FeedbackRefused, FeedbackSubject

router = APIRouter(prefix="/api/v1/feedback", tags=["suggestions"])

ReaderDep = Annotated[Principal, Depends(Needs("suggestions:read"))]


class NewMark(BaseModel):
    """What one person says of one thing; their newer mark replaces the older one."""

    model_config = ConfigDict(extra="forbid")

    subject: FeedbackSubject
    subject_id: str = Field(pattern=r"^[0-9a-zA-Z_.:|-]{1,128}$")
    is_useful: bool


class ShownMark(NewMark):
    """A mark as it was kept. kind: of a suggestion its action, of an anomaly its kind, of an alert its rule."""

    account_id: str | None
    kind: str
    marked_at: datetime


class ShownPrecision(BaseModel):
    """Marks of one kind of thing in one account; precision is the share that says useful."""

    subject: FeedbackSubject
    account_id: str | None
    kind: str
    marks: int
    useful: int
    precision: float | None


@router.post("", responses=documented(404, 422))
def mark(given: NewMark, feedback: FeedbackDep, clock: ClockDep, who: ReaderDep) -> ShownMark:
    """Say whether a suggestion, an anomaly or an alert was useful."""
    try:
        kept = feedback.mark(who, given.subject, given.subject_id, is_useful=given.is_useful, now=clock.now())
    except FeedbackRefused as wrong:
        raise ApiError.of(404, "not_found", wrong) from None
    return ShownMark(**vars(kept))


@router.get("/precision", responses=documented(404))
def precision(feedback: FeedbackDep, who: ReaderDep, account_id: AccountId = None) -> list[ShownPrecision]:
    """How useful people find each kind of suggestion, anomaly and alert, per account."""
    found = feedback.precision(who.accounts, account_id)
    return [
        ShownPrecision(**vars(one), precision=None if one.precision is None else float(one.precision)) for one in found
    ]
