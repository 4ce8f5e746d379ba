"""Holidays and commercial dates of the accounts' countries: a calendar that needs no key and no network."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import cache

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.calendar.commercial_dates import commercial_dates
from fbads_pipeline.domain.calendar.events import CalendarEvent, CalendarReading, EventKind, visible_title
from fbads_pipeline.domain.core.messages import LegacyText

_KINDS: Mapping[str, EventKind] = {"public": "holiday", "optional": "optional"}


@cache
def country_of(timezone_name: str) -> str | None:
    """The country (ISO 3166) of a time zone, from Unicode's tables; None for zones of none, such as UTC."""
    from babel.core import get_global  # Babel takes a while to import

    found = str(get_global("zone_territories").get(timezone_name, ""))
    return found if len(found) == 2 and found.isalpha() and found != "ZZ" else None


def is_known_country(country: str) -> bool:
    """Whether its holidays are known."""
    import holidays  # a large library

    return country in holidays.list_supported_countries(include_aliases=False)


class HolidayCalendar:
    """The port Calendar, computed. country: ISO 3166; None has the commercial dates of everywhere alone."""

    def __init__(self, country: str | None) -> None:
        self.name = f"holidays:{country or 'world'}"
        self._country = country

    def read(self, sync_token: str | None, first: date, last: date) -> CalendarReading:
        """All of them, each time: they are computed."""
        dates = commercial_dates(self._country, first, last)
        found = [CalendarEvent(**{**vars(one), "calendar": self.name}) for one in dates]
        if self._country and is_known_country(self._country):
            for category, kind in _KINDS.items():
                found += self._holidays(self._country, category, kind, first, last)
        return CalendarReading(self.name, first, last, found)

    def _holidays(self, country: str, category: str, kind: EventKind, first: date, last: date) -> list[CalendarEvent]:
        names: dict[date, dict[str, str]] = {}
        for language in translator().languages:
            for day, name in _names(country, category, language, first, last).items():
                names.setdefault(day, {})[language] = visible_title(name)
        return [
            CalendarEvent(
                self.name, f"{country}-{category}-{day.isoformat()}", day, day, LegacyText(titles), kind, country
            )
            for day, titles in sorted(names.items())
        ]


def _names(country: str, category: str, language: str, first: date, last: date) -> dict[date, str]:
    """Day → name in that language where the library has it, else in the country's own."""
    import holidays  # a large library

    known = holidays.country_holidays(country)
    if category not in known.supported_categories:
        return {}
    years = range(first.year, last.year + 1)
    chosen = _library_language(language, known.supported_languages)
    found = holidays.country_holidays(country, years=years, categories=(category,), language=chosen, observed=True)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: found[day] for day in days if day in found}


def _library_language(language: str, supported: Collection[str]) -> str | None:
    """The catalogue's own locale, else another one of the same language (en_US before en_GB)."""
    locale = translator().locale(language)
    return locale if locale in supported else max((one for one in supported if one.startswith(language)), default=None)
