"""What the detectors remember of one account between two readings: plain arrays, nothing else.

Every array ends in the axis of campaigns, so that a reading of 10,000 campaigns is a handful of operations. Made from
the history once (`replay`), then carried from reading to reading; it can be stored as it is.
"""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.maturity import AGES, first_guess
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

SLOTS = 48
RING = 96
HISTORY = 35
BINS, BINS_A_UNIT = 101, 10
SAMPLE = 5000

# Channels of the ring: what came, and what was expected of the same interval.
CHANNELS = (
    "spend",
    "impressions",
    "clicks",
    "conversions",
    "e_spend",
    "e_impressions",
    "e_clicks",
    "e_conversions",
    "e_cost",
    "readings",
)
(R_SPEND, R_IMPRESSIONS, R_CLICKS, R_CONVERSIONS, E_SPEND, E_IMPRESSIONS, E_CLICKS, E_CONVERSIONS, E_COST, READINGS) = (
    range(10)
)

FAMILIES = ("spend", "ctr", "conversions", "cpm", "fatigue")
F_SPEND, F_CTR, F_CONVERSIONS, F_CPM, F_FATIGUE = range(5)

LONG_AGO = -(10**9)


@dataclass
class DetectorState:
    """One account. Times are minutes since year 1, account-local; days are ordinals; `n` is the number of campaigns."""

    n: int
    settings: DetectionSettings
    today: int = 0
    slot: int = 0
    closed_days: int = 0

    # today's counters (4, n): last reading, and the highest of the day
    last: Floats = field(init=False)
    high: Floats = field(init=False)
    read_to: Floats = field(init=False)
    seen_at: Ints = field(init=False)
    budget: Floats = field(init=False)
    budget_read: Floats = field(init=False)
    created: Ints = field(init=False)
    active: Bools = field(init=False)
    resumed_at: Ints = field(init=False)
    edited_at: Ints = field(init=False)
    edit_ratio: Floats = field(init=False)

    # the last 48 hours (channel, slot, n) and the day's own half hours
    ring: Any = field(init=False)
    day_slots: Floats = field(init=False)

    # per day, position = ordinal % HISTORY (HISTORY, n); clean (family, HISTORY, n)
    day_of: Ints = field(init=False)
    spend: Floats = field(init=False)
    unit: Floats = field(init=False)
    cover: Floats = field(init=False)
    impressions: Floats = field(init=False)
    clicks: Floats = field(init=False)
    conversions: Floats = field(init=False)
    conversions_to: Floats = field(init=False)
    clean: Bools = field(init=False)

    # what is expected
    profile: Floats = field(init=False)
    cumulative: Floats = field(init=False)
    account_profile: Floats = field(init=False)
    profile_sum: Floats = field(init=False)
    profile_weight: Floats = field(init=False)
    level: Floats = field(init=False)
    level_days: Floats = field(init=False)
    weekday: Floats = field(init=False)
    ctr: Floats = field(init=False)
    ctr_clicks: Floats = field(init=False)
    cpm: Floats = field(init=False)
    cpm_days: Floats = field(init=False)
    conversion_rate: Floats = field(init=False)
    conversion_weight: Floats = field(init=False)
    ctr_days: Floats = field(init=False)
    conversion_days: Floats = field(init=False)
    ctr_hours: Floats = field(init=False)
    cpm_hours: Floats = field(init=False)
    hours_sum: Floats = field(init=False)

    # conversions by the age of their day (maturity.AGES): the curve, and (reported, expected at maturity one)
    matured: Floats = field(init=False)
    maturity_sum: Floats = field(init=False)

    # own variation (window, n), as sums to divide
    spread: dict[int, Floats] = field(init=False)

    # how often the account's own scores reach how far: histograms of |score| per family
    # (below or above, window, bin), and what to divide scores by (below or above, window)
    tails: dict[int, Floats] = field(init=False)
    scale: dict[int, Floats] = field(init=False)

    # scores of past readings for the forest (row, family), the first `sampled` are filled
    sample: Floats = field(init=False)
    sampled: int = 0

    # alerts (family, n)
    is_open: Bools = field(init=False)
    is_hard: Bools = field(init=False)
    alerted_at: Ints = field(init=False)
    calm_since: Ints = field(init=False)
    closed_at: Ints = field(init=False)
    direction: Floats = field(init=False)

    def __post_init__(self) -> None:
        n, windows = self.n, self.settings
        self.last, self.high = np.zeros((4, n)), np.zeros((4, n))
        self.read_to, self.budget, self.budget_read = np.zeros(n), np.zeros(n), np.zeros(n)
        self.seen_at = np.full(n, LONG_AGO)
        self.created = np.full(n, LONG_AGO)
        self.active = np.ones(n, dtype=np.bool_)
        self.resumed_at, self.edited_at = np.full(n, LONG_AGO), np.full(n, LONG_AGO)
        self.edit_ratio = np.zeros(n)
        self.ring = np.zeros((len(CHANNELS), RING, n), dtype=np.float32)
        self.day_slots = np.zeros((SLOTS, n))
        self.day_of = np.zeros(HISTORY, dtype=np.int64)
        for name in ("spend", "unit", "cover", "impressions", "clicks", "conversions", "conversions_to"):
            setattr(self, name, np.zeros((HISTORY, n)))
        self.clean = np.ones((len(FAMILIES), HISTORY, n), dtype=np.bool_)
        self.account_profile = np.full(SLOTS, 1.0 / SLOTS)
        self.profile = np.full((SLOTS, n), 1.0 / SLOTS)
        self.cumulative = np.vstack([np.zeros(n), self.profile.cumsum(axis=0)])
        self.profile_sum, self.profile_weight = np.zeros((SLOTS, n)), np.zeros(n)
        self.level, self.level_days, self.weekday = np.zeros(n), np.zeros(n), np.zeros((7, n))
        self.ctr, self.ctr_clicks, self.cpm, self.cpm_days = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
        self.conversion_rate, self.conversion_weight = np.zeros(n), np.zeros(n)
        self.ctr_days, self.conversion_days = np.zeros(n), np.zeros(n)
        self.ctr_hours, self.cpm_hours = np.ones(SLOTS), np.ones(SLOTS)
        self.hours_sum = np.zeros((4, SLOTS))
        self.matured = first_guess()
        self.maturity_sum = np.zeros((2, len(AGES)))
        counts = {F_SPEND: windows.spend_hours, F_CTR: windows.ctr_hours, F_CPM: windows.cpm_hours}
        self.spread = {family: np.zeros((2, len(hours), n)) for family, hours in counts.items()}
        self.spread[F_CONVERSIONS] = np.zeros((2, 1, n))
        long = len(windows.conversion_days)
        wide = {**{family: len(hours) for family, hours in counts.items()}, F_CONVERSIONS: long}
        self.tails = {family: np.zeros((2, width, BINS)) for family, width in wide.items()}
        self.scale = {family: np.ones((2, width)) for family, width in wide.items()}
        self.sample = np.zeros((SAMPLE, 4))
        shape = (len(FAMILIES), n)
        self.is_open, self.is_hard = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
        self.alerted_at, self.calm_since = np.full(shape, LONG_AGO), np.full(shape, LONG_AGO)
        self.closed_at = np.full(shape, LONG_AGO)
        self.direction = np.zeros(shape)

    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        held = [getattr(self, one.name) for one in fields(self)]
        return sum(array.nbytes for array in held if isinstance(array, np.ndarray))

    def row(self, day: int) -> int:
        """Where a day stands in the history."""
        return day % HISTORY
