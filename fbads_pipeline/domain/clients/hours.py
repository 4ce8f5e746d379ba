"""What an account had spent by which hour: today beside the days before, as the readings of each day found it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HISTORY_DAYS = 28
# With fewer days that were read at that hour nothing is usual.
DAYS_NEEDED = 5
# A reading says what was spent until it; that much later it says it no longer.
_COUNTS_FOR_MINUTES = 60
_HOURS = range(1, 25)


@dataclass(frozen=True)
class DayCurve:
    """points: minutes since the account's midnight and what had been spent by then, in order; None: not reported."""

    day: date
    points: Sequence[tuple[int, Decimal | None]]

    def at(self, minutes: int) -> Decimal | None:
        """What had been spent by that minute; None where no reading of the hour before says it."""
        before = [point for point in self.points if point[0] <= minutes]
        if not before or minutes - before[-1][0] > _COUNTS_FOR_MINUTES:
            return None
        return before[-1][1]


@dataclass(frozen=True)
class UsualByHour:
    """By that hour (1 to 24, or the minute asked for): a tenth of the days had spent less than low, a tenth more than
    high."""

    hour: int
    low: Decimal
    middle: Decimal
    high: Decimal


def usual_at(curves: Sequence[DayCurve], minutes: int) -> UsualByHour | None:
    """Over days before today; None where too few of them were read at that time of the day."""
    found = sorted(value for one in curves if (value := one.at(minutes)) is not None)
    if len(found) < DAYS_NEEDED:
        return None
    last = len(found) - 1
    low, middle, high = (found[round(last * share)] for share in (0.1, 0.5, 0.9))
    return UsualByHour(-(-minutes // 60), low, middle, high)


def usual_hours(curves: Sequence[DayCurve]) -> list[UsualByHour]:
    """One per hour whose end enough days were read at."""
    return [found for hour in _HOURS if (found := usual_at(curves, 60 * hour - 1)) is not None]
