"""Landing pages of active ads, and links that are not tagged as their client wants them."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import LinksDep, NamingDep
from fbads_pipeline.api.errors import documented
from fbads_pipeline.api.parameters import AccountId
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1/links", tags=["delivery"])
ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]


class ShownLink(BaseModel):
    """A distinct link of active ads as it was last found. refused: it does not talk to programs, or has no public
    address: nothing is known of it. since: of the state, as far as it was looked at."""

    account_id: str
    url: str
    state: Literal["ok", "down", "redirected", "slow", "refused"]
    detail: str
    milliseconds: int | None
    since: datetime
    checked_at: datetime
    ads: int


class ShownFinding(BaseModel):
    """What is wrong with one parameter of an ad's link."""

    parameter: str
    fault: Literal["missing", "wrong", "other_campaign"]
    wanted: str
    found: str | None


class ShownTags(BaseModel):
    """An active ad whose link differs from the rule of its account or client."""

    account_id: str
    campaign_id: str
    campaign_name: str | None
    ad_id: str
    ad_name: str | None
    findings: list[ShownFinding]


class LinkReport(BaseModel):
    """pages: empty as long as FBADS_CHECK_LINKS is off; tags: empty without a rule (`fbads naming set`)."""

    pages: list[ShownLink]
    tags: list[ShownTags]


@router.get("", responses=documented(404))
def list_links(links: LinksDep, naming: NamingDep, who: ReaderDep, account_id: AccountId = None) -> LinkReport:
    """Of the caller's accounts, the worst first."""
    accounts = who.accounts if account_id is None else frozenset({account_id})
    tags = [
        ShownTags(
            **{name: getattr(one, name) for name in ShownTags.model_fields if name != "findings"},
            findings=[ShownFinding(**vars(each)) for each in one.findings],
        )
        for one in naming.findings(accounts)
    ]
    return LinkReport(pages=[ShownLink(**row) for row in links.links(accounts)], tags=tags)
