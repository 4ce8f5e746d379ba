"""Periods that people choose by name, as account-local days."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from fbads_pipeline.domain.core.days import DayRange

PeriodName = Literal["today", "yesterday", "7d", "14d", "28d", "30d", "month", "last_month", "custom"]
PERIOD_NAMES: tuple[PeriodName, ...] = get_args(PeriodName)
LONGEST_PERIOD_DAYS = 400
_LENGTHS = {"7d": 7, "14d": 14, "28d": 28, "30d": 30}


@dataclass(frozen=True)
class PeriodChoice:
    """What somebody chose. days: of `custom` alone; is_compared: beside as many days right before."""

    name: PeriodName = "7d"
    days: DayRange | None = None
    is_compared: bool = True

    def on(self, today: date) -> DayRange:
        """The days that it means where it is `today`. Of a month that has just begun, today; 7, 14, 28 and 30 days
        are complete ones, so that they end yesterday."""
        if self.days is not None:
            return self.days
        if self.name in _LENGTHS:
            return DayRange(today - timedelta(days=_LENGTHS[self.name]), today - timedelta(days=1))
        if self.name == "month":
            return DayRange(today.replace(day=1), today)
        if self.name == "last_month":
            last = today.replace(day=1) - timedelta(days=1)
            return DayRange(last.replace(day=1), last)
        day = today if self.name == "today" else today - timedelta(days=1)
        return DayRange(day, day)


def chosen_period(name: str, since: date | None, until: date | None, *, is_compared: bool) -> PeriodChoice | None:
    """The choice that an address names; both days make it a custom one, whatever the name.

    None for a name that is unknown, and for days that are the wrong way round or too many.
    """
    if since is not None and until is not None:
        if not since <= until or (until - since).days >= LONGEST_PERIOD_DAYS:
            return None
        return PeriodChoice("custom", DayRange(since, until), is_compared)
    named = next((one for one in PERIOD_NAMES if one == name and one != "custom"), None)
    return None if named is None else PeriodChoice(named, None, is_compared)
