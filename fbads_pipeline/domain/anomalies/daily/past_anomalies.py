"""What the detectors would have found in days that are over, and how right they were where people labelled them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, DetectedAnomaly

# A label counts as found by what is found until so many days after its last day: whole days are assessed once they end.
GRACE_DAYS = 2


@dataclass(frozen=True)
class PastAnomaly:
    """found: `detected_at` is when it would have been found; ended_at: None where it went on to the last day.

    since_on, found_on: account-local days.
    """

    found: DetectedAnomaly
    ended_at: datetime | None
    since_on: date
    found_on: date


@dataclass(frozen=True)
class IncidentLabel:
    """An incident that people know of: the campaign's id, its first and last account-local day."""

    campaign_id: str
    first: date
    last: date

    def is_found_by(self, one: PastAnomaly) -> bool:
        """Whether that anomaly is about it."""
        reach = self.last + timedelta(days=GRACE_DAYS)
        return one.found.campaign_id == self.campaign_id and self.first <= one.found_on <= reach


@dataclass(frozen=True)
class LabelComparison:
    """labels, found: incidents, and those of them found; anomalies, right: anomalies, and those about an incident."""

    labels: int
    found: int
    anomalies: int
    right: int

    @property
    def recall(self) -> float | None:
        """Incidents found over incidents; None without any."""
        return self.found / self.labels if self.labels else None

    @property
    def precision(self) -> float | None:
        """Anomalies that were right over anomalies; None without any."""
        return self.right / self.anomalies if self.anomalies else None


def past_anomalies(events: Sequence[DetectedAnomaly | AnomalyClosure], timezone_name: str) -> list[PastAnomaly]:
    """One per anomaly that opened, with its end; notices, such as a budget edit, are none. events: oldest first."""
    zone, ends = ZoneInfo(timezone_name), list[AnomalyClosure]()
    past = []
    for one in reversed(events):
        if isinstance(one, AnomalyClosure):
            ends.append(one)
        elif one.resolution is None:
            ended_at = next((closure.closed_at for closure in reversed(ends) if _ends(closure, one)), None)
            days = (one.since.astimezone(zone).date(), one.detected_at.astimezone(zone).date())
            past.append(PastAnomaly(one, ended_at, *days))
    return past[::-1]


def compare_with_labels(past: Sequence[PastAnomaly], labels: Sequence[IncidentLabel]) -> LabelComparison:
    """How many incidents were found, and how many anomalies were right."""
    return LabelComparison(
        labels=len(labels),
        found=sum(any(label.is_found_by(one) for one in past) for label in labels),
        anomalies=len(past),
        right=sum(any(label.is_found_by(one) for label in labels) for one in past),
    )


def _ends(closure: AnomalyClosure, one: DetectedAnomaly) -> bool:
    if closure.anomaly_id is not None:
        return closure.anomaly_id == one.anomaly_id
    return closure.campaign_id == one.campaign_id and closure.metric in (None, one.metric)
