"""What the services need of calendars. Adapters and the fakes of the tests implement it."""

from datetime import date, datetime
from typing import Protocol

from fbads_pipeline.domain.calendar.events import CalendarChanges, CalendarEvent, CalendarReading


class Calendar(Protocol):
    """A source of events. Raises CalendarError where it cannot be read."""

    @property
    def name(self) -> str: ...

    def read(self, sync_token: str | None, first: date, last: date) -> CalendarReading:
        """What changed since the token; without one everything from `first` to `last`. Raises SyncTokenExpired where
        the provider no longer knows the token."""


class CalendarEvents(Protocol):
    """Stored events. The same reading a second time writes no event."""

    def sync_token(self, calendar: str, *, last: date, now: datetime) -> str | None:
        """From which the next reading of changes continues; None where a whole one is due (`recent_enough`)."""

    def apply(self, reading: CalendarReading, *, read_at: datetime) -> CalendarChanges:
        """Write the difference and the token, in one transaction."""

    def between(self, account_id: str, first: date, last: date) -> list[CalendarEvent]:
        """The events of the account's country and of the team that touch the days, the most explaining kind first;
        private ones are left out."""


class EventsBetween(Protocol):
    """Calendar days that a change can coincide with."""

    def between(self, account_id: str, first: date, last: date) -> list[CalendarEvent]: ...
