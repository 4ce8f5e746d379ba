"""Holidays and commercial dates of the accounts' countries: a calendar that needs no key and no network."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from fbads_pipeline.domain.calendar.commercial_dates import commercial_dates
from fbads_pipeline.domain.calendar.events import CalendarEvent, CalendarReading, EventKind, title

_PORTUGUESE, _ENGLISH = ("pt_BR", "pt_PT"), ("en_US", "en_GB")
_KINDS: Mapping[str, EventKind] = {"public": "holiday", "optional": "optional"}


@cache
def country_of(timezone_name: str) -> str | None:
    """The country (ISO 3166) of a time zone, from Unicode's tables; None for zones of none, such as UTC."""
    from babel.core import get_global

    found = str(get_global("zone_territories").get(timezone_name, ""))
    return found if len(found) == 2 and found.isalpha() and found != "ZZ" else None


def is_known_country(country: str) -> bool:
    """Whether its holidays are known."""
    import holidays

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
            found += self._holidays(first, last)
        return CalendarReading(self.name, first, last, found)

    def _holidays(self, first: date, last: date) -> list[CalendarEvent]:
        events = []
        for category, kind in _KINDS.items():
            portuguese, english = (
                self._titles(category, language, first, last) for language in (_PORTUGUESE, _ENGLISH)
            )
            for day, name in english.items():
                one_id = f"{self._country}-{category}-{day.isoformat()}"
                words = title(portuguese.get(day, name), name), title(name, one_id)
                events.append(CalendarEvent(self.name, one_id, day, day, *words, kind, self._country))
        return events

    def _titles(self, category: str, wanted: tuple[str, ...], first: date, last: date) -> dict[date, str]:
        """Day → title in the first wanted language that the country has, else in its own."""
        import holidays

        about = holidays.country_holidays(str(self._country))
        if category not in about.supported_categories:
            return {}
        language = next((one for one in wanted if one in about.supported_languages), None)
        years = range(first.year, last.year + 1)
        found = holidays.country_holidays(
            str(self._country), years=years, categories=(category,), language=language, observed=True
        )
        span = {first + timedelta(days=n) for n in range((last - first).days + 1)}
        return {day: found[day] for day in sorted(found) if day in span}
