"""Collecting runs that people and programs ask for: what is due now, or days that were not read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fbads_pipeline.domain.core.days import DayRange

# As many days as one run of Dagster's partitions takes.
LONGEST_RUN_DAYS = 31
# The same days of an account are not asked for again for that long: a run may still be reading them.
ASKED_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class CollectRequest:
    """request_id: its number; days: None for what is due now; account_ids: empty for all."""

    request_id: int
    days: DayRange | None = None
    account_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class AskedDays:
    """The newest request for days of an account. taken_at: when a run was launched for it; None while it waits."""

    days: DayRange
    asked_at: datetime
    taken_at: datetime | None


@dataclass(frozen=True)
class ReadingProgress:
    """How far the requested days of an account are read. name: None while it is not known; is_taken: whether a run was
    launched for any of them."""

    account_id: str
    name: str | None
    days: int
    read: int
    is_taken: bool

    @property
    def is_done(self) -> bool:
        return self.read >= self.days


def runs_for(days: DayRange) -> list[DayRange]:
    """The parts in which the days are read, newest first, each short enough for one run."""
    return list(reversed(list(days.chunks(LONGEST_RUN_DAYS))))
