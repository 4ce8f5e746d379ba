"""Where the month's spend lands: by its end with an 80 % interval, and the daily amount that would land exactly.

What runs is forecast from its last weeks: a level (recent days count more) times the profile of its weekdays. Campaigns
that end in the month spend until they do; campaigns that do not run spend no more. The interval has two parts: the
noise of single days, and the level, which may move; both are measured on the account's own days.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

# Days that a forecast looks at; half-life of the level in days; days of "all alike" that a weekday's profile borrows.
HISTORY_DAYS, HALF_LIFE_DAYS, PROFILE_PRIOR_DAYS = 56, 4.0, 3.0
# Fewer read days say too little about a month.
LEAST_DAYS = 5
# The 90th percentile of the normal distribution: 80 % lie within it on both sides.
_WITHIN = 1.2816
# How far the level may move until the end of the month, in parts of itself per day (square root): typical of accounts
# whose budgets people change by hand.
LEVEL_DRIFT = 0.04
# A budget is off where the landing's interval misses it, and by at least that part of it.
LEAST_MISS = 0.05

BudgetState = Literal["on_plan", "over", "under", "no_budget", "not_read", "too_little_data"]


@dataclass(frozen=True)
class RunningSpend:
    """What one part of an account spent per day, while it runs until that day (None: beyond the month).

    by_day: read days only; a day that was read without spend is 0. stop_on: the first day without delivery.
    """

    by_day: Mapping[date, float]
    stop_on: date | None = None


@dataclass(frozen=True)
class Landing:
    """mean, low, high: the month's spend at its end. daily: what the coming days spend if nothing changes, in order."""

    spent: float
    mean: float
    low: float
    high: float
    variance: float

    @property
    def interval(self) -> tuple[float, float]:
        """10 % and 90 %."""
        return self.low, self.high


@dataclass(frozen=True)
class MonthPlace:
    """A month seen from its local today. is_known: whether what was spent today so far is in the spend."""

    today: date

    @property
    def first(self) -> date:
        return self.today.replace(day=1)

    @property
    def until(self) -> date:
        """The first day of the next month."""
        return (self.first + timedelta(days=32)).replace(day=1)

    @property
    def days(self) -> int:
        return (self.until - self.first).days

    @property
    def passed(self) -> list[date]:
        """Complete days of the month."""
        return list(_days_of(self.first, self.today))

    @property
    def to_come(self) -> list[date]:
        """Today and the days after it."""
        return list(_days_of(self.today, self.until))


@lru_cache(maxsize=64)
def _days_of(first: date, until: date) -> tuple[date, ...]:
    """The days before `until`; the accounts of a page have one month or two."""
    return tuple(first + timedelta(days=one) for one in range((until - first).days))


def landing(month: MonthPlace, parts: Iterable[RunningSpend], spent: float, spent_today: float = 0.0) -> Landing | None:
    """The month's end of one account. spent: on the complete days of the month; spent_today: so far, a floor of today.

    parts: what runs, and what ends within the month, each with its own days. None where too few days were read.
    """
    coming, variance, is_known = 0.0, 0.0, False
    today_expected = 0.0
    for part in parts:
        days = [one for one in month.to_come if part.stop_on is None or one < part.stop_on]
        found = _forecast(part.by_day, month.today, days)
        if found is None:
            continue
        is_known = True
        expected, noise = found
        today_expected += expected.get(month.today, 0.0)
        coming += sum(expected.values())
        variance += noise
    if not is_known:
        return None
    coming += max(0.0, spent_today - today_expected)
    mean, spread = spent + coming, _WITHIN * math.sqrt(variance)
    floor = spent + spent_today
    return Landing(floor, max(mean, floor), max(mean - spread, floor), max(mean + spread, floor), variance)


def together(landings: Sequence[Landing]) -> Landing | None:
    """Several accounts of one client as one; their errors are taken for independent. None without any."""
    if not landings:
        return None
    spent, mean = sum(one.spent for one in landings), sum(one.mean for one in landings)
    variance = sum(one.variance for one in landings)
    spread = _WITHIN * math.sqrt(variance)
    return Landing(spent, mean, max(mean - spread, spent), mean + spread, variance)


def capped(found: Landing, cap_left: float | None) -> Landing:
    """A landing that a spending limit cuts: no more than what was spent and what is left."""
    if cap_left is None:
        return found
    most = found.spent + max(cap_left, 0.0)
    return Landing(found.spent, min(found.mean, most), min(found.low, most), min(found.high, most), found.variance)


def planned_to_date(budget: float, month: MonthPlace) -> float:
    """What an even spend of the budget makes of the complete days."""
    return budget * len(month.passed) / month.days


def exact_daily(budget: float, found: Landing, month: MonthPlace, spent_today: float = 0.0) -> float | None:
    """Per day, today included, to land on the budget; None where it is spent already."""
    left = budget - (found.spent - spent_today)
    return left / len(month.to_come) if left > 0 else None


def state_of(budget: float | None, found: Landing | None, *, is_read: bool) -> BudgetState:
    """Whether a budget is off: the whole interval lies beside it, by LEAST_MISS at least."""
    if budget is None:
        return "no_budget"
    if not is_read:
        return "not_read"
    if found is None:
        return "too_little_data"
    if found.low > budget and found.mean > budget * (1 + LEAST_MISS):
        return "over"
    if found.high < budget and found.mean < budget * (1 - LEAST_MISS):
        return "under"
    return "on_plan"


def _forecast(
    by_day: Mapping[date, float], today: date, days: Sequence[date]
) -> tuple[Mapping[date, float], float] | None:
    """Coming day → expected spend, and the variance of their sum; None where too few days were read."""
    past = tuple((day, value) for day, value in by_day.items() if 0 < (today - day).days <= HISTORY_DAYS)
    return None if len(past) < LEAST_DAYS else _forecast_from(past, today, tuple(days))


# Whole days change a few times a day, and are asked for with every page: what follows from them is kept by them.
@lru_cache(maxsize=4096)
def _forecast_from(
    read: tuple[tuple[date, float], ...], today: date, days: tuple[date, ...]
) -> tuple[Mapping[date, float], float]:
    past = dict(read)
    profile = _profile(past)
    weights = {day: 0.5 ** ((today - day).days / HALF_LIFE_DAYS) for day in past}
    total = sum(weights.values())
    level = sum(weights[day] * value / profile[day.weekday()] for day, value in past.items()) / total
    residuals = {day: value / profile[day.weekday()] - level for day, value in past.items()}
    noise = sum(weights[day] * one**2 for day, one in residuals.items()) / total
    expected = {day: level * profile[day.weekday()] for day in days}
    count = len(days)
    of_level = noise * sum(one**2 for one in weights.values()) / total**2
    drift = (LEVEL_DRIFT * level) ** 2 * count / 3
    return expected, noise * count + (of_level + drift) * count**2


def _profile(past: Mapping[date, float]) -> list[float]:
    """Monday to Sunday, 1 on average: each weekday's mean of what its day was of its own week, drawn towards 1."""
    shares: list[list[float]] = [[] for _ in range(7)]
    spends = {day.toordinal(): value for day, value in past.items()}
    for day, value in past.items():
        at = day.toordinal()
        near = [spends[other] for other in range(at - 3, at + 4) if other in spends]
        mean = sum(near) / len(near)
        if len(near) >= LEAST_DAYS and mean > 0:
            shares[day.weekday()].append(min(value / mean, 5.0))
    raw = [(sum(some) + PROFILE_PRIOR_DAYS) / (len(some) + PROFILE_PRIOR_DAYS) for some in shares]
    mean = sum(raw) / 7
    return [max(one / mean, 0.05) for one in raw]
