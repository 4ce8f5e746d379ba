"""Account-local days: which ones exist, which ones a tick needs."""

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
