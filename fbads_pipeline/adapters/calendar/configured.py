"""Which calendars there are, as the settings and the accounts' time zones say."""

from collections.abc import Sequence

from fbads_pipeline.adapters.calendar.google import GoogleCalendar
from fbads_pipeline.adapters.calendar.holidays import HolidayCalendar, country_of
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.ports.calendar import Calendar
from fbads_pipeline.settings import Settings, SettingsError


def country_of_account(settings: Settings, timezone_name: str) -> str | None:
    """FBADS_COUNTRY, else the country of the time zone."""
    return settings.country or country_of(timezone_name)


def calendars_from(settings: Settings, accounts: Sequence[Account]) -> list[Calendar]:
    """One per country of the accounts, and the team's own where it is set; raises SettingsError for half a calendar."""
    countries = {country_of_account(settings, one.timezone_name) for one in accounts}
    found: list[Calendar] = [HolidayCalendar(one) for one in sorted(countries - {None}, key=str)]
    if not found or None in countries:
        found.append(HolidayCalendar(None))
    return [*found, *google_calendar(settings)]


def google_calendar(settings: Settings) -> list[Calendar]:
    """The team's own, if there is one."""
    if settings.calendar_id is None and settings.calendar_credentials is None:
        return []
    if settings.calendar_id is None or settings.calendar_credentials is None:
        missing = "FBADS_CALENDAR_ID" if settings.calendar_id is None else "FBADS_CALENDAR_CREDENTIALS"
        raise SettingsError(f"{missing} is missing: the calendar's id and a service account's key go together")
    key = settings.calendar_credentials.get_secret_value()
    return [GoogleCalendar(settings.calendar_id, key, api_url=settings.calendar_api_url)]
