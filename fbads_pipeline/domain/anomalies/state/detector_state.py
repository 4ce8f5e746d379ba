"""What the detectors remember of one account between two readings: plain arrays, one group per subject.

Every array of campaigns ends in their axis, so that a reading of 10,000 campaigns is a handful of operations.
"""

from dataclasses import dataclass, field

import numpy as np

from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.history import DailyHistory, HalfHours, OpenDay
from fbads_pipeline.domain.anomalies.state.metric_states import (
    LONG_AGO,
    ConversionState,
    CpmState,
    CtrState,
    HalfHourVariation,
    Metric,
    MetricState,
    SpendState,
)
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Bools, Floats, Ints

SAMPLE_ROWS = 5000


@dataclass
class CampaignFacts:
    """Budget, status and age per campaign (n,); times in minutes since year 1, account-local.

    Attributes
    ----------
    budget, budget_read
        Daily budget of the last reading of today, and of the last reading at all (0: none).
    created, resumed_at, edited_at, ads_edited_at
        When it was made, last resumed, its budget last edited, and its ads or whom they are shown to.
    edit_ratio
        |log(new budget / old budget)| of that edit.
    is_active
        Whether it may deliver.
    goal
        Number of what its conversions count (`goals.goal_numbers`).
    """

    n: int
    budget: Floats = field(init=False)
    budget_read: Floats = field(init=False)
    created: Ints = field(init=False)
    resumed_at: Ints = field(init=False)
    edited_at: Ints = field(init=False)
    ads_edited_at: Ints = field(init=False)
    edit_ratio: Floats = field(init=False)
    is_active: Bools = field(init=False)
    goal: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.budget, self.budget_read, self.edit_ratio = np.zeros(self.n), np.zeros(self.n), np.zeros(self.n)
        self.created, self.resumed_at = np.full(self.n, LONG_AGO), np.full(self.n, LONG_AGO)
        self.edited_at, self.ads_edited_at = np.full(self.n, LONG_AGO), np.full(self.n, LONG_AGO)
        self.is_active = np.ones(self.n, dtype=np.bool_)
        self.goal = np.zeros(self.n, dtype=np.int64)


@dataclass
class ScoreSample:
    """Scores of past readings that the forest ranks by: (rows, metric), the first `filled` rows are used."""

    rows: Floats = field(default_factory=lambda: np.zeros((SAMPLE_ROWS, 4)))
    filled: int = 0

    def add(self, scores: Floats) -> None:
        """Put rows of scores in front; the oldest beyond `SAMPLE_ROWS` go."""
        kept = np.vstack([scores, self.rows[: self.filled]])[: len(self.rows)]
        self.rows[: len(kept)], self.filled = kept, len(kept)


@dataclass
class DetectorState:
    """One account.

    Attributes
    ----------
    n
        Number of campaigns.
    today
        The open day (ordinal, account-local), 0 before the first reading.
    closed_days
        Days that were learned from.
    """

    n: int
    settings: DetectionSettings
    today: int = 0
    closed_days: int = 0
    campaigns: CampaignFacts = field(init=False)
    open_day: OpenDay = field(init=False)
    days: DailyHistory = field(init=False)
    half_hours: HalfHours = field(init=False)
    spend: SpendState = field(init=False)
    half_hour_variation: HalfHourVariation = field(init=False)
    ctr: CtrState = field(init=False)
    conversions: ConversionState = field(init=False)
    cpm: CpmState = field(init=False)
    sample: ScoreSample = field(default_factory=ScoreSample)

    def __post_init__(self) -> None:
        n, settings = self.n, self.settings
        self.campaigns, self.open_day = CampaignFacts(n), OpenDay(n)
        self.days, self.half_hours = DailyHistory(n), HalfHours(n)
        spend_windows = len(settings.spend_hours) + len(settings.spike_hours)
        self.spend = SpendState(n, spend_windows, len(settings.spend_hours))
        self.half_hour_variation = HalfHourVariation(n)
        self.ctr = CtrState(n, len(settings.ctr_hours), len(settings.ctr_hours))
        self.conversions = ConversionState(n, len(settings.conversion_days), 1)
        self.cpm = CpmState(n, len(settings.cpm_hours), len(settings.cpm_hours))

    @property
    def minute(self) -> int:
        """End of the newest half hour, in minutes since year 1."""
        return self.half_hours.slot * 30

    @property
    def metrics(self) -> tuple[MetricState, ...]:
        """The states of all metrics."""
        return self.spend, self.ctr, self.conversions, self.cpm

    def of(self, metric: Metric) -> MetricState:
        """The state of that metric."""
        states: dict[Metric, MetricState] = {
            "spend": self.spend,
            "ctr": self.ctr,
            "conversions": self.conversions,
            "cpm": self.cpm,
        }
        return states[metric]

    def close_alerts(self, campaign: int) -> None:
        """Whatever is open on the campaign is over."""
        for metric in self.metrics:
            metric.alerts.is_open[campaign] = False

    def is_learnable(self, metric: MetricState) -> Bools:
        """Campaigns whose variation may be learned from: known for long enough, no alert of that metric open (n,)."""
        is_known: Bools = self.minute - self.campaigns.created >= self.settings.learning_days * MINUTES_A_DAY
        learnable: Bools = is_known & ~metric.alerts.is_open & (self.closed_days >= self.settings.known_days)
        return learnable
