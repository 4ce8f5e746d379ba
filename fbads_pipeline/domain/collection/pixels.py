"""What Meta says of an account's pixels: the pixels, their events by hour, and how well events match people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

# A little less than an hour: of two ticks one asks for the list, the other for events, and none for both.
PIXELS_LAST = timedelta(minutes=55)
QUALITY_LASTS = timedelta(hours=23)
# Meta keeps the events of a pixel by the hour for so long.
EVENTS_KEPT = timedelta(days=7)
# Hours are asked for again for so long: Meta completes them late.
EVENTS_READ_AGAIN = timedelta(hours=6)
# Hours are kept for so long.
HOURS_KEPT = timedelta(days=90)
# Pixels of one account whose events are read; an agency's business may share many more with it.
MOST_PIXELS = 20


class PixelRow(NamedTuple):
    """A pixel as the account's edge shows it; None: Meta does not say."""

    pixel_id: str
    name: str | None
    last_fired_at: datetime | None
    is_unavailable: bool | None
    data_use_setting: str | None
    created_at: datetime | None


class PixelEventRow(NamedTuple):
    """How many events of one name a pixel got within the hour that begins at hour_at."""

    event: str
    hour_at: datetime
    events: int


class PixelQualityRow(NamedTuple):
    """What Meta says of an event's quality; None: it does not say. match_quality: 0 to 10; coverage: server events in
    percent of the browser's; browser_key, server_key: events with a key that tells doubles apart, in percent;
    freshness: how Meta calls the delay of server events."""

    event: str
    match_quality: Decimal | None
    coverage: Decimal | None
    browser_key: Decimal | None
    server_key: Decimal | None
    freshness: str | None


@dataclass(frozen=True)
class PixelEvents:
    """Events of one pixel from `since` on. refused: why Meta did not answer; nothing is known of the hours then."""

    since: datetime
    rows: Sequence[PixelEventRow] = ()
    refused: str | None = None


@dataclass(frozen=True)
class PixelQuality:
    """Quality of one pixel's events. refused: why Meta did not answer."""

    rows: Sequence[PixelQualityRow] = ()
    refused: str | None = None


@dataclass(frozen=True)
class PixelsDue:
    """What to ask for. known_until: pixel → until when its events are known; has_quality: whether quality is due;
    known: the pixels as the list had them, None: ask for the list; has_events: whether events are asked for."""

    known_until: Mapping[str, datetime] = field(default_factory=dict)
    has_quality: bool = True
    known: Sequence[PixelRow] | None = None
    has_events: bool = True

    def events_since(self, pixel_id: str, now: datetime) -> datetime:
        """From which hour on a pixel's events are asked for: all that Meta keeps, or what it may still complete."""
        earliest = now - EVENTS_KEPT
        known = self.known_until.get(pixel_id)
        since = earliest if known is None else max(known - EVENTS_READ_AGAIN, earliest)
        return since.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class PixelReading:
    """One reading of an account's pixels; events, quality: by pixel, without those that were not asked for; pixels:
    None where the list was not."""

    pixels: Sequence[PixelRow] | None
    events: Mapping[str, PixelEvents] = field(default_factory=dict)
    quality: Mapping[str, PixelQuality] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """A sentence per part that Meta did not answer."""
        return [
            f"{what} of pixel {pixel_id}: {one.refused}"
            for what, parts in (("events", self.events), ("quality", self.quality))
            for pixel_id, one in parts.items()
            if one.refused
        ]


def fired(pixels: Sequence[PixelRow], now: datetime) -> Sequence[PixelRow]:
    """Those that may have events that Meta still keeps, the one that fired last first; all, where it says of none."""
    dated = [(one.last_fired_at, one) for one in pixels if one.last_fired_at is not None]
    recent = [one for at, one in sorted(dated, key=lambda pair: pair[0], reverse=True) if now - at <= EVENTS_KEPT]
    return recent[:MOST_PIXELS] if dated else pixels[:MOST_PIXELS]


def pixels_due(
    known: Sequence[PixelRow], attempts: Mapping[str, datetime], known_until: Mapping[str, datetime], now: datetime
) -> PixelsDue | None:
    """What is asked for now, None for nothing: the list or events, each once an hour, whichever was asked for longer
    ago; both at once only while nothing is known. attempts: part → its last attempt."""

    def is_due(part: str, lasts: timedelta = PIXELS_LAST) -> bool:
        return part not in attempts or now - attempts[part] >= lasts

    has_quality = is_due("quality", QUALITY_LASTS)
    if not known:
        return PixelsDue(known_until, has_quality) if is_due("list") else None
    if fired(known, now) and is_due("events"):
        never = datetime.min.replace(tzinfo=now.tzinfo)
        if not is_due("list") or attempts.get("events", never) <= attempts.get("list", never):
            return PixelsDue(known_until, has_quality, known)
    return PixelsDue(known_until, has_quality=False, has_events=False) if is_due("list") else None
