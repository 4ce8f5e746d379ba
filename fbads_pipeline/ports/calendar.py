"""What the services ask of calendars. Adapters implement these; the fakes of the tests do too."""

from datetime import date, datetime
from typing import Protocol

from fbads_pipeline.domain.calendar.events import CalendarChanges, CalendarEvent, CalendarReading


class Calendar(Protocol):
    """A calendar outside. Raises `domain.calendar_days.CalendarError` where it cannot be read."""

    @property
    def name(self) -> str: ...

    def read(self, sync_token: str | None, first: date, last: date) -> CalendarReading:
        """What changed since the token; without one everything from `first` to `last`. Raises SyncTokenExpired where
        the far side has forgotten the token."""


class CalendarEvents(Protocol):
    """What stands in the calendars. The same reading a second time writes no event."""

    def sync_token(self, calendar: str, *, last: date, now: datetime) -> str | None:
        """Where the last reading ended; None where the whole is due: never read, read whole a week ago, or not as far
        as a week before `last`."""

    def apply(self, reading: CalendarReading, *, read_at: datetime) -> CalendarChanges:
        """Write the difference and the token, in one transaction."""

    def between(self, account_id: str, first: date, last: date) -> list[CalendarEvent]:
        """The events of the account's country and of the team that touch the days, the most telling first; private
        ones are left out."""


class EventsBetween(Protocol):
    """Calendar days that a change can coincide with."""

    def between(self, account_id: str, first: date, last: date) -> list[CalendarEvent]: ...
