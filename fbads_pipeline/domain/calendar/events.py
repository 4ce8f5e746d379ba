"""Days that stand in a calendar: holidays, dates of commerce, the team's own events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

EventKind = Literal["holiday", "optional", "commercial", "own", "busy"]

# What says most of why a day is unlike others comes first.
_ORDER: dict[EventKind, int] = {"own": 0, "commercial": 1, "holiday": 2, "optional": 3, "busy": 4}
_LONGEST_TITLE = 200


class CalendarError(Exception):
    """A calendar that cannot be read: one sentence that says what to mend, without secrets."""


class SyncTokenExpired(CalendarError):
    """What was read since cannot be told any more: the whole calendar is to be read."""


@dataclass(frozen=True)
class CalendarEvent:
    """starts_on, ends_on: local days, both inside; country: ISO 3166, None: everywhere.

    kind: `own` is of the team's calendar, `busy` one whose title is private: it is stored as busy, never as it reads.
    """

    calendar: str
    event_id: str
    starts_on: date
    ends_on: date
    title_pt: str
    title_en: str
    kind: EventKind
    country: str | None = None


@dataclass(frozen=True)
class CalendarReading:
    """What one calendar said: events that are new or changed, ids that are gone.

    is_full: these are all of them from `first` to `last`, so that what is not among them is gone too; sync_token: where
    the next reading goes on.
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


def title(text: str | None, instead: str) -> str:
    """A stranger's title: one line of at most 200 characters, nothing invisible in it."""
    from fbads_pipeline.domain.core.formatting import plain_line

    return plain_line(text or "")[:_LONGEST_TITLE] or instead


def ordered(events: Sequence[CalendarEvent]) -> list[CalendarEvent]:
    """Those that say something, the most telling first, each title once."""
    told: dict[str, CalendarEvent] = {}
    for one in sorted(events, key=lambda one: (_ORDER[one.kind], one.starts_on, one.title_pt)):
        if one.kind != "busy":
            told.setdefault(one.title_pt, one)
    return list(told.values())
