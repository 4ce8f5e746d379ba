"""What the detector of each metric remembers: its baseline, its variation and its alerts."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from fbads_pipeline.domain.anomalies.state.history import HALF_HOURS_A_DAY, HISTORY_DAYS, row_of
from fbads_pipeline.domain.anomalies.state.maturity import AGES, initial_curve
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

LONG_AGO = -(10**9)
# Histograms of |score|: bins of a tenth, up to 10.
SCORE_BINS, BINS_PER_UNIT = 101, 10

Metric = Literal["spend", "ctr", "conversions", "cpm"]


@dataclass
class AlertState:
    """Alerts of one metric, one entry per campaign (n,); times in minutes since year 1, account-local.

    Attributes
    ----------
    is_open
        Whether an alert is open.
    is_certain
        Whether the open (or last) alert is a delivery stop or a tracking break.
    is_shared
        Whether the open (or last) alert opened because the whole account moved.
    direction
        Sign of the score that opened it.
    opened_at, closed_at
        When the last alert opened and closed.
    calm_since
        Since when the scores of an open alert have been small, `LONG_AGO` where they are not.
    """

    n: int
    is_open: Bools = field(init=False)
    is_certain: Bools = field(init=False)
    is_shared: Bools = field(init=False)
    direction: Floats = field(init=False)
    opened_at: Ints = field(init=False)
    closed_at: Ints = field(init=False)
    calm_since: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.is_open, self.is_certain = np.zeros(self.n, dtype=np.bool_), np.zeros(self.n, dtype=np.bool_)
        self.is_shared = np.zeros(self.n, dtype=np.bool_)
        self.direction = np.zeros(self.n)
        self.opened_at, self.closed_at = np.full(self.n, LONG_AGO), np.full(self.n, LONG_AGO)
        self.calm_since = np.full(self.n, LONG_AGO)


@dataclass
class MetricState:
    """What every metric has.

    Attributes
    ----------
    n, windows
        Numbers of campaigns and of test windows.
    variance_windows
        Number of windows with a variance of their own.
    alerts
        Its alerts.
    baseline_days
        Weighted days behind the baseline (n,).
    is_baseline_day
        Days that the baseline may use: those without an alert of this metric (35, n).
    variance_sums
        Sums of squared relative errors beyond counting noise, and of their weights (2, variance_windows, n).
    score_counts
        How often the account's scores lie in which tenth of |score|: (below or above, window, bin).
    score_scale
        What scores are divided by, for tails heavier than normal (below or above, window).
    """

    # Days that the account's variance counts as beside a campaign's own.
    prior_days: ClassVar[float] = 10.0

    n: int
    windows: int
    variance_windows: int
    alerts: AlertState = field(init=False)
    baseline_days: Floats = field(init=False)
    is_baseline_day: Bools = field(init=False)
    variance_sums: Floats = field(init=False)
    score_counts: Floats = field(init=False)
    score_scale: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.alerts, self.baseline_days = AlertState(self.n), np.zeros(self.n)
        self.is_baseline_day = np.ones((HISTORY_DAYS, self.n), dtype=np.bool_)
        self.variance_sums = np.zeros((2, self.variance_windows, self.n))
        self.score_counts = np.zeros((2, self.windows, SCORE_BINS))
        self.score_scale = np.ones((2, self.windows))

    def begin_day(self, day: int) -> None:
        """A day counts for the baseline unless an alert is open."""
        self.is_baseline_day[row_of(day)] = ~self.alerts.is_open


@dataclass
class SpendState(MetricState):
    """Baseline of the spend.

    Attributes
    ----------
    level
        Log of the usual spend per unit of daily budget (n,).
    weekday
        Offsets of the level per weekday, row ``ordinal % 7`` (7, n).
    profile, cumulative
        Share of the day's delivery per half hour (48, n) and up to each half hour (49, n).
    account_profile
        The account's shares (48,).
    profile_sum, profile_weight
        Weighted sums that the profiles are made of (48, n), (n,).
    slots_idle, slots_seen
        Weighted days on which nothing was spent in a half hour although much was expected, and all such days (48, n).
    is_pause
        Whether campaigns do not usually deliver on the open day (n,).
    has_rests
        Whether they do not on the open day or the one before, or in some half hours (n,).
    is_first_weekend
        Whether the open day is of a weekend, and no day of an earlier one was read.
    """

    level: Floats = field(init=False)
    weekday: Floats = field(init=False)
    profile: Floats = field(init=False)
    cumulative: Floats = field(init=False)
    account_profile: Floats = field(init=False)
    profile_sum: Floats = field(init=False)
    profile_weight: Floats = field(init=False)
    slots_idle: Floats = field(init=False)
    slots_seen: Floats = field(init=False)
    is_pause: Bools = field(init=False)
    has_rests: Bools = field(init=False)
    is_first_weekend: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.level, self.weekday = np.zeros(self.n), np.zeros((7, self.n))
        self.account_profile = np.full(HALF_HOURS_A_DAY, 1.0 / HALF_HOURS_A_DAY)
        self.profile = np.full((HALF_HOURS_A_DAY, self.n), 1.0 / HALF_HOURS_A_DAY)
        self.cumulative = np.vstack([np.zeros(self.n), self.profile.cumsum(axis=0)])
        self.profile_sum, self.profile_weight = np.zeros((HALF_HOURS_A_DAY, self.n)), np.zeros(self.n)
        self.slots_idle = np.zeros((HALF_HOURS_A_DAY, self.n))
        self.slots_seen = np.zeros((HALF_HOURS_A_DAY, self.n))
        self.is_pause = np.zeros(self.n, dtype=np.bool_)
        self.has_rests = np.zeros(self.n, dtype=np.bool_)


@dataclass
class HalfHourVariation:
    """How the clipped log(spend / expected) of half hours varies.

    Attributes
    ----------
    half_hour, day
        Variances of half hours around their day, and of days around their level (n,).
    memory
        Autocorrelation of neighbouring half hours, the account's.
    slot_sums, day_sums
        Sums of squares, and of what they are of (2, n).
    neighbour_sums
        Sums of products of neighbours and of squares (2,).
    """

    n: int
    half_hour: Floats = field(init=False)
    day: Floats = field(init=False)
    memory: float = 0.3
    slot_sums: Floats = field(init=False)
    day_sums: Floats = field(init=False)
    neighbour_sums: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.half_hour, self.day = np.full(self.n, 0.09), np.full(self.n, 0.04)
        self.slot_sums, self.day_sums = np.zeros((2, self.n)), np.zeros((2, self.n))
        self.neighbour_sums = np.zeros(2)


@dataclass
class RatioState(MetricState):
    """Baseline of a ratio over impressions.

    Attributes
    ----------
    level
        Usual ratio (n,): clicks, or money, per impression.
    hour_factors
        Ratio of each half hour of the day over the usual one, the account's (48,).
    hour_sums
        What was read and what was usual per half hour, that the factors are made of (2, 48).
    """

    level: Floats = field(init=False)
    hour_factors: Floats = field(init=False)
    hour_sums: Floats = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.level = np.zeros(self.n)
        self.hour_factors, self.hour_sums = np.ones(HALF_HOURS_A_DAY), np.zeros((2, HALF_HOURS_A_DAY))


@dataclass
class CtrState(RatioState):
    """Baseline of clicks per impression.

    Attributes
    ----------
    clicks
        Weighted clicks behind the level (n,).
    fatigue_notice_at
        When fatigue was last noticed, in minutes since year 1 (n,).
    watched_at
        When the CTR was last put on the watch list (n,).
    """

    clicks: Floats = field(init=False)
    fatigue_notice_at: Ints = field(init=False)
    watched_at: Ints = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clicks, self.fatigue_notice_at = np.zeros(self.n), np.full(self.n, LONG_AGO)
        self.watched_at = np.full(self.n, LONG_AGO)


@dataclass
class CpmState(RatioState):
    """Baseline of the money that an impression costs."""


@dataclass
class ConversionState(MetricState):
    """Baseline of conversions per click.

    Attributes
    ----------
    rate
        Conversions per click by the end of the click's day (n,).
    conversions
        Weighted conversions behind the rate (n,).
    maturity
        Share of a day's conversions reported by age, 1 at the day's end (`maturity.AGES`).
    maturity_sums
        Reported, and expected at maturity one, by age (2, ages).
    """

    # One figure a day where the others have 48: a campaign's own variation is known more slowly.
    prior_days: ClassVar[float] = 40.0

    rate: Floats = field(init=False)
    conversions: Floats = field(init=False)
    maturity: Floats = field(init=False)
    maturity_sums: Floats = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rate, self.conversions = np.zeros(self.n), np.zeros(self.n)
        self.maturity, self.maturity_sums = initial_curve(), np.zeros((2, len(AGES)))
