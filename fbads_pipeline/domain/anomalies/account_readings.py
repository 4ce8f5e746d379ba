"""One account between two runs of the detectors: what was read, the detectors' state, and what they detected.

Plain values, without numpy, so that whoever only passes them on loads nothing heavy. Instants are aware, in UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from fbads_pipeline.domain.anomalies.findings import Severity
from fbads_pipeline.domain.core.messages import Value

Resolution = Literal["recovered", "new_usual", "paused", "notice", "corrected"]
Grain = Literal["half_hour", "day"]


class CampaignDayVersion(NamedTuple):
    """One account-local day of a campaign as known from `known_from` on; is_removed: Meta stopped showing the row.

    A figure that Meta did not report is None.
    """

    campaign_id: str
    day: date
    known_from: datetime
    impressions: float | None
    clicks: float | None
    spend: float | None
    conversions: float | None
    is_removed: bool


class ObjectState(NamedTuple):
    """What a campaign, or one of its ad sets, was from `valid_from` on; daily_budget in the account's currency.

    is_paused: a person has ended or paused it; starts_at, ends_at: its schedule as it is now, ends_at excluded.
    """

    object_id: str
    campaign_id: str
    valid_from: datetime
    is_active: bool
    daily_budget: float | None
    is_paused: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def is_on(self, at: datetime) -> bool:
        """Whether its schedule has begun and not ended."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)

    @property
    def is_campaign(self) -> bool:
        """Whether this is the campaign itself."""
        return self.object_id == self.campaign_id


@dataclass(frozen=True)
class AccountReadings:
    """What was read of one account since the last run, oldest first.

    runs: a good reading of the campaign level and a day that it covered; figures: every version of those days, older
    ones too, because a reading that changed nothing has no version of its own; states: the whole history; created:
    campaign → when it was made; learning: campaigns whose active ad sets are all in Meta's learning phase now;
    goals: campaign → the goal that it has instead of the account's; ads_edited: campaigns whose ads, creatives or
    audiences were edited, and when, from the day before the first of the runs on.
    """

    account_id: str
    currency: str
    timezone_name: str
    runs: Sequence[tuple[datetime, date]] = ()
    figures: Sequence[CampaignDayVersion] = ()
    states: Sequence[ObjectState] = ()
    created: Mapping[str, datetime] = field(default_factory=dict)
    learning: frozenset[str] = frozenset()
    goals: Mapping[str, str] = field(default_factory=dict)
    ads_edited: Sequence[tuple[str, datetime]] = ()


@dataclass(frozen=True)
class StoredDetectors:
    """One account's detectors, packed.

    version: of their code and settings; read_until: their last reading; days_known: days that they have learned from.
    """

    version: str
    state: bytes
    read_until: datetime
    days_known: int = 0


@dataclass(frozen=True)
class DetectedAnomaly:
    """An anomaly to open. low, high: 95 of 100 usual cases lie within; resolution: of notices, over at once.

    grain: whether half-hour readings or whole days showed it.
    """

    anomaly_id: str
    account_id: str
    campaign_id: str
    kind: str
    metric: str
    severity: Severity
    since: datetime
    detected_at: datetime
    observed: float
    expected: float
    low: float
    high: float
    money_at_stake_per_day: float
    currency: str
    causes: Sequence[Mapping[str, object]]
    message: Value
    data_used: Mapping[str, object]
    detector_version: str
    is_alert: bool
    resolution: Resolution | None = None
    grain: Grain = "half_hour"


@dataclass(frozen=True)
class AnomalyClosure:
    """The end of the open anomaly of that campaign and metric; metric None: of every one of the campaign.

    anomaly_id: of this one alone. A correction also reaches one that is over: what was said of it does not hold.
    """

    campaign_id: str
    metric: str | None
    closed_at: datetime
    resolution: Resolution
    recovery: Value | None = None
    anomaly_id: str | None = None


@dataclass(frozen=True)
class DetectionResult:
    """The detectors to store, and what to open and close, in the order of time. readings: how many were new."""

    detectors: StoredDetectors
    events: Sequence[DetectedAnomaly | AnomalyClosure]
    readings: int
