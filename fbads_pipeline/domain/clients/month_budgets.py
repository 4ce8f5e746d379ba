"""The month of each client: what was spent, where it lands, and whether its budget is off; worst first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fbads_pipeline.domain.clients.client import Client
from fbads_pipeline.domain.clients.landing import (
    BudgetState,
    Landing,
    MonthPlace,
    RunningSpend,
    exact_daily,
    landing,
    planned_to_date,
    state_of,
    together,
)
from fbads_pipeline.domain.clients.tax import TaxPeriod
from fbads_pipeline.domain.core.days import local_day

# Worst first: what is off by how much; then what is not known; then the others.
_RANK: Mapping[BudgetState, int] = {
    "over": 0,
    "under": 0,
    "not_read": 1,
    "too_little_data": 2,
    "on_plan": 3,
    "no_budget": 4,
}


@dataclass(frozen=True)
class AccountMonth:
    """An account's read days with what was spent (None: not reported), what of it stops, and its own budget.

    scope: `campaign:<id>` or `pattern:<text>` where it is of some of the campaigns only; empty: the whole account.
    """

    account_id: str
    name: str | None
    currency: str
    timezone_name: str
    spend: Mapping[date, Decimal | None]
    stopping: tuple[RunningSpend, ...] = ()
    budget: Decimal | None = None
    scope: str = ""


@dataclass(frozen=True)
class MonthBudget:
    """One client (or account without one) in one currency; or, with a scope, some of an account's campaigns.

    spent: None where a day of the month was not read or not reported; cost: the same with tax, None where no rate is
    known; landing: None where too little is known; daily: per day, today included, to land on the budget. asked, read:
    complete account-days of the month. missing: the first and the last of those that were not read.
    """

    client_id: int | None
    name: str
    currency: str
    accounts: tuple[str, ...]
    today: date
    budget: Decimal | None
    spent: Decimal | None
    cost: Decimal | None
    planned: Decimal | None
    landing: Landing | None
    landing_cost: float | None
    daily: float | None
    state: BudgetState
    asked: int
    read: int
    missing: tuple[date, date] | None = None
    scope: str = ""

    @property
    def miss(self) -> float:
        """How far the landing lies beside the budget, in parts of it; 0 where either is not known."""
        if self.budget is None or self.landing is None:
            return 0.0
        return self.landing.mean / float(self.budget) - 1


@dataclass(frozen=True)
class _AccountState:
    account: AccountMonth
    month: MonthPlace
    spent: Decimal | None
    spent_today: Decimal
    cost: Decimal | None
    found: Landing | None
    cost_factor: float | None
    unread: tuple[date, ...]


def month_budgets(
    accounts: Iterable[AccountMonth],
    clients: Sequence[Client],
    periods: Mapping[str, Sequence[TaxPeriod]],
    now: datetime,
) -> list[MonthBudget]:
    """A row per client and currency, per account without a client, and per scope; worst first."""
    owner = {account_id: one for one in clients for account_id in one.details.accounts}
    groups: dict[tuple[int | None, str, str], list[_AccountState]] = {}
    for one in accounts:
        client = None if one.scope else owner.get(one.account_id)
        key = (
            (None, one.currency, f"{one.account_id} {one.scope}")
            if client is None
            else (client.client_id, one.currency, "")
        )
        groups.setdefault(key, []).append(_state(one, periods.get(one.account_id, ()), now))
    by_id = {one.client_id: one for one in clients}
    rows = [_row(by_id.get(key[0]) if key[0] is not None else None, some) for key, some in groups.items()]
    return sorted(rows, key=lambda one: (_RANK[one.state], -abs(one.miss), one.name))


def _state(account: AccountMonth, periods: Sequence[TaxPeriod], now: datetime) -> _AccountState:
    month = MonthPlace(local_day(now, account.timezone_name))
    passed, spend = month.passed, account.spend
    unread = tuple(day for day in passed if day not in spend)
    known = {day: float(value) for day, value in spend.items() if value is not None and day < month.today}
    whole = [spend.get(day) for day in passed]
    today = spend.get(month.today) or Decimal(0)
    total = None if None in whole else sum((one for one in whole if one is not None), Decimal(0)) + today
    going_on = {
        day: max(0.0, value - sum(one.by_day.get(day, 0.0) for one in account.stopping)) for day, value in known.items()
    }
    ending = [
        RunningSpend({day: one.by_day.get(day, 0.0) for day in known}, one.stop_on)
        for one in account.stopping
        if one.stop_on is not None and one.stop_on > month.today
    ]
    parts = [RunningSpend(going_on), *ending]
    before = None if total is None else float(total - today)
    found = None if before is None else landing(month, parts, before, float(today))
    # A today that was not read yet has spent nothing that is known.
    so_far = {**spend, month.today: today}
    return _AccountState(
        account,
        month,
        total,
        today,
        _cost(so_far, [*passed, month.today], periods),
        found,
        _factor(periods, month.today),
        unread,
    )


def _cost(spend: Mapping[date, Decimal | None], days: Iterable[date], periods: Sequence[TaxPeriod]) -> Decimal | None:
    """With the tax of each day; None where a day or its rate is not known."""
    total = Decimal(0)
    for day in days:
        value, rate = spend.get(day), _rate(periods, day)
        if value is None or rate is None:
            return None
        total += value / (1 - rate)
    return total


def _rate(periods: Sequence[TaxPeriod], day: date) -> Decimal | None:
    return next((one.rate for one in periods if one.first_day <= day < one.until_day), None)


def _factor(periods: Sequence[TaxPeriod], day: date) -> float | None:
    rate = _rate(periods, day)
    return None if rate is None else float(1 / (1 - rate))


def _row(client: Client | None, states: Sequence[_AccountState]) -> MonthBudget:
    first = states[0]
    month, currency = first.month, first.account.currency
    budget = _budget(client, states, currency)
    is_read = all(one.spent is not None for one in states)
    found = together([one.found for one in states if one.found is not None])
    if not is_read or not any(one.found is not None for one in states):
        found = None
    today = sum((one.spent_today for one in states), Decimal(0))
    unread = sorted({day for one in states for day in one.unread})
    costs = [one.cost for one in states]
    return MonthBudget(
        client_id=None if client is None else client.client_id,
        name=client.details.name if client else first.account.name or first.account.account_id,
        currency=currency,
        accounts=tuple(one.account.account_id for one in states),
        today=month.today,
        budget=budget,
        spent=sum((one.spent for one in states if one.spent is not None), Decimal(0)) if is_read else None,
        cost=None if None in costs else sum((one for one in costs if one is not None), Decimal(0)),
        planned=None if budget is None else Decimal(planned_to_date(float(budget), month)).quantize(Decimal("0.01")),
        landing=found,
        landing_cost=_landing_cost(states) if found is not None else None,
        daily=None if budget is None or found is None else exact_daily(float(budget), found, month, float(today)),
        state=state_of(None if budget is None else float(budget), found, is_read=is_read),
        asked=sum(len(one.month.passed) for one in states),
        read=sum(len(one.month.passed) - len(one.unread) for one in states),
        missing=(unread[0], unread[-1]) if unread else None,
        scope=first.account.scope,
    )


def _landing_cost(states: Sequence[_AccountState]) -> float | None:
    """The landing with tax: what was spent at its days' rates, what is to come at today's."""
    total = 0.0
    for one in states:
        if one.cost is None or one.cost_factor is None or one.spent is None:
            return None
        coming = 0.0 if one.found is None else one.found.mean - float(one.spent)
        total += float(one.cost) + coming * one.cost_factor
    return total


def _budget(client: Client | None, states: Sequence[_AccountState], currency: str) -> Decimal | None:
    """The client's own; else the sum of its accounts', where every one of them has one."""
    if client is not None and client.budget is not None and client.budget.currency == currency:
        return client.budget.amount
    own = [one.account.budget for one in states]
    return None if None in own else sum((one for one in own if one is not None), Decimal(0))
