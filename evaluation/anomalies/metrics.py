"""Marks for alerts against the truth.

An anomaly hits an incident of its campaign if it comes between the incident's start and its end plus a grace: 12 hours,
or 48 hours for what conversions tell (they come late). It counts for the incident whatever its metric; the table also
says how many came in a metric of the incident's own. Later alerts inside the same window are neither hits nor false.
A drift notice hits a fatigue the same way. A false alert in the 48 hours after a budget edit also counts as an edit
alerted.
"""

from dataclasses import dataclass, field

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


@dataclass
class Marks:
    """Counts of one world or of several added up; `delays` in hours per kind, of the incidents that were found."""

    found: dict[str, int] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)
    own_metric: dict[str, int] = field(default_factory=dict)
    delays: dict[str, list[float]] = field(default_factory=dict)
    volume_delays: dict[str, list[float]] = field(default_factory=dict)
    with_volume: dict[str, int] = field(default_factory=dict)
    by_tier: dict[str, list[int]] = field(default_factory=dict)
    false: list[str] = field(default_factory=list)
    weekend_false: int = 0
    edits: int = 0
    edits_alerted: int = 0
    edits_explained: int = 0
    drift_false: int = 0
    hundred_weeks: float = 0.0

    def add(self, other: "Marks") -> None:
        """Add the counts of another world."""
        for name in ("found", "planted", "own_metric", "with_volume"):
            mine = getattr(self, name)
            for kind, count in getattr(other, name).items():
                mine[kind] = mine.get(kind, 0) + count
        for name in ("delays", "volume_delays"):
            for kind, hours in getattr(other, name).items():
                getattr(self, name).setdefault(kind, []).extend(hours)
        for tier, (found, planted) in other.by_tier.items():
            mine_tier = self.by_tier.setdefault(tier, [0, 0])
            mine_tier[0], mine_tier[1] = mine_tier[0] + found, mine_tier[1] + planted
        self.false += other.false
        for name in ("weekend_false", "edits", "edits_alerted", "edits_explained", "drift_false", "hundred_weeks"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def recall(self, *kinds: str) -> float:
        """Share of the incidents found; of all kinds but fatigue where none is named."""
        chosen = kinds or tuple(kind for kind in self.planted if kind != "fatigue")
        planted = sum(self.planted.get(kind, 0) for kind in chosen)
        return sum(self.found.get(kind, 0) for kind in chosen) / planted if planted else float("nan")

    def recall_with_volume(self, *kinds: str) -> float:
        """The same among the incidents on campaigns with enough of what the kind shows in."""
        chosen = kinds or tuple(kind for kind in self.with_volume if kind != "fatigue")
        planted = sum(self.with_volume.get(kind, 0) for kind in chosen)
        found = sum(len(self.volume_delays.get(kind, [])) for kind in chosen)
        return found / planted if planted else float("nan")

    def volume_within(self, kind: str, hours: float) -> float:
        """Among these the share found within so many hours of their start."""
        planted = self.with_volume.get(kind, 0)
        found = sum(delay <= hours for delay in self.volume_delays.get(kind, []))
        return found / planted if planted else float("nan")

    @property
    def precision(self) -> float:
        """Incidents found over incidents found and false alerts."""
        found = sum(count for kind, count in self.found.items() if kind != "fatigue")
        return found / max(found + len(self.false), 1)


def mark(world: World, alerts: pd.DataFrame) -> Marks:
    """Marks of one world; alerts: `campaign_id, ts, kind, metric, message`."""
    marks = Marks(hundred_weeks=world.assumptions.campaigns / 100 * world.assumptions.days / 7)
    anomalies = alerts[alerts["kind"] == "anomaly"]
    drifts = alerts[alerts["kind"] == "drift"]
    excused: set[int] = set()
    for label in world.labels.itertuples():
        until = label.end + pd.Timedelta(hours=GRACE.get(label.kind, 12))
        said = drifts if label.kind == "fatigue" else anomalies
        own = said[(said["campaign_id"] == label.campaign_id) & (said["ts"] >= label.start) & (said["ts"] <= until)]
        inside = anomalies[(anomalies["campaign_id"] == label.campaign_id) & (anomalies["ts"] >= label.start)]
        excused |= set(inside[inside["ts"] <= until].index) | set(own.index)
        marks.planted[label.kind] = marks.planted.get(label.kind, 0) + 1
        tier = marks.by_tier.setdefault(label.tier, [0, 0])
        tier[1] += 1
        if label.has_volume:
            marks.with_volume[label.kind] = marks.with_volume.get(label.kind, 0) + 1
        if len(own):
            tier[0] += 1
            marks.found[label.kind] = marks.found.get(label.kind, 0) + 1
            fits = bool(own["metric"].isin(METRICS[label.kind]).any())
            marks.own_metric[label.kind] = marks.own_metric.get(label.kind, 0) + fits
            hours = (own["ts"].min() - label.start).total_seconds() / 3600
            marks.delays.setdefault(label.kind, []).append(hours)
            if label.has_volume:
                marks.volume_delays.setdefault(label.kind, []).append(hours)
    false = anomalies[~anomalies.index.isin(excused) & ~_in_shock(world, anomalies)]
    marks.false = [f"{row.campaign_id} {row.ts} {row.metric}: {row.message}" for row in false.itertuples()]
    marks.weekend_false = int((false["ts"].dt.day_of_week >= 5).sum())
    marks.drift_false = int((~drifts.index.isin(excused)).sum())
    _mark_edits(world, alerts, false, marks)
    return marks


def _in_shock(world: World, anomalies: pd.DataFrame) -> pd.Series:
    """An account that lost most of its delivery for half a day is worth a word on every campaign."""
    if world.shock is None:
        return pd.Series(False, index=anomalies.index)
    first, last = world.shock
    return (anomalies["ts"] >= first) & (anomalies["ts"] <= last + pd.Timedelta(hours=12))


def _mark_edits(world: World, alerts: pd.DataFrame, false: pd.DataFrame, marks: Marks) -> None:
    explained = alerts[alerts["kind"] == "explained"]
    for edit in world.changes[world.changes["event"] == "budget_change"].itertuples():
        until = edit.ts + pd.Timedelta(hours=EDIT_HOURS)
        marks.edits += 1
        for frame, name in ((false, "edits_alerted"), (explained, "edits_explained")):
            near = frame[(frame["campaign_id"] == edit.campaign_id) & (frame["ts"] >= edit.ts) & (frame["ts"] <= until)]
            setattr(marks, name, getattr(marks, name) + int(len(near) > 0))
