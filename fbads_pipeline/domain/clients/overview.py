"""The day of each client at a glance: what was spent, what it brought, what is wrong, and in which order to look."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from statistics import median
from typing import Literal

from fbads_pipeline.domain.alerts.alerts import Severity
from fbads_pipeline.domain.clients.month_budgets import MonthBudget
from fbads_pipeline.domain.clients.targets import EffectiveTarget
from fbads_pipeline.domain.delivery.funds import FundState

Figures = Mapping[str, Decimal | None]
VerdictColor = Literal["red", "amber", "learning", "green"]
# The same weekday of so many weeks; with fewer than USUAL_FROM that were read, nothing is usual.
USUAL_WEEKS, USUAL_FROM = 4, 3
RESULT_DAYS = 7
# Beside the target by less than that is on target: chance moves a week's CPA by more.
NEAR_TARGET = Decimal("0.1")
_DIVIDED: Mapping[str, tuple[str, str]] = {
    "cpa": ("spend", "conversions"),
    "cpa_with_tax": ("cost", "conversions"),
    "roas": ("purchase_value", "spend"),
    "roas_with_tax": ("purchase_value", "cost"),
}


def days_looked_at(today: date) -> frozenset[date]:
    """The days of which `ClientDay` asks something, wherever in the world an account is while it is `today` in UTC:
    the last week, and the same weekday of the weeks before."""
    back = {*range(RESULT_DAYS + 1), *(7 * n for n in range(1, USUAL_WEEKS + 1))}
    return frozenset(today + timedelta(days=zone - n) for n in back for zone in (-1, 0, 1))


@dataclass(frozen=True)
class AccountWeeks:
    """An account's figures of the last weeks, of `days_looked_at`. days: those with rows; read: those that were read,
    today included."""

    account_id: str
    name: str | None
    currency: str
    today: date
    days: Mapping[date, Figures]
    read: Collection[date]
    goal_family: str | None = None
    target: EffectiveTarget | None = None
    anomalies: int = 0
    critical: int = 0
    at_stake: Decimal = Decimal(0)
    suggestions: int = 0
    has_several_goals: bool = False

    def figure(self, metric: str, since: int, until: int) -> Decimal | None:
        """The sum over the days from so many before today to so many before it; None where one of them was not read,
        or does not report it. A day that was read and has no row has delivered nothing."""
        total = Decimal(0)
        for day in _days_before(self.today, since, until):
            if day not in self.read:
                return None
            figures = self.days.get(day)
            value = Decimal(0) if figures is None else figures.get(metric)
            if value is None:
                return None
            total += value
        return total


@lru_cache(maxsize=512)
def _days_before(today: date, since: int, until: int) -> tuple[date, ...]:
    return tuple(today - timedelta(days=n) for n in range(until, since + 1))


@dataclass(frozen=True)
class UsualDay:
    """What is spent on a whole day of that weekday: the lowest, the middle and the highest of the last weeks."""

    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True)
class ClientDay:
    """One client (or account without one) in one currency, with its accounts' figures."""

    client_id: int | None
    name: str
    currency: str
    accounts: Sequence[AccountWeeks]
    budget: MonthBudget | None = None
    fund: FundState | None = None
    _sums: dict[tuple[str, int, int], Decimal | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def has_several_goals(self) -> bool:
        """Whether its accounts, or campaigns of one of them, have different goals."""
        return len({one.goal_family for one in self.accounts}) > 1 or any(
            one.has_several_goals for one in self.accounts
        )

    def total(self, metric: str, since: int, until: int = 0) -> Decimal | None:
        """Over the days from so many before each account's today to so many before it; 0 is today. A ratio is that of
        the sums; None where one account does not know it, and of results where the accounts have different goals."""
        if "conversions" in _parts(metric) and self.has_several_goals:
            return None
        sums = [self._sum(part, since, until) for part in _parts(metric)]
        if metric not in _DIVIDED:
            return sums[0]
        over, under = sums
        return None if over is None or not under else over / under

    def _sum(self, metric: str, since: int, until: int) -> Decimal | None:
        """Asked for several times of the same days: what was found is kept."""
        key = (metric, since, until)
        if key not in self._sums:
            found = [one.figure(metric, since, until) for one in self.accounts]
            self._sums[key] = None if None in found else sum((one for one in found if one is not None), Decimal(0))
        return self._sums[key]

    @property
    def daily_budget(self) -> Decimal | None:
        """Per day, today included, to land the month on its budget; None where that is not known, and where the budget
        is for more accounts than these."""
        if self.budget is None or self.budget.daily is None:
            return None
        is_own = {one.account_id for one in self.accounts}.issuperset(self.budget.accounts)
        return Decimal(self.budget.daily) if is_own else None

    @property
    def usual(self) -> UsualDay | None:
        """Of today's weekday; None where too few such days were read, or most of them spent nothing."""
        found = [total for n in range(1, USUAL_WEEKS + 1) if (total := self.total("spend", 7 * n, 7 * n)) is not None]
        if len(found) < USUAL_FROM or median(found) == 0:
            return None
        return UsualDay(min(found), Decimal(median(found)), max(found))

    @property
    def target(self) -> EffectiveTarget | None:
        """Where all accounts have the same."""
        found = {(one.target.cpa, one.target.roas): one.target for one in self.accounts if one.target is not None}
        same = len(found) == 1 and all(one.target is not None for one in self.accounts)
        return next(iter(found.values())) if same else None

    @property
    def beside_target(self) -> Decimal | None:
        """How far the last week's CPA or ROAS lies on the bad side of the target, in parts of it; below 0 on the good
        side; None where either is not known."""
        if self.target is None or self.target.goal is None:
            return None
        if self.target.goal == "cpa" and self.target.cpa:
            value = self.total("cpa", RESULT_DAYS, 1)
            return None if value is None else value / self.target.cpa - 1
        value = self.total("roas", RESULT_DAYS, 1)
        return None if value is None or not self.target.roas else 1 - value / self.target.roas

    @property
    def anomalies(self) -> int:
        return sum(one.anomalies for one in self.accounts)

    @property
    def critical(self) -> int:
        return sum(one.critical for one in self.accounts)

    @property
    def at_stake(self) -> Decimal:
        """Per day, of its open anomalies."""
        return sum((one.at_stake for one in self.accounts), Decimal(0))

    @property
    def suggestions(self) -> int:
        return sum(one.suggestions for one in self.accounts)

    def tone(self) -> Severity | None:
        """critical: money is being lost or has ended; warning: something is off; None: nothing is."""
        if self.critical or self.fund == "empty":
            return "critical"
        is_off = self.budget is not None and self.budget.state in ("over", "under")
        is_beside = self.beside_target is not None and self.beside_target > NEAR_TARGET
        return "warning" if self.anomalies or self.fund == "low" or is_off or is_beside else None

    def urgency(self) -> tuple[int, Decimal, str]:
        """What is worst first; among equals the money at stake."""
        rank = {"critical": 0, "warning": 1}.get(self.tone() or "", 2)
        return rank, -self.at_stake, self.name.casefold()


@dataclass(frozen=True)
class DayVerdict:
    """The day in one line. at_stake: currency → money per day; unlearned: accounts that are not watched yet."""

    color: VerdictColor
    critical: int = 0
    warnings: int = 0
    at_stake: Mapping[str, Decimal] = field(default_factory=dict)
    unlearned: int = 0


def verdict_of(days: Sequence[ClientDay], *, problems: int, unlearned: int, is_read: bool) -> DayVerdict:
    """problems: critical ones of delivery; unlearned: accounts that nothing watches yet; is_read: whether every account
    was read lately. Without that, and while something is being learned, nothing is said to be well."""
    at_stake: dict[str, Decimal] = {}
    for one in days:
        if one.at_stake:
            at_stake[one.currency] = at_stake.get(one.currency, Decimal(0)) + one.at_stake
    tones = [one.tone() for one in days]
    critical, warnings = tones.count("critical") + problems, tones.count("warning")
    color: VerdictColor = "green"
    if critical:
        color = "red"
    elif warnings or not is_read:
        color = "amber"
    elif unlearned:
        color = "learning"
    return DayVerdict(color, critical, warnings, at_stake, unlearned)


def client_days(
    accounts: Iterable[AccountWeeks],
    owners: Mapping[str, tuple[int, str]],
    budgets: Sequence[MonthBudget],
    funds: Mapping[str, FundState],
) -> list[ClientDay]:
    """A row per client and currency, and per account without a client; worst first. owners: account → client and name;
    funds: account → the worst state of its money."""
    groups: dict[tuple[int | None, str, str], list[AccountWeeks]] = {}
    for one in accounts:
        client = owners.get(one.account_id)
        key = (None, one.currency, one.account_id) if client is None else (client[0], one.currency, "")
        groups.setdefault(key, []).append(one)
    by_accounts = {account: one for one in budgets if not one.scope for account in one.accounts}
    rows = [
        ClientDay(
            client_id,
            owners[some[0].account_id][1] if client_id is not None else some[0].name or some[0].account_id,
            currency,
            some,
            by_accounts.get(some[0].account_id),
            _worst([funds[one.account_id] for one in some if one.account_id in funds]),
        )
        for (client_id, currency, _), some in groups.items()
    ]
    return sorted(rows, key=ClientDay.urgency)


def _worst(states: Collection[FundState]) -> FundState | None:
    order: tuple[FundState, ...] = ("empty", "low", "unknown", "enough")
    return next((one for one in order if one in states), None)


def _parts(metric: str) -> tuple[str, ...]:
    return _DIVIDED.get(metric, (metric,))
