"""Events of calendars: holidays, commercial dates, the team's own events."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from fbads_pipeline.domain.core.errors import OutsideFailed
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Value, to_json

EventKind = Literal["holiday", "optional", "commercial", "own", "busy"]

# What most probably makes a day unlike others comes first.
_ORDER: dict[EventKind, int] = {"own": 0, "commercial": 1, "holiday": 2, "optional": 3, "busy": 4}
_LONGEST_TITLE = 200
# A calendar that is read by its changes is read whole this often, and where it was not read this far ahead.
READ_WHOLE_EVERY = timedelta(days=7)


class CalendarError(OutsideFailed):
    """A calendar that cannot be read: one sentence that says what to correct, without secrets."""


class SyncTokenExpired(CalendarError):
    """The provider no longer has the changes since that token: the whole calendar must be read."""


@dataclass(frozen=True)
class CalendarEvent:
    """starts_on, ends_on: local days, both included; country: ISO 3166, None: everywhere.

    title: a message, a holiday's name per language, or the title that the team wrote. kind: `own` is of the team's
    calendar; `busy` is one of it whose title is private and not stored.
    """

    calendar: str
    event_id: str
    starts_on: date
    ends_on: date
    title: Value
    kind: EventKind
    country: str | None = None


@dataclass(frozen=True)
class CalendarReading:
    """What one calendar returned: events that are new or changed, ids that are gone.

    is_full: these are all of them from `first` to `last`, so that what is not among them is gone too; sync_token: from
    which the next reading continues.
    """

    calendar: str
    first: date
    last: date
    events: Sequence[CalendarEvent]
    removed: Sequence[str] = ()
    is_full: bool = True
    sync_token: str | None = None


@dataclass(frozen=True)
class CalendarChanges:
    """Rows that a reading wrote; zeros where nothing is new."""

    written: int = 0
    removed: int = 0


@dataclass(frozen=True)
class WholeReading:
    """What a whole reading must satisfy for a reading of changes to suffice: not older than `since`, and as far ahead
    as `covers`."""

    since: datetime
    covers: date


def recent_enough(*, last: date, now: datetime) -> WholeReading:
    """For a reading at `now` that is to reach until `last`."""
    return WholeReading(since=now - READ_WHOLE_EVERY, covers=last - READ_WHOLE_EVERY)


def visible_title(text: str | None) -> str:
    """A title that a stranger wrote: one line of at most 200 characters, nothing invisible in it; perhaps empty."""
    return plain_line(text or "")[:_LONGEST_TITLE]


def ordered(events: Sequence[CalendarEvent]) -> list[CalendarEvent]:
    """Those with a title, the most explaining kind first, each title once."""
    by_title: dict[str, CalendarEvent] = {}
    for one in sorted(events, key=lambda one: (_ORDER[one.kind], one.starts_on, one.event_id)):
        if one.kind != "busy":
            by_title.setdefault(json.dumps(to_json(one.title), sort_keys=True), one)
    return list(by_title.values())
