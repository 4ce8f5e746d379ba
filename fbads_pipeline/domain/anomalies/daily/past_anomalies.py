"""What the detectors would have found in days that are over, and how right they were where people labelled them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, DetectedAnomaly

# A label counts as found by what is found until so many days after its last day: whole days are assessed once they end.
GRACE_DAYS = 2
# Two anomalies of one kind and campaign that begin so close to each other are the same one.
_SAME_BEGINNING = timedelta(days=1)


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


class MarkedAnomaly(NamedTuple):
    """A stored anomaly that people have marked; is_useful: to most of those who did; since: aware."""

    anomaly_id: str
    campaign_id: str
    kind: str
    since: datetime
    is_useful: bool

    def is_same_as(self, one: PastAnomaly) -> bool:
        """Whether that anomaly is the same: by its id, or of the same kind and campaign and begun within a day."""
        found = one.found
        if self.anomaly_id == found.anomaly_id:
            return True
        is_about_it = (self.campaign_id, self.kind) == (found.campaign_id, found.kind)
        return is_about_it and abs(self.since - found.since) <= _SAME_BEGINNING


class MarkComparison(NamedTuple):
    """marked, useful: of the anomalies found those that people have marked, and of these those of use."""

    marked: int
    useful: int

    @property
    def precision(self) -> float | None:
        """As people see it; None without a mark."""
        return self.useful / self.marked if self.marked else None


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


def compare_with_marks(past: Sequence[PastAnomaly], marks: Sequence[MarkedAnomaly]) -> MarkComparison:
    """Of the anomalies found how many people have marked, and how many of these were of use to them."""
    known = [next((mark for mark in marks if mark.is_same_as(one)), None) for one in past]
    said = [mark.is_useful for mark in known if mark is not None]
    return MarkComparison(len(said), sum(said))


def marks_by_kind(marks: Iterable[MarkedAnomaly]) -> Mapping[str, list[bool]]:
    """Kind of anomaly → of each marked one whether it was of use."""
    by_kind: dict[str, list[bool]] = {}
    for one in marks:
        by_kind.setdefault(one.kind, []).append(one.is_useful)
    return by_kind


def _ends(closure: AnomalyClosure, one: DetectedAnomaly) -> bool:
    if closure.anomaly_id is not None:
        return closure.anomaly_id == one.anomaly_id
    return closure.campaign_id == one.campaign_id and closure.metric in (None, one.metric)
