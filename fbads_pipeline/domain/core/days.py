"""Account-local days: which ones exist, which ones a tick needs."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class DayRange:
    """Days from `since` to `until`, both included."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.since > self.until:
            raise ValueError(f"the first day {self.since} lies after the last day {self.until}")

    def __len__(self) -> int:
        return (self.until - self.since).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.since + timedelta(days=n) for n in range(len(self)))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.since <= day <= self.until

    def __str__(self) -> str:
        return f"{self.since} to {self.until}"

    def clip(self, other: "DayRange") -> "DayRange | None":
        """The days that both have, or None."""
        since, until = max(self.since, other.since), min(self.until, other.until)
        return DayRange(since, until) if since <= until else None

    def last(self, count: int | None) -> "DayRange | None":
        """The newest `count` days, all of them for None, and None where there are to be none."""
        if count is None or count >= len(self):
            return self
        return DayRange(self.until - timedelta(days=count - 1), self.until) if count > 0 else None

    def chunks(self, days: int) -> Iterator["DayRange"]:
        """Ranges of at most `days` days that follow each other, oldest first."""
        since = self.since
        while since <= self.until:
            until = min(since + timedelta(days=days - 1), self.until)
            yield DayRange(since, until)
            since = until + timedelta(days=1)

    def quarters(self) -> Iterator["DayRange"]:
        """The calendar's quarters (90 to 92 days), cut to the range, newest first: the same cuts on whatever day."""
        until = self.until
        while until >= self.since:
            since = max(self.since, until.replace(month=until.month - (until.month - 1) % 3, day=1))
            yield DayRange(since, until)
            until = since - timedelta(days=1)


def last_months(today: date, months: int) -> DayRange:
    """So many whole months, today being the last day of them."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    before = date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    return DayRange(before + timedelta(days=1), today)


def local_day(instant: datetime, timezone_name: str) -> date:
    """The date in that zone at that instant."""
    return instant.astimezone(ZoneInfo(timezone_name)).date()


def due_days(
    now: datetime,
    timezone_name: str,
    read_at: Mapping[date, datetime],
    *,
    restatement_days: int,
    trailing_days: int = 2,
) -> DayRange:
    """The days that one account needs at this tick.

    read_at: day → instant of its latest complete reading (every level), for days of the restatement window at least.
    Always the trailing two days; the whole window where some day of it was not read since local midnight; so a missed
    hour, or a missed week, is caught up by the next tick.
    """
    zone = ZoneInfo(timezone_name)
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, datetime.min.time(), zone)
    window = DayRange(today - timedelta(days=restatement_days - 1), today)
    trailing = DayRange(today - timedelta(days=trailing_days - 1), today)
    older = [day for day in window if day not in trailing]
    stale = any(day not in read_at or read_at[day] < midnight for day in older)
    return window if stale else trailing


def unread_days(
    now: datetime, timezone_name: str, read_at: Mapping[date, datetime], days: DayRange, *, restatement_days: int
) -> DayRange | None:
    """The shortest range that holds all of one account's days that still have to be read; None where there are none.

    read_at: as in `due_days`, for those days. A day is done with once it was read after it could last be restated, or
    since local midnight; days that have not come yet are none.
    """
    zone = ZoneInfo(timezone_name)
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, datetime.min.time(), zone)

    def is_unread(day: date) -> bool:
        settled = datetime.combine(day + timedelta(days=restatement_days), datetime.min.time(), zone)
        return day not in read_at or read_at[day] < min(settled, midnight)

    unread = [day for day in days if day <= today and is_unread(day)]
    return DayRange(unread[0], unread[-1]) if unread else None


@dataclass(frozen=True)
class DayReading:
    """How far a day is read. attempted_at: its newest reading, good or not; read_at: the newest good one, or None."""

    attempted_at: datetime
    read_at: datetime | None


HISTORY_RETRY = timedelta(hours=24)


def unread_history(
    now: datetime,
    timezone_name: str,
    readings: Mapping[date, DayReading],
    *,
    history_days: int,
    restatement_days: int,
    longest: int,
) -> DayRange | None:
    """The newest days of an account's history that were never read, at most `longest` of them; None where all were.

    readings: of every level together, for the last `history_days` days. The restatement window is left out: each tick
    reads it. A day that failed is asked for again after HISTORY_RETRY.
    """
    today = local_day(now, timezone_name)
    unread: list[date] = []
    for age in range(restatement_days, history_days):
        day = today - timedelta(days=age)
        known = readings.get(day)
        if known is None or known.read_at is None and known.attempted_at <= now - HISTORY_RETRY:
            unread.append(day)
    if not unread:
        return None
    until = unread[0]
    return DayRange(max(until - timedelta(days=longest - 1), unread[-1]), until)
