"""Money that is left, and what keeps ads from delivering; whoever takes care of a problem says so here."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, DeliveryDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.languages import problem_localizer
from fbads_pipeline.api.parameters import AccountId
from fbads_pipeline.api.schemas.resources import Exact
from fbads_pipeline.domain.delivery.funds import Fund, FundKind, FundState, funds_of
from fbads_pipeline.domain.delivery.messages import ads_manager_link, describe
from fbads_pipeline.domain.delivery.problems import ProblemKind, ProblemState, StoredProblem
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1", tags=["delivery"])

ReaderDep = Annotated[Principal, Depends(Needs("suggestions:read"))]
TakerDep = Annotated[Principal, Depends(Needs("suggestions:decide"))]
ProblemId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
ENDED_WITHIN = timedelta(days=7)


class Balance(BaseModel):
    """Money that is left, in the currency's major unit; null where it is not known, which is not zero.

    state: unknown: Meta names it in a form that is not known (`shape`: that form, every digit a 9), or not at all;
    low: it ends within some two days; empty. per_day: usual spend; null where too few days were read. ends_at: at that
    spend; null where it is not known or more than 60 days away.
    """

    kind: FundKind
    account_id: str
    account_name: str | None
    entity: str
    name: str | None
    currency: str
    left: Exact | None
    state: FundState
    per_day: Exact | None
    ends_at: datetime | None
    read_at: datetime
    shape: str | None


class Problem(BaseModel):
    """What keeps something from delivering. entity: `account:`, `campaign:`, `adset:` or `ad:` and its id; text: in the
    caller's language, with Meta's own words as evidence; state gone: it ended without being fixed."""

    problem_id: str
    kind: ProblemKind
    entity: str
    name: str | None
    account_id: str
    campaign_id: str | None
    severity: str
    state: ProblemState
    text: str
    link: str
    since: datetime
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    ended_at: datetime | None


@router.get("/balances", responses=documented(404))
def list_balances(
    delivery: DeliveryDep, clock: ClockDep, who: ReaderDep, account_id: AccountId = None
) -> list[Balance]:
    """Prepaid balances and caps, what ends first first; accounts that pay by invoice and have no cap have none."""
    now = clock.now()
    wanted = who.accounts if account_id is None else frozenset({account_id})
    funds = [fund for facts in delivery.money(wanted, now=now) for fund in funds_of(facts)]
    return [_balance(one, now) for one in sorted(funds, key=lambda one: one.urgency(now))]


@router.get("/delivery-problems", responses=documented(404))
def list_problems(
    request: Request, delivery: DeliveryDep, clock: ClockDep, who: ReaderDep, account_id: AccountId = None
) -> list[Problem]:
    """Open problems, the gravest first, then those that ended within a week."""
    wanted = who.accounts if account_id is None else frozenset({account_id})
    found = delivery.listed(wanted, ended_since=clock.now() - ENDED_WITHIN)
    return [shown_problem(one, problem_localizer(request).render(describe(one.problem))) for one in found]


@router.post("/delivery-problems/{problem_id}/acknowledge", responses=documented(404, 409))
def acknowledge(
    request: Request, problem_id: ProblemId, delivery: DeliveryDep, clock: ClockDep, who: TakerDep
) -> Problem:
    """Say that you take care of it; it ends by itself once Meta delivers again."""
    now = clock.now()
    found = delivery.listed(who.accounts, ended_since=now - ENDED_WITHIN, problem_id=problem_id)
    if not found:
        raise ApiError(404, "not_found", "no_problem", id=problem_id)
    if not delivery.acknowledge(problem_id, actor=who.user_id, now=now):
        raise ApiError(409, "changed", "problem_not_open", id=problem_id)
    (one,) = delivery.listed(who.accounts, ended_since=now - ENDED_WITHIN, problem_id=problem_id)
    return shown_problem(one, problem_localizer(request).render(describe(one.problem)))


def _balance(fund: Fund, now: datetime) -> Balance:
    shown = {name: getattr(fund, name) for name in Balance.model_fields if name != "state"}
    return Balance(**shown | {"state": fund.state(now)})


def shown_problem(one: StoredProblem, text: str) -> Problem:
    """A problem with the text that says it."""
    problem = one.problem
    of_problem = ("kind", "entity", "name", "account_id", "campaign_id", "severity", "since")
    stored = ("problem_id", "state", "opened_at", "acknowledged_at", "acknowledged_by", "ended_at")
    return Problem(
        text=text,
        link=ads_manager_link(problem),
        **{name: getattr(problem, name) for name in of_problem},
        **{name: getattr(one, name) for name in stored},
    )
