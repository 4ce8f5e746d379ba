"""The month's budgets of every client, worst first, with where they land; and the own benchmark."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import BenchmarkDep, BudgetsDep, ClockDep
from fbads_pipeline.api.errors import documented
from fbads_pipeline.api.schemas.resources import Exact
from fbads_pipeline.domain.clients.benchmark import benchmarks
from fbads_pipeline.domain.clients.month_budgets import MonthBudget
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1", tags=["budgets"])

ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]


class ShownLanding(BaseModel):
    """The month's spend at its end, tax not included: expected, and the interval that holds it in 80 of 100 cases."""

    mean: Exact
    low: Exact
    high: Exact


class ShownBudget(BaseModel):
    """One client (or account without one) in one currency, or some of an account's campaigns with a budget of their
    own: scope is then `campaign:<id>` or `pattern:<text>`. Amounts are spend, tax not included, unless they say so.

    spent: null where a day of the month was not read, or not reported. planned: what an even spend would have spent by
    the end of yesterday. daily: per day, today included, to land on the budget. cost, landing_cost: with tax, null
    where no rate is known.
    """

    client_id: int | None
    name: str
    currency: str
    accounts: list[str]
    today: date
    state: Literal["on_plan", "over", "under", "no_budget", "not_read", "too_little_data"]
    budget: Exact | None
    spent: Exact | None
    cost: Exact | None
    planned: Exact | None
    landing: ShownLanding | None
    landing_cost: Exact | None
    daily: Exact | None
    days_asked: int
    days_read: int
    scope: str = ""


class ShownBenchmark(BaseModel):
    """Percentiles of one metric over the accounts of the installation with that objective, country and currency.

    accounts: how many have the figure, ten at least; percentiles: 10, 25, 50, 75, 90 → value; own: the
    caller's accounts alone.
    """

    metric: str
    objective: str
    country: str
    currency: str
    accounts: int
    percentiles: dict[int, Exact]
    own: dict[str, Exact]


@router.get("/benchmark", responses=documented())
def own_benchmark(
    reader: BenchmarkDep, clock: ClockDep, who: ReaderDep, days: Annotated[int, Query(ge=1, le=366)] = 28
) -> list[ShownBenchmark]:
    """CTR, CPM, CPA and ROAS (without tax) of the last days; nothing where fewer than ten accounts have the figure."""
    today = clock.now().date()
    found = benchmarks(reader.figures(today - timedelta(days=days), today), who.accounts)
    return [ShownBenchmark(**vars(one)) for one in found]


@router.get("/budgets", responses=documented())
def month_budgets(budgets: BudgetsDep, clock: ClockDep, who: ReaderDep) -> list[ShownBudget]:
    """The current month of every client and account that the caller sees, worst first."""
    return [_shown(one) for one in budgets.read(who.accounts, clock.now())]


def _shown(one: MonthBudget) -> ShownBudget:
    found = one.landing
    return ShownBudget(
        client_id=one.client_id,
        name=one.name,
        currency=one.currency,
        accounts=list(one.accounts),
        today=one.today,
        state=one.state,
        budget=one.budget,
        spent=one.spent,
        cost=None if one.cost is None else round(one.cost, 2),
        planned=one.planned,
        landing=None
        if found is None
        else ShownLanding(mean=_cents(found.mean), low=_cents(found.low), high=_cents(found.high)),
        landing_cost=None if one.landing_cost is None else _cents(one.landing_cost),
        daily=None if one.daily is None else _cents(one.daily),
        days_asked=one.asked,
        days_read=one.read,
        scope=one.scope,
    )


def _cents(value: float) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))
