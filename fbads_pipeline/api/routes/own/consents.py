"""What one read of the privacy notice, and what one refuses."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, ConsentsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.domain.identity.privacy_notice import STATES_OF, ConsentState, Document
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1/me", tags=["privacy"])
MeDep = Annotated[Principal, Depends(Needs("me"))]


class ShownConsent(BaseModel):
    """The newest statement about a document. informed: a login was made under that version; acknowledged: one logged
    in under it, or confirmed it. via: creation, login, page or api."""

    document: Document
    version: str
    state: ConsentState
    at: datetime
    via: str


class StatedConsent(BaseModel):
    """`privacy_notice`: acknowledged. `chat_history`: refused (one's questions are no longer kept) or allowed."""

    model_config = ConfigDict(extra="forbid")

    document: Document
    state: ConsentState


@router.get("/consents", responses=documented())
def my_consents(who: MeDep, consents: ConsentsDep) -> list[ShownConsent]:
    """One per document that there is a statement about."""
    return [ShownConsent(**vars(one)) for one in consents.newest(who.user_id)]


@router.post("/consents", status_code=201, responses=documented(409, 422))
def add_consent(given: StatedConsent, who: MeDep, consents: ConsentsDep, clock: ClockDep) -> list[ShownConsent]:
    """State it under the notice's version of today; earlier statements are kept."""
    if given.state not in STATES_OF[given.document]:
        raise ApiError(422, "unusable_parameter", "consent_state", states=", ".join(STATES_OF[given.document]))
    if not who.email:
        raise ApiError(409, "no_user", "no_personal_data")
    consents.state(who.user_id, given.document, given.state, via="api", now=clock.now())
    return my_consents(who, consents)
