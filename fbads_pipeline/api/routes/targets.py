"""Targets: by what campaigns are assessed, per account, campaign and name pattern."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.adapters.dbt.goals import require_goal
from fbads_pipeline.adapters.postgres.clients.targets import StoredTarget
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, TargetsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.parameters import AccountDigits, AccountId
from fbads_pipeline.domain.clients.targets import Target, UnusableTarget
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1/targets", tags=["targets"])

ReaderDep = Annotated[Principal, Depends(Needs("suggestions:read"))]
SetterDep = Annotated[Principal, Depends(Needs("suggestions:decide"))]
Amount = Annotated[Decimal | None, Field(gt=0, max_digits=18, decimal_places=6)]


class NewTarget(BaseModel):
    """What holds for one scope from a day on.

    campaign_id, name_pattern: at most one; neither: the whole account. A pattern is compared with whole names, and `*`
    matches any text. cpa: the highest cost per conversion, or roas: the lowest value per unit spent, or margin: the
    share of the value that is left to pay for advertising (0.4: the ROAS 2.5 at least). goal_family: what conversions
    count. monthly_budget: of the whole scope. Amounts are in the account's currency. Without any value it ends what
    held before.
    """

    model_config = ConfigDict(extra="forbid")

    account_id: AccountDigits
    currency: str = Field(min_length=3, max_length=3)
    valid_from: date
    valid_until: date | None = None
    campaign_id: str | None = Field(None, pattern=r"^[0-9]{1,32}$")
    name_pattern: str | None = Field(None, max_length=200)
    goal_family: str | None = Field(None, max_length=100)
    cpa: Amount = None
    roas: Amount = None
    monthly_budget: Amount = None
    margin: Annotated[Decimal | None, Field(gt=0, le=1, max_digits=7, decimal_places=6)] = None


class ShownTarget(NewTarget):
    """A target as it was set; for one scope and day the one with the highest number counts."""

    target_id: int
    set_by: str
    set_at: datetime


@router.get("", responses=documented(404))
def list_targets(targets: TargetsDep, who: ReaderDep, account_id: AccountId = None) -> list[ShownTarget]:
    """Every target that was set, by account, in the order in which they were set."""
    wanted = who.accounts if account_id is None else frozenset({account_id})
    return [_shown(one) for one in targets.all(wanted)]


@router.post("", status_code=201, responses=documented(404, 422))
def set_target(given: NewTarget, targets: TargetsDep, clock: ClockDep, who: SetterDep) -> ShownTarget:
    """Set what holds for an account or some campaigns; it replaces what held for the same scope on those days."""
    if not who.sees(given.account_id):
        raise ApiError(404, "not_found", "unknown_account", hint="accounts", id=given.account_id)
    try:
        if given.goal_family is not None:
            require_goal(given.goal_family)
        (number,) = targets.set([Target(**given.model_dump())], actor=who.user_id, now=clock.now())
    except UnusableTarget as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    return next(_shown(one) for one in targets.all(frozenset({given.account_id})) if one.target_id == number)


def _shown(one: StoredTarget) -> ShownTarget:
    return ShownTarget(**vars(one.target), target_id=one.target_id, set_by=one.set_by, set_at=one.set_at)
