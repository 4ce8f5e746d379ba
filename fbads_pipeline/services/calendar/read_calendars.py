"""Calendars → raw: their events around today; changes only, where the provider has them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fbads_pipeline.domain.calendar.events import CalendarChanges, CalendarError, SyncTokenExpired
from fbads_pipeline.ports.calendar import Calendar, CalendarEvents
from fbads_pipeline.ports.core import Clock

log = logging.getLogger(__name__)

# Figures are explained as far back as the detectors replay and reports compare; plans look ahead.
DAYS_BACK, DAYS_AHEAD = 400, 120


@dataclass(frozen=True)
class CalendarsRead:
    """changes: calendar → rows; errors: calendar → why it could not be read, in which case its events stay."""

    changes: Mapping[str, CalendarChanges]
    errors: Mapping[str, str]


def read_calendars(calendars: Sequence[Calendar], events: CalendarEvents, clock: Clock) -> CalendarsRead:
    """Each on its own: one that cannot be read holds back no other. A second reading of the same writes no event."""
    changes: dict[str, CalendarChanges] = {}
    errors: dict[str, str] = {}
    for one in calendars:
        try:
            changes[one.name] = _read(one, events, clock)
        except CalendarError as error:
            errors[one.name] = str(error)
            log.warning("calendar %s was not read: %s", one.name, error)
    return CalendarsRead(changes, errors)


def _read(calendar: Calendar, events: CalendarEvents, clock: Clock) -> CalendarChanges:
    now = clock.now()
    first, last = now.date() - timedelta(days=DAYS_BACK), now.date() + timedelta(days=DAYS_AHEAD)
    token = events.sync_token(calendar.name, last=last, now=now)
    try:
        reading = calendar.read(token, first, last)
    except SyncTokenExpired:
        if token is None:
            raise
        reading = calendar.read(None, first, last)
    return events.apply(reading, read_at=now)
