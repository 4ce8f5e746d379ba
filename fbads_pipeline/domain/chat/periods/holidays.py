"""Days that people call by a name, by the rule that makes them: `12-25`, `easter -47`, `11 thu 4 +1`."""

import re
from datetime import date, timedelta

_FIXED = re.compile(r"(\d\d)-(\d\d)")
_EASTER = re.compile(r"easter(?: ([+-]\d+))?")
_NTH = re.compile(r"(\d\d) (mon|tue|wed|thu|fri|sat|sun) (-?\d)(?: ([+-]\d+))?")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def holiday(rule: str, year: int) -> date:
    """The day of that year. Raises ValueError for a rule that is none.

    >>> str(holiday("easter -47", 2026)), str(holiday("11 thu 4 +1", 2026)), str(holiday("05 mon -1", 2026))
    ('2026-02-17', '2026-11-27', '2026-05-25')
    """
    if match := _FIXED.fullmatch(rule):
        return date(year, int(match[1]), int(match[2]))
    if match := _EASTER.fullmatch(rule):
        return _easter(year) + timedelta(days=int(match[1] or 0))
    if match := _NTH.fullmatch(rule):
        day = _nth(year, int(match[1]), _WEEKDAYS.index(match[2]), int(match[3]))
        return day + timedelta(days=int(match[4] or 0))
    raise ValueError(f"{rule!r} is no rule of a day")


def named_day(rule: str, today: date) -> date:
    """The latest such day that is not after today; that of this year where it is later in this very month."""
    this_year = holiday(rule, today.year)
    is_near = (this_year.year, this_year.month) == (today.year, today.month)
    return this_year if this_year <= today or is_near else holiday(rule, today.year - 1)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    if number > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
    after = date(year + month // 12, month % 12 + 1, 1)
    last = after - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-number - 1))


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    ell = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * ell) // 451
    month, day = divmod(h + ell - 7 * m + 114, 31)
    return date(year, month, day + 1)
