"""Days of a period that fall on some days of the week."""

from collections.abc import Sequence

from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import ranges_of

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


def days_on(days: DayRange, weekdays: Sequence[int]) -> tuple[DayRange, ...]:
    """Those of the days that fall on these days of the week (1 is Monday), as ranges; all of them without any.

    >>> from datetime import date
    >>> [str(one) for one in days_on(DayRange(date(2026, 11, 1), date(2026, 11, 8)), (6, 7))]
    ['2026-11-01 to 2026-11-01', '2026-11-07 to 2026-11-08']
    """
    if not weekdays:
        return (days,)
    return ranges_of([one for one in days if one.isoweekday() in weekdays])


def count_of_days(days: DayRange, weekdays: Sequence[int]) -> int:
    """How many of the days fall on these days of the week."""
    return sum(len(one) for one in days_on(days, weekdays))


def without(weekdays: Sequence[int]) -> tuple[int, ...]:
    """The other days of the week."""
    return tuple(one for one in EVERY_DAY if one not in weekdays)
