"""The clock: the machine's, or the fixed one of FBADS_NOW."""

from datetime import UTC, datetime


class SystemClock:
    """Now, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Always the same instant."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._instant


def clock_from(fixed: datetime | None) -> SystemClock | FixedClock:
    return FixedClock(fixed) if fixed else SystemClock()
