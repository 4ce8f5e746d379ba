"""What time it is in the sandbox, and what an account's calendar day is."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from time import monotonic
from zoneinfo import ZoneInfo

REFRESH_MINUTES = 15
FIRST_YEAR, LAST_YEAR = 1990, 2199


class SandboxClock:
    """An instant that runs on by itself from where it was set; frozen when it is set so."""

    def __init__(self, now: datetime, *, is_frozen: bool) -> None:
        self._set = now
        self._since = monotonic()
        self._is_frozen = is_frozen

    def now(self) -> datetime:
        return self._set if self._is_frozen else self._set + timedelta(seconds=monotonic() - self._since)

    def slot(self) -> datetime:
        """`now`, cut down to a quarter of an hour: the moment the figures were last refreshed."""
        now = self.now()
        return now.replace(minute=now.minute - now.minute % REFRESH_MINUTES, second=0, microsecond=0)

    def set(self, now: datetime) -> None:
        self._set, self._since = _checked(now), monotonic()

    def advance(self, seconds: float) -> None:
        self.set(self.now() + timedelta(seconds=seconds))


def parse_instant(text: str) -> datetime:
    """A UTC instant of ISO text; ValueError when it is not one, names no zone or is centuries away."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"the instant {text!r} names no time zone")
    return _checked(moment).astimezone(UTC)


def _checked(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the instant {moment.isoformat()} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return moment


@lru_cache(maxsize=8192)
def day_start(zone: str, day: date) -> datetime:
    """The UTC instant at which the calendar day begins in the zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_end(zone: str, day: date) -> datetime:
    return day_start(zone, day + timedelta(days=1))


def local_day(zone: str, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def meta_time(zone: str, moment: datetime) -> str:
    """The text Meta writes for an instant: `2026-10-01T12:00:00-0300`."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S%z")
