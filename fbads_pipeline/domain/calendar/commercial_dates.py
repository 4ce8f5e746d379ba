"""Dates of commerce, computed: no public calendar has them, and they move budgets more than holidays do.

Those that people prepare for also give the week before (`…-week`): auctions are dearer from then on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from fbads_pipeline.domain.calendar.events import CalendarEvent

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
class _Rule:
    name: str
    title_pt: str
    title_en: str
    day: Callable[[int], date]
    country: str | None = None
    preparing: Preparing = "none"


def _of(rule: _Rule, year: int) -> Iterator[CalendarEvent]:
    day, country = rule.day(year), rule.country
    prefix = f"{country or 'world'}-{rule.name}-{year}"
    yield CalendarEvent(COMMERCIAL, prefix, day, day, rule.title_pt, rule.title_en, COMMERCIAL, country)
    if rule.preparing == "none":
        return
    if rule.preparing == "same_week":
        begin, end = day - timedelta(days=day.weekday()), day - timedelta(days=1)
    else:
        begin, end = day - timedelta(days=7), day - timedelta(days=1)
    before_pt, before_en = f"véspera: {rule.title_pt}", f"the days before {rule.title_en}"
    yield CalendarEvent(COMMERCIAL, f"{prefix}-week", begin, end, before_pt, before_en, COMMERCIAL, country)


def _working_day_before(day: date) -> date:
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    return day


def _on(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _nth(month: int, weekday: int, number: int) -> Callable[[int], date]:
    return lambda year: nth_weekday(year, month, weekday, number)


_RULES = (
    _Rule("black-friday", "Black Friday", "Black Friday", black_friday, preparing="same_week"),
    _Rule("cyber-monday", "Cyber Monday", "Cyber Monday", lambda year: black_friday(year) + timedelta(days=3)),
    _Rule("singles-day", "11.11 (Dia dos Solteiros)", "Singles' Day (11.11)", _on(11, 11)),
    _Rule("christmas", "Natal", "Christmas", _on(12, 25), preparing="week_before"),
    _Rule("consumer-day", "Dia do Consumidor", "Consumer Day", _on(3, 15), "BR"),
    _Rule("easter", "Páscoa", "Easter", easter, "BR", "week_before"),
    _Rule("mothers-day", "Dia das Mães", "Mother's Day", _nth(5, SUNDAY, 2), "BR", "week_before"),
    _Rule("valentines-day", "Dia dos Namorados", "Valentine's Day (Brazil)", _on(6, 12), "BR", "week_before"),
    _Rule("fathers-day", "Dia dos Pais", "Father's Day", _nth(8, SUNDAY, 2), "BR", "week_before"),
    _Rule("customer-day", "Dia do Cliente", "Customer Day", _on(9, 15), "BR"),
    _Rule("childrens-day", "Dia das Crianças", "Children's Day", _on(10, 12), "BR", "week_before"),
    _Rule("thirteenth-1", "13º salário, 1ª parcela", "13th salary, first half", thirteenth_salary_first, "BR"),
    _Rule("thirteenth-2", "13º salário, 2ª parcela", "13th salary, second half", thirteenth_salary_second, "BR"),
    _Rule("valentines-day", "Dia de São Valentim", "Valentine's Day", _on(2, 14), "US", "week_before"),
    _Rule("mothers-day", "Dia das Mães", "Mother's Day", _nth(5, SUNDAY, 2), "US", "week_before"),
    _Rule("fathers-day", "Dia dos Pais", "Father's Day", _nth(6, SUNDAY, 3), "US", "week_before"),
    _Rule("halloween", "Halloween", "Halloween", _on(10, 31), "US"),
    _Rule("valentines-day", "Dia de São Valentim", "Valentine's Day", _on(2, 14), "PT", "week_before"),
    _Rule("mothers-day", "Dia da Mãe", "Mother's Day", _nth(5, SUNDAY, 1), "PT", "week_before"),
    _Rule("fathers-day", "Dia do Pai", "Father's Day", _on(3, 19), "PT", "week_before"),
    _Rule("mothers-day", "Dia das Mães", "Mother's Day", _on(5, 10), "MX", "week_before"),
)
