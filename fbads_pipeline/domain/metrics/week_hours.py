"""At which hours of which weekday a campaign's figures come in: means over days that were read while they ran."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# A step between two readings says nothing of an hour where it is longer than that, in minutes.
LONGEST_STEP = 60
# An hour counts where so many minutes of it lie between readings; a day, where so many of its hours do.
LEAST_MINUTES, LEAST_HOURS = 30, 20
# Two of each weekday: with fewer days, nothing is said of an hour.
LEAST_DAYS = 14
# Days that the map looks back.
HISTORY_DAYS = 56


@dataclass(frozen=True)
class DayHour:
    """What came in within one hour of an account's own day. minutes: of it, between readings; figure: None where Meta
    did not report it of a part."""

    day: date
    hour: int
    minutes: int
    figure: Decimal | None


@dataclass(frozen=True)
class HourMean:
    """mean: None where the hour was never read, or its figure never reported; days: that the mean is of."""

    mean: Decimal | None
    days: int
    is_read: bool


@dataclass(frozen=True)
class WeekHours:
    """days: that were read while they ran; cells: (weekday, hour) → its mean, for all 168, Monday first."""

    days: int
    cells: Mapping[tuple[int, int], HourMean]

    @property
    def is_learned(self) -> bool:
        """Whether enough days were read to say something of an hour."""
        return self.days >= LEAST_DAYS

    @property
    def most(self) -> Decimal:
        """The highest mean; 0 without one."""
        return max((one.mean for one in self.cells.values() if one.mean is not None), default=Decimal(0))


def week_hours(found: Iterable[DayHour]) -> WeekHours:
    """An hour that was not read is no hour without figures: it is in no mean, nor is a figure that was not reported."""
    read = [one for one in found if one.minutes >= LEAST_MINUTES]
    hours: dict[date, int] = {}
    by_cell: dict[tuple[int, int], list[Decimal | None]] = {}
    for one in read:
        hours[one.day] = hours.get(one.day, 0) + 1
        by_cell.setdefault((one.day.weekday(), one.hour), []).append(one.figure)
    cells = {(day, hour): _mean(by_cell.get((day, hour), ())) for day in range(7) for hour in range(24)}
    return WeekHours(sum(count >= LEAST_HOURS for count in hours.values()), cells)


def _mean(figures: Iterable[Decimal | None]) -> HourMean:
    some = list(figures)
    known = [one for one in some if one is not None]
    return HourMean(sum(known, Decimal(0)) / len(known) if known else None, len(known), bool(some))
