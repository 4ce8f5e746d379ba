"""One reading in, what is to be said out. The same code replays a history and follows the present."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from fbads_pipeline.domain.anomalies.descriptions import budget_edit, describe, recovery
from fbads_pipeline.domain.anomalies.detectors.baseline import open_day
from fbads_pipeline.domain.anomalies.detectors.evidence import (
    conversion_evidence,
    cpm_evidence,
    ctr_evidence,
    spend_evidence,
)
from fbads_pipeline.domain.anomalies.detectors.fatigue import fatigue_notices
from fbads_pipeline.domain.anomalies.detectors.ranking import rarity
from fbads_pipeline.domain.anomalies.detectors.steps import advance, take_past, take_today
from fbads_pipeline.domain.anomalies.detectors.windows import Evidence
from fbads_pipeline.domain.anomalies.findings import Anomaly
from fbads_pipeline.domain.anomalies.selection import Verdicts, decide
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Change, Reading, minutes

_MIDNIGHT_GRACE = 30


def observe(state: DetectorState, reading: Reading) -> list[Anomaly]:
    """Take one reading into `state` and return what it makes the detectors say, in the order of campaigns.

    Readings come in the order of time; one that is older than the last is ignored. Only campaigns with a row of today
    are judged: what was not read is not known.
    """
    if not np.isfinite(reading.counters).all():
        reading = _finite(reading)
    said = _apply_changes(state, reading)
    if reading.minute <= state.slot * 30 - 60:
        return said
    said += _take(state, reading)
    read = np.zeros(state.n, dtype=np.bool_)
    read[reading.campaign[reading.day == state.today]] = True
    if not read.any():
        return said
    state.seen_at[read] = reading.minute
    evidence = [spend_evidence(state, read), ctr_evidence(state, read)]
    evidence += [conversion_evidence(state, read), cpm_evidence(state, read)]
    verdicts = decide(state, evidence, read, reading.minute)
    _sample(state, evidence)
    return said + _said(state, evidence, verdicts, reading.at)


def _finite(reading: Reading) -> Reading:
    """Without the rows that hold no number: null is not zero."""
    good = np.isfinite(reading.counters).all(axis=0)
    return Reading(
        reading.at,
        reading.campaign[good],
        reading.day[good],
        reading.counters[:, good],
        reading.budget[good],
        reading.changes,
    )


def _take(state: DetectorState, reading: Reading) -> list[Anomaly]:
    """Rows of the open day first (also just after midnight), then the new day, then older days."""
    said: list[Anomaly] = []
    newest = int(reading.day.max()) if reading.day.size else state.today
    today = reading.at.toordinal()
    late = reading.minute % MINUTES_A_DAY >= _MIDNIGHT_GRACE
    advance(state, reading.minute)
    of_open_day = np.flatnonzero(reading.day == state.today)
    if state.today and of_open_day.size:
        take_today(state, reading, of_open_day)
    if min(max(newest, today if late else 0), today) > state.today:
        open_day(state, min(max(newest, today if late else 0), today))
        said += fatigue_notices(state, reading.at)
        take_today(state, reading, np.flatnonzero(reading.day == state.today))
    past = np.flatnonzero((reading.day < state.today) & ~np.isin(np.arange(reading.day.size), of_open_day))
    take_past(state, reading, past)
    return said


def _apply_changes(state: DetectorState, reading: Reading) -> list[Anomaly]:
    said = []
    for change in reading.changes:
        said += _apply(state, change, reading.at)
    who = reading.campaign
    old, new = state.budget_read[who], reading.budget
    moved = (old > 0) & (new > 0) & (np.abs(new - old) > 0.005 * old) & (reading.day >= state.today)
    for row in np.flatnonzero(moved).tolist():
        campaign = int(who[row])
        if reading.minute - state.edited_at[campaign] > MINUTES_A_DAY:
            said += _apply(
                state, Change(reading.at, campaign, "budget_change", float(old[row]), float(new[row])), reading.at
            )
    newest = reading.day >= state.today
    state.budget_read[who[newest]] = new[newest]
    return said


def _apply(state: DetectorState, change: Change, at: datetime) -> list[Anomaly]:
    who, minute = change.campaign, minutes(change.at)
    if change.event == "created":
        state.created[who] = minute
    elif change.event == "status_change":
        if change.active and not state.active[who]:
            state.resumed_at[who] = minute
        state.active[who] = change.active
    elif change.old and change.new and change.old > 0 and change.new > 0 and change.old != change.new:
        state.edited_at[who], state.edit_ratio[who] = minute, abs(float(np.log(change.new / change.old)))
        return [budget_edit(state, change, at)]
    return []


def _said(state: DetectorState, evidence: list[Evidence], verdicts: Verdicts, at: datetime) -> list[Anomaly]:
    said = []
    for place, one in enumerate(evidence):
        for campaign in np.flatnonzero(verdicts.opened[place]).tolist():
            scores = tuple(float(np.nan_to_num(other.score[campaign])) for other in evidence)
            said.append(replace(describe(state, one, campaign, at, shocked=verdicts.shocked), scores=scores))
        for campaign in np.flatnonzero(verdicts.closed[place] | verdicts.settled[place]).tolist():
            said.append(recovery(state, one, campaign, at, settled=bool(verdicts.settled[place][campaign])))
    return sorted(said, key=lambda one: (one.campaign, one.metric, one.kind))


def ranked(state: DetectorState, findings: list[Anomaly]) -> list[Anomaly]:
    """The findings with their rarity; the forest is fitted only where two anomalies or more compete."""
    several = [one for one in findings if one.kind == "anomaly"]
    if len(several) < 2:
        return findings
    rare = rarity(state.sample[: state.sampled], np.array([one.scores for one in several])).tolist()
    known = dict(zip(map(id, several), rare, strict=True))
    return [replace(one, rarity=known[id(one)]) if id(one) in known else one for one in findings]


def _sample(state: DetectorState, evidence: list[Evidence]) -> None:
    """Keep the scores of one campaign in seven, once a quarter of a day, for the forest: the newest 5,000 rows."""
    if state.slot % 12:
        return
    chosen = np.arange(state.slot // 12 % 7, state.n, 7)
    rows = np.nan_to_num(np.array([one.score for one in evidence])[:, chosen].T)
    kept = np.vstack([rows, state.sample[: state.sampled]])[: len(state.sample)]
    state.sample[: len(kept)], state.sampled = kept, len(kept)
