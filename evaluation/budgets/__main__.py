"""`python -m evaluation.budgets [first seed] [months]`: how far forecasts of a month's spend were from its end.

Months of accounts with a weekday profile, daily noise of 12 %, and budgets that people change once a month by up to a
quarter. The forecast is made on the tenth and on the twentieth day, from what was read until then.
"""

import math
import random
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median, quantiles

from fbads_pipeline.domain.clients.landing import MonthPlace, RunningSpend, landing

MONTHS = 60
# Day of the month → the median error that must not be reached.
BARS = {10: 0.06, 20: 0.03}
# The interval of 80 % holds so many of sixty months where it is right (binomial, 99 %).
HELD = (0.70, 0.95)
_YEAR, _MONTH = 2026, 10
_FIRST_DAY, _DAYS = date(2026, 8, 15), 90


@dataclass(frozen=True)
class BackTest:
    """errors: of each month, as a share of what it spent; held: share of months whose end lay in the interval."""

    errors: list[float]
    held: float

    @property
    def is_good(self) -> bool:
        """Whether the interval holds as often as it says, or a little more."""
        return HELD[0] <= self.held <= HELD[1]


def back_test(day: int, seeds: range) -> BackTest:
    """Forecasts on that day of the month, one month per seed."""
    errors, inside, month = [], 0, MonthPlace(date(_YEAR, _MONTH, day))
    for seed in seeds:
        spend = _spend(random.Random(seed))
        actual = sum(value for one, value in spend.items() if one.month == _MONTH)
        found = landing(month, [RunningSpend(spend)], sum(spend[one] for one in month.passed))
        if found is None:
            raise ValueError(f"there is no forecast for seed {seed}")
        errors.append(abs(found.mean / actual - 1))
        inside += found.low <= actual <= found.high
    return BackTest(errors, inside / len(errors))


def _spend(rng: random.Random) -> dict[date, float]:
    profile, level = [rng.uniform(0.8, 1.25) for _ in range(7)], rng.uniform(50, 2000)
    spend = {}
    for number in range(_DAYS):
        one = _FIRST_DAY + timedelta(days=number)
        level *= rng.uniform(0.75, 1.25) if rng.random() < 1 / 30 else 1
        spend[one] = level * profile[one.weekday()] * math.exp(rng.gauss(0, 0.12))
    return spend


def main(seeds: range) -> int:
    """Print the table; 1 where a bar is not held."""
    print(f"Landing of a month's spend, {len(seeds)} months (seeds {seeds.start} to {seeds.stop - 1})\n")
    print("| on day | median error | must be below | 90 % of months below | in the 80 % interval |")
    print("| --- | --- | --- | --- | --- |")
    is_held = True
    for day, bar in BARS.items():
        found = back_test(day, seeds)
        error, ninth = median(found.errors), quantiles(found.errors, n=10)[8]
        print(f"| {day} | {error:.1%} | {bar:.0%} | {ninth:.1%} | {found.held:.0%} |")
        is_held &= error < bar and found.is_good
    return 0 if is_held else 1


if __name__ == "__main__":
    first, count = (int(one) for one in (*sys.argv[1:3], *("0", str(MONTHS))[len(sys.argv[1:3]) :]))
    sys.exit(main(range(first, first + count)))
