"""Daily and half-hourly figures that the baselines and the tests look back on."""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from fbads_pipeline.domain.anomalies.state.readings import Floats, Ints

HALF_HOURS_A_DAY = 48
# The longest window of a test is 48 hours.
RING_SLOTS = 96
# Baselines look back 28 days; a week more keeps the days that are still being restated.
HISTORY_DAYS = 35


class RingChannel(IntEnum):
    """First axis of `HalfHours.ring`: what was read, and what was expected of the same interval."""

    SPEND = 0
    IMPRESSIONS = 1
    CLICKS = 2
    CONVERSIONS = 3
    EXPECTED_SPEND = 4
    EXPECTED_IMPRESSIONS = 5
    EXPECTED_CLICKS = 6
    EXPECTED_CONVERSIONS = 7
    # What the impressions that were delivered usually cost.
    EXPECTED_COST = 8
    # Readings of which any delivery was expected.
    READINGS = 9
    # Precision of the half hour's clipped log(spend / expected), and that times the log.
    LOG_WEIGHT = 10
    WEIGHTED_LOG = 11


@dataclass
class HalfHours:
    """The last 48 hours in half-hour slots.

    Attributes
    ----------
    n
        Number of campaigns.
    slot
        Number of the newest half hour since year 1 (it ends at minute ``30 * slot``).
    ring
        Array (channel, slot modulo 96, campaign), single precision: increments of the half hour.
    """

    n: int
    slot: int = 0
    ring: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        self.ring = np.zeros((len(RingChannel), RING_SLOTS, self.n), dtype=np.float32)

    def advance(self, minute: int) -> None:
        """Move on to the slot that ends at or after `minute`; skipped slots are empty."""
        slot = -(-minute // 30)
        for passed in range(max(self.slot + 1, slot - RING_SLOTS + 1), slot + 1):
            self.ring[:, passed % RING_SLOTS] = 0.0
        self.slot = max(self.slot, slot)

    def add(self, channel: RingChannel, campaigns: Ints, values: Floats) -> None:
        """Add values to the newest slot; a campaign may occur more than once."""
        np.add.at(self.ring[channel, self.slot % RING_SLOTS], campaigns, values.astype(np.float32))

    def sums(self, hours: tuple[float, ...], channels: tuple[RingChannel, ...]) -> Floats:
        """Sums over the last hours, (channel, window, campaign); `hours` ascend and are multiples of one half."""
        edges = [0, *(min(int(window * 2), RING_SLOTS) for window in hours)]
        order = np.arange(self.slot, self.slot - edges[-1], -1) % RING_SLOTS
        parts = self.ring[np.ix_(np.array(channels), order)]
        sums: Floats = np.add.reduceat(parts, edges[:-1], axis=1, dtype=np.float64).cumsum(axis=1)
        return sums

    def newest_first(self, channel: RingChannel, campaign: int) -> Floats:
        """One campaign's 96 half hours of a channel, the newest first."""
        order = np.arange(self.slot, self.slot - RING_SLOTS, -1) % RING_SLOTS
        values: Floats = self.ring[channel, order, campaign].astype(float)
        return values


@dataclass
class DailyHistory:
    """The last 35 account-local days; a day lies in row ``ordinal % 35``.

    Attributes
    ----------
    n
        Number of campaigns.
    ordinal
        Day of each row (35,), 0 where none was read.
    spend, impressions, clicks, conversions
        Totals per day (35, n); spend in the account's currency; conversions NaN where Meta did not report them.
    budget
        Daily budget (1 without one) times the share of the day that was read (35, n).
    coverage
        Share of the day's usual delivery that the readings cover, 0 to 1 (35, n).
    conversions_read_at
        Minutes after the day's midnight at which its conversions were last read (35, n).
    """

    n: int
    ordinal: Ints = field(init=False)
    spend: Floats = field(init=False)
    budget: Floats = field(init=False)
    coverage: Floats = field(init=False)
    impressions: Floats = field(init=False)
    clicks: Floats = field(init=False)
    conversions: Floats = field(init=False)
    conversions_read_at: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.ordinal = np.zeros(HISTORY_DAYS, dtype=np.int64)
        shape = (HISTORY_DAYS, self.n)
        self.spend, self.budget, self.coverage = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.impressions, self.clicks = np.zeros(shape), np.zeros(shape)
        self.conversions, self.conversions_read_at = np.zeros(shape), np.zeros(shape)

    def begin(self, day: int) -> None:
        """Give the row of the oldest day to `day`."""
        row = row_of(day)
        self.ordinal[row] = day
        for figures in (self.spend, self.budget, self.coverage, self.impressions, self.clicks, self.conversions):
            figures[row] = 0.0
        self.conversions_read_at[row] = 0.0


@dataclass
class OpenDay:
    """Today's readings.

    Attributes
    ----------
    n
        Number of campaigns.
    counters, highest
        The counters of the last reading and the day's highest (4, n), in the order of `readings.COUNTERS`.
    read_to
        Minutes since midnight of the last reading (n,).
    row_read_to, rows_missed
        The same of the last reading that had a row, and how many readings since then left it out (n,).
    spend_by_slot
        Spend per half hour of the day (48, n).
    """

    n: int
    counters: Floats = field(init=False)
    highest: Floats = field(init=False)
    read_to: Floats = field(init=False)
    row_read_to: Floats = field(init=False)
    rows_missed: Ints = field(init=False)
    spend_by_slot: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.counters, self.highest = np.zeros((4, self.n)), np.zeros((4, self.n))
        self.read_to, self.row_read_to = np.zeros(self.n), np.zeros(self.n)
        self.rows_missed = np.zeros(self.n, dtype=np.int64)
        self.spend_by_slot = np.zeros((HALF_HOURS_A_DAY, self.n))

    def clear(self) -> None:
        """Forget the day."""
        for figures in (self.counters, self.highest, self.read_to, self.row_read_to, self.spend_by_slot):
            figures[:] = 0.0
        self.rows_missed[:] = 0


def row_of(day: int) -> int:
    """Row of a day (ordinal) in arrays of `HISTORY_DAYS` rows."""
    return day % HISTORY_DAYS
