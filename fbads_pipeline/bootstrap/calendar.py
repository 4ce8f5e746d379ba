"""Calendars: holidays and commercial dates of the accounts' countries, and the team's own Google Calendar."""

from collections.abc import Sequence

from fbads_pipeline.adapters.calendar.google import GoogleCalendar
from fbads_pipeline.adapters.calendar.holidays import HolidayCalendar, country_of
from fbads_pipeline.adapters.postgres.calendar.events import PostgresCalendarEvents
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.ports.calendar import Calendar
from fbads_pipeline.settings import Settings, SettingsError


def calendar_events(settings: Settings, database: Database) -> PostgresCalendarEvents:
    """The stored events, each account with those of its own country."""
    return PostgresCalendarEvents(database.owner, lambda timezone_name: _country(settings, timezone_name))


def calendars(settings: Settings, accounts: Sequence[Account]) -> list[Calendar]:
    """One per country of the accounts, and the team's own where it is set; raises SettingsError for half a calendar."""
    countries = {_country(settings, one.timezone_name) for one in accounts}
    found: list[Calendar] = [HolidayCalendar(one) for one in sorted(countries - {None}, key=str)]
    if not found or None in countries:
        found.append(HolidayCalendar(None))
    return [*found, *_google_calendar(settings)]


def _country(settings: Settings, timezone_name: str) -> str | None:
    """FBADS_COUNTRY, else the country of the time zone."""
    return settings.country or country_of(timezone_name)


def _google_calendar(settings: Settings) -> list[Calendar]:
    if settings.calendar_id is None and settings.calendar_credentials is None:
        return []
    if settings.calendar_id is None or settings.calendar_credentials is None:
        missing = "FBADS_CALENDAR_ID" if settings.calendar_id is None else "FBADS_CALENDAR_CREDENTIALS"
        raise SettingsError(f"{missing} is missing: the calendar's id and a service account's key go together")
    key = settings.calendar_credentials.get_secret_value()
    return [GoogleCalendar(settings.calendar_id, key, api_url=settings.calendar_api_url)]
