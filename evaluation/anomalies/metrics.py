"""Recall, precision and delays of alerts against labelled incidents.

An alert is a true positive for an incident of its campaign between the incident's start and its end plus 12 hours (48
where conversions show it: they come late), whatever its metric; those in a metric of the incident's own are counted
apart. Later alerts inside the same window are neither true nor false positives. Drift notices are matched with fatigues
the same way. A false positive in the 48 hours after a budget edit also counts as an edit alerted.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evaluation.anomalies.world import World

GRACE = {"cpa": 48, "tracking": 48}
METRICS = {
    "stop": {"spend"},
    "spike": {"spend"},
    "ctr": {"ctr"},
    "cpa": {"cpa", "conversions"},
    "tracking": {"cpa", "conversions"},
    "cpm": {"cpm", "spend"},
    "fatigue": {"ctr"},
}
EDIT_HOURS = 48
ORACLE_HOURS = 12


@dataclass
class DetectionCounts:
    """Counts of one world or of several added up, by kind of incident.

    Attributes
    ----------
    labelled, detected
        Incidents, and those that were detected.
    in_own_metric
        Those detected in a metric of their own.
    labelled_with_volume
        Incidents on campaigns with enough of what the kind shows in.
    ctr_by_oracle
        CTR collapses with volume that an oracle (`world.hours_of_oracle`) is sure of within `ORACLE_HOURS`.
    delays, delays_with_volume
        Hours from the start of an incident to its first alert.
    by_tier
        Tier of the campaign → detected and labelled.
    false_positives
        One line per alert that belongs to no incident.
    drift_false_positives
        Drift notices outside a fatigue.
    hundred_campaign_weeks
        Size of the worlds.
    """

    detected: dict[str, int] = field(default_factory=dict)
    labelled: dict[str, int] = field(default_factory=dict)
    in_own_metric: dict[str, int] = field(default_factory=dict)
    delays: dict[str, list[float]] = field(default_factory=dict)
    delays_with_volume: dict[str, list[float]] = field(default_factory=dict)
    labelled_with_volume: dict[str, int] = field(default_factory=dict)
    by_tier: dict[str, list[int]] = field(default_factory=dict)
    false_positives: list[str] = field(default_factory=list)
    weekend_false_positives: int = 0
    ctr_by_oracle: int = 0
    edits: int = 0
    edits_alerted: int = 0
    edits_explained: int = 0
    drift_false_positives: int = 0
    hundred_campaign_weeks: float = 0.0

    def add(self, other: "DetectionCounts") -> None:
        """Add the counts of another world."""
        for name in ("detected", "labelled", "in_own_metric", "labelled_with_volume"):
            mine = getattr(self, name)
            for kind, count in getattr(other, name).items():
                mine[kind] = mine.get(kind, 0) + count
        for name in ("delays", "delays_with_volume"):
            for kind, hours in getattr(other, name).items():
                getattr(self, name).setdefault(kind, []).extend(hours)
        for tier, (detected, labelled) in other.by_tier.items():
            mine_tier = self.by_tier.setdefault(tier, [0, 0])
            mine_tier[0], mine_tier[1] = mine_tier[0] + detected, mine_tier[1] + labelled
        self.false_positives += other.false_positives
        for name in (
            "ctr_by_oracle",
            *("weekend_false_positives", "drift_false_positives", "edits", "edits_alerted", "edits_explained"),
            "hundred_campaign_weeks",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def recall(self, *kinds: str) -> float:
        """Detected over labelled incidents; of all kinds but fatigue where none is named."""
        chosen = kinds or tuple(kind for kind in self.labelled if kind != "fatigue")
        labelled = sum(self.labelled.get(kind, 0) for kind in chosen)
        return sum(self.detected.get(kind, 0) for kind in chosen) / labelled if labelled else float("nan")

    def recall_with_volume(self, *kinds: str) -> float:
        """Recall among the incidents on campaigns with enough of what the kind shows in."""
        chosen = kinds or tuple(kind for kind in self.labelled_with_volume if kind != "fatigue")
        labelled = sum(self.labelled_with_volume.get(kind, 0) for kind in chosen)
        detected = sum(len(self.delays_with_volume.get(kind, [])) for kind in chosen)
        return detected / labelled if labelled else float("nan")

    def recall_within(self, kind: str, hours: float) -> float:
        """The same, counting only what was detected within so many hours of its start."""
        labelled = self.labelled_with_volume.get(kind, 0)
        detected = sum(delay <= hours for delay in self.delays_with_volume.get(kind, []))
        return detected / labelled if labelled else float("nan")

    def share_of_oracle(self) -> float:
        """CTR collapses with volume found within `ORACLE_HOURS`, over those that an oracle is sure of by then."""
        found = sum(delay <= ORACLE_HOURS for delay in self.delays_with_volume.get("ctr", []))
        return found / self.ctr_by_oracle if self.ctr_by_oracle else float("nan")

    @property
    def precision(self) -> float:
        """Incidents detected over incidents detected and false positives."""
        detected = sum(count for kind, count in self.detected.items() if kind != "fatigue")
        return detected / max(detected + len(self.false_positives), 1)


def compare(world: World, alerts: pd.DataFrame) -> DetectionCounts:
    """Counts of one world.

    Parameters
    ----------
    alerts
        `campaign_id, ts, kind, metric, message`.
    """
    counts = DetectionCounts(hundred_campaign_weeks=world.assumptions.campaigns / 100 * world.assumptions.days / 7)
    anomalies = alerts[alerts["kind"] == "anomaly"]
    drifts = alerts[alerts["kind"] == "drift"]
    matched: set[int] = set()
    for label in world.labels.itertuples():
        until = label.end + pd.Timedelta(hours=GRACE.get(label.kind, 12))
        own = _between(drifts if label.kind == "fatigue" else anomalies, label.campaign_id, label.start, until)
        matched |= set(_between(anomalies, label.campaign_id, label.start, until).index) | set(own.index)
        _count(counts, label, own)
    false = anomalies[~anomalies.index.isin(matched) & ~_in_shock(world, anomalies)]
    counts.false_positives = [f"{row.campaign_id} {row.ts} {row.metric}: {row.message}" for row in false.itertuples()]
    counts.weekend_false_positives = int((false["ts"].dt.day_of_week >= 5).sum())
    counts.drift_false_positives = int((~drifts.index.isin(matched)).sum())
    _count_edits(world, alerts, false, counts)
    return counts


def _between(alerts: pd.DataFrame, campaign_id: object, start: object, until: object) -> pd.DataFrame:
    return alerts[(alerts["campaign_id"] == campaign_id) & (alerts["ts"] >= start) & (alerts["ts"] <= until)]


def _count(counts: DetectionCounts, label: Any, own: pd.DataFrame) -> None:
    """Add one labelled incident and the alerts that detected it."""
    kind, tier = label.kind, counts.by_tier.setdefault(label.tier, [0, 0])
    _increment(counts.labelled, kind)
    tier[1] += 1
    if label.has_volume:
        _increment(counts.labelled_with_volume, kind)
        counts.ctr_by_oracle += label.oracle_hours <= ORACLE_HOURS
    if own.empty:
        return
    tier[0] += 1
    _increment(counts.detected, kind)
    _increment(counts.in_own_metric, kind, int(own["metric"].isin(METRICS[kind]).any()))
    hours = (own["ts"].min() - label.start).total_seconds() / 3600
    counts.delays.setdefault(kind, []).append(hours)
    if label.has_volume:
        counts.delays_with_volume.setdefault(kind, []).append(hours)


def _increment(numbers: dict[str, int], kind: str, by: int = 1) -> None:
    numbers[kind] = numbers.get(kind, 0) + by


def _in_shock(world: World, anomalies: pd.DataFrame) -> pd.Series:
    """While an account has lost most of its delivery, an alert on any campaign is right."""
    if world.shock is None:
        return pd.Series(False, index=anomalies.index)
    first, last = world.shock
    return (anomalies["ts"] >= first) & (anomalies["ts"] <= last + pd.Timedelta(hours=12))


def _count_edits(world: World, alerts: pd.DataFrame, false: pd.DataFrame, counts: DetectionCounts) -> None:
    """Budget edits with a false positive, and with an explanation, within 48 hours."""
    explained = alerts[alerts["kind"] == "explained"]
    for edit in world.changes[world.changes["event"] == "budget_change"].itertuples():
        until = edit.ts + pd.Timedelta(hours=EDIT_HOURS)
        counts.edits += 1
        counts.edits_alerted += not _between(false, edit.campaign_id, edit.ts, until).empty
        counts.edits_explained += not _between(explained, edit.campaign_id, edit.ts, until).empty
