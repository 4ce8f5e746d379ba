"""Who changed what: the account's change log by kind of actor and tool, without persons."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ActivitiesDep
from fbads_pipeline.api.errors import documented
from fbads_pipeline.api.parameters import AccountId, Limit, OneCampaign
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1/changes", tags=["delivery"])
ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]


class ShownChange(BaseModel):
    """One event. actor_kind: null where Meta does not tell it; tool: the application, as Meta calls it; values: as Meta
    writes them, budgets in the currency's smallest unit."""

    account_id: str
    event_at: datetime
    event_type: str
    object_id: str | None
    object_type: str | None
    object_name: str | None
    actor_kind: Literal["person", "rule", "api", "meta"] | None
    tool: str | None
    old_value: str | None
    new_value: str | None


@router.get("", responses=documented(404))
def list_changes(
    activities: ActivitiesDep,
    who: ReaderDep,
    account_id: AccountId = None,
    campaign_id: OneCampaign = None,
    limit: Limit = 100,
) -> list[ShownChange]:
    """Of a campaign with its ad sets and ads, or of the accounts; the newest first. No person is named."""
    accounts = who.accounts if account_id is None else frozenset({account_id})
    return [ShownChange(**row) for row in activities.changes(accounts, campaign_id, rows=limit)]
