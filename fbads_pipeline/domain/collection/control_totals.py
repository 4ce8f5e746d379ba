"""How closely the levels of one account must agree with each other, and how long a reading counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from fbads_pipeline.domain.collection.levels import Level

# An account is up to date by readings of its last days; a backfill of older ones does not count.
READINGS_COUNT_FOR = timedelta(days=3)
# Meta rounds the spend and the values of every row to the cent, each by itself.
CENT = Decimal("0.01")
# Today and yesterday run on between the calls for two levels: their figures are refreshed within half an hour, and they
# are restated a little meanwhile.
RUNNING_DAYS = 2
RUNNING_MINUTES = 30
RUNNING_SHARE = Decimal("0.02")
# So many events may have come in between two calls on a running day, however few there are in all.
RUNNING_EVENTS = 3
_MINUTES_OF_A_DAY = 24 * 60
_NAMES: dict[Level, str] = {"account": "the account", "campaign": "campaigns", "adset": "ad sets", "ad": "ads"}


@dataclass(frozen=True)
class LevelTotal:
    """One figure of one account-day, summed over a level. figure: the column of raw.insights; action_type: empty for a
    plain number; total: None where the level does not report it; row_count: rows that have it."""

    account_id: str
    day: date
    figure: str
    action_type: str
    level: Level
    total: Decimal | None
    row_count: int


@dataclass(frozen=True)
class ControlMismatch:
    """A figure of one account-day of which a level and the next one below it say different things."""

    above: LevelTotal
    below: LevelTotal

    def __str__(self) -> str:
        name = f"{self.above.action_type} ({self.above.figure})" if self.above.action_type else self.above.figure
        return f"{name}: {_said(self.above)}, {_said(self.below)}"


def _said(of: LevelTotal) -> str:
    amount = "none" if of.total is None else f"{of.total:f}"
    return f"{amount} reported by {_NAMES[of.level]}"


def windows_add_up(windows: Sequence[str]) -> bool:
    """Whether an action's value is the sum of these attribution windows: windows of one kind contain each other."""
    kinds = [window.rpartition("_")[2] for window in windows]
    return bool(kinds) and len(kinds) == len(set(kinds))


def running_share(minutes: float) -> Decimal | None:
    """By how much of themselves the figures of a day may differ that runs on. minutes: since the day began at the
    account; None where the day is settled."""
    if minutes >= RUNNING_DAYS * _MINUTES_OF_A_DAY:
        return None
    so_far = min(max(minutes, RUNNING_MINUTES), _MINUTES_OF_A_DAY)
    return Decimal(RUNNING_MINUTES) / Decimal(so_far) + RUNNING_SHARE


def tolerance(above: LevelTotal, below: LevelTotal, *, minutes: float) -> Decimal:
    """How far the two totals may lie apart. minutes: as in `running_share`."""
    is_money = above.figure == "spend" or above.figure.endswith("_values")
    rounded = CENT * max(above.row_count, below.row_count) if is_money else Decimal()
    share = running_share(minutes)
    if share is None:
        return rounded
    larger = max(abs(above.total or Decimal()), abs(below.total or Decimal()))
    return max(rounded + larger * share, Decimal(RUNNING_EVENTS if above.action_type else 0))


def mismatch(above: LevelTotal, below: LevelTotal, *, minutes: float) -> ControlMismatch | None:
    """None where the two agree, or neither reports anything. On a day that runs on, values are left to their counts."""
    if above.figure.endswith("_values") and running_share(minutes) is not None:
        return None
    difference = abs((above.total or Decimal()) - (below.total or Decimal()))
    return ControlMismatch(above, below) if difference > tolerance(above, below, minutes=minutes) else None


def sentences_of(mismatches: Sequence[ControlMismatch]) -> Iterator[str]:
    """One sentence per account and day, the figures of each in order."""

    def account_day(one: ControlMismatch) -> tuple[str, date]:
        return one.above.account_id, one.above.day

    for (account_id, day), found in groupby(sorted(mismatches, key=account_day), key=account_day):
        yield f"account {account_id} on {day}: {'; '.join(map(str, found))}"
