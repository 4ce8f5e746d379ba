"""Commercial dates, computed: no public calendar has them, and they move budgets more than holidays do.

Those that people prepare for also have an event for the days before (`…-week`): auctions are dearer from then on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from fbads_pipeline.domain.calendar.events import CalendarEvent
from fbads_pipeline.domain.core.messages import message

COMMERCIAL: Literal["commercial"] = "commercial"
SUNDAY, FRIDAY = 6, 4
Preparing = Literal["none", "week_before", "same_week"]


def nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    """The `number`th such weekday (Monday 0) of that month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def last_weekday(year: int, month: int, weekday: int) -> date:
    """The last such weekday of that month."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=(after.weekday() - weekday - 1) % 7 + 1)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    return nth_weekday(year, 11, 3, 4) + timedelta(days=1)


def easter(year: int) -> date:
    """Western Easter Sunday (the anonymous Gregorian computus, Nature, 20 April 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    x = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + x - 7 * ((a + 11 * h + 22 * x) // 451) + 114, 31)
    return date(year, month, day + 1)


def thirteenth_salary_first(year: int) -> date:
    """The last day for the first half of the 13th salary (Lei 4.749/1965, art. 2: by 30 November), a working day."""
    return _working_day_before(date(year, 11, 30))


def thirteenth_salary_second(year: int) -> date:
    """The last day for the second half (art. 1: by 20 December), a working day."""
    return _working_day_before(date(year, 12, 20))


def commercial_dates(country: str | None, first: date, last: date) -> list[CalendarEvent]:
    """Those of everywhere and of a country (ISO 3166) that touch the days, in the order of time."""
    years = range(first.year, last.year + 1)
    found = [one for rule in _RULES if rule.country in (None, country) for year in years for one in _of(rule, year)]
    return sorted(
        (one for one in found if one.starts_on <= last and one.ends_on >= first),
        key=lambda one: (one.starts_on, one.event_id),
    )


@dataclass(frozen=True)
class _DateRule:
    """name: in the ids of its events; title: key of the catalogue `calendar`; country: None for everywhere."""

    name: str
    title: str
    day: Callable[[int], date]
    country: str | None = None
    preparing: Preparing = "none"


def _of(rule: _DateRule, year: int) -> Iterator[CalendarEvent]:
    day, country = rule.day(year), rule.country
    title = message(f"calendar.{rule.title}")
    event_id = f"{country or 'world'}-{rule.name}-{year}"
    yield CalendarEvent(COMMERCIAL, event_id, day, day, title, COMMERCIAL, country)
    if rule.preparing == "none":
        return
    begin = day - timedelta(days=day.weekday() if rule.preparing == "same_week" else 7)
    end, before = day - timedelta(days=1), message("calendar.days_before", event=title)
    yield CalendarEvent(COMMERCIAL, f"{event_id}-week", begin, end, before, COMMERCIAL, country)


def _working_day_before(day: date) -> date:
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    return day


def _on(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _nth(month: int, weekday: int, number: int) -> Callable[[int], date]:
    return lambda year: nth_weekday(year, month, weekday, number)


_RULES = (
    _DateRule("black-friday", "black_friday", black_friday, preparing="same_week"),
    _DateRule("cyber-monday", "cyber_monday", lambda year: black_friday(year) + timedelta(days=3)),
    _DateRule("singles-day", "singles_day", _on(11, 11)),
    _DateRule("christmas", "christmas", _on(12, 25), preparing="week_before"),
    _DateRule("consumer-day", "consumer_day", _on(3, 15), "BR"),
    _DateRule("easter", "easter", easter, "BR", "week_before"),
    _DateRule("mothers-day", "mothers_day", _nth(5, SUNDAY, 2), "BR", "week_before"),
    _DateRule("valentines-day", "valentines_day_brazil", _on(6, 12), "BR", "week_before"),
    _DateRule("fathers-day", "fathers_day", _nth(8, SUNDAY, 2), "BR", "week_before"),
    _DateRule("customer-day", "customer_day", _on(9, 15), "BR"),
    _DateRule("childrens-day", "childrens_day", _on(10, 12), "BR", "week_before"),
    _DateRule("thirteenth-1", "thirteenth_salary_first", thirteenth_salary_first, "BR"),
    _DateRule("thirteenth-2", "thirteenth_salary_second", thirteenth_salary_second, "BR"),
    _DateRule("valentines-day", "valentines_day", _on(2, 14), "US", "week_before"),
    _DateRule("mothers-day", "mothers_day", _nth(5, SUNDAY, 2), "US", "week_before"),
    _DateRule("fathers-day", "fathers_day", _nth(6, SUNDAY, 3), "US", "week_before"),
    _DateRule("halloween", "halloween", _on(10, 31), "US"),
    _DateRule("valentines-day", "valentines_day", _on(2, 14), "PT", "week_before"),
    _DateRule("mothers-day", "mothers_day_portugal", _nth(5, SUNDAY, 1), "PT", "week_before"),
    _DateRule("fathers-day", "fathers_day_portugal", _on(3, 19), "PT", "week_before"),
    _DateRule("mothers-day", "mothers_day", _on(5, 10), "MX", "week_before"),
)
