"""One reading in, findings out. The same code replays a history and follows the present."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np

from fbads_pipeline.domain.anomalies.descriptions import budget_edit, describe, recovery
from fbads_pipeline.domain.anomalies.detectors.conversions import conversion_evidence
from fbads_pipeline.domain.anomalies.detectors.cpm import cpm_evidence
from fbads_pipeline.domain.anomalies.detectors.ctr import ctr_evidence
from fbads_pipeline.domain.anomalies.detectors.days import open_day
from fbads_pipeline.domain.anomalies.detectors.fatigue import fatigue_notices
from fbads_pipeline.domain.anomalies.detectors.increments import take_past, take_today
from fbads_pipeline.domain.anomalies.detectors.left_out import MIDNIGHT_GRACE, is_just_missed, with_rows_left_out
from fbads_pipeline.domain.anomalies.detectors.ranking import rarity
from fbads_pipeline.domain.anomalies.detectors.spend import spend_evidence
from fbads_pipeline.domain.anomalies.detectors.windows import Evidence, shifted_ratio
from fbads_pipeline.domain.anomalies.findings import Finding, ThresholdShift
from fbads_pipeline.domain.anomalies.selection import Transitions, decide
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import CONVERSIONS, MINUTES_A_DAY, Change, Reading, minutes

# A reading older than the newest by more than so many minutes is out of order.
_LATE_MINUTES = 60
# A budget that moved by more than this share was edited, unless an edit of the last day explains it.
_EDITED_SHARE = 0.005
# Scores are sampled for the forest every quarter of a day, one campaign in seven.
_SAMPLE_SLOTS, _SAMPLE_EVERY = 12, 7


def observe(
    state: DetectorState, reading: Reading, shifts: Mapping[str, ThresholdShift] | None = None
) -> list[Finding]:
    """Take one reading into `state` and return the findings, in the order of campaigns.

    Parameters
    ----------
    reading
        Readings come in the order of time; one that is older than the last is ignored. A campaign without a row of a
        today that was read has delivered nothing (`left_out`); what was not read is not known, and not tested.
    shifts
        Kind of anomaly → how far people's marks have moved its threshold.
    """
    reading = with_rows_left_out(state, reading)
    if not np.isfinite(reading.counters).all():
        reading = _reported(reading)
    findings = _apply_changes(state, reading)
    if reading.minute <= state.minute - _LATE_MINUTES:
        return findings
    findings += _take(state, reading)
    is_read = np.zeros(state.n, dtype=np.bool_)
    is_read[reading.campaign[reading.day == state.today]] = True
    is_read &= ~is_just_missed(state)
    if not is_read.any():
        return findings
    evidence = [spend_evidence(state, is_read), ctr_evidence(state, is_read)]
    evidence += [conversion_evidence(state, is_read), cpm_evidence(state, is_read)]
    if shifts:
        evidence = [_moved(one, shifts) for one in evidence]
    transitions = decide(state, evidence, is_read, reading.minute)
    _sample(state, evidence)
    return findings + _of_transitions(state, evidence, transitions, reading.at)


def _moved(one: Evidence, shifts: Mapping[str, ThresholdShift]) -> Evidence:
    ratio = shifted_ratio(one.metric, one.score, one.threshold_ratio, one.is_certain, shifts)
    return replace(one, threshold_ratio=ratio)


def _reported(reading: Reading) -> Reading:
    """Without the rows whose delivery was not reported; conversions that were not reported are NaN, never 0."""
    good = np.isfinite(np.delete(reading.counters, CONVERSIONS, axis=0)).all(axis=0)
    counters = reading.counters[:, good]
    counters[CONVERSIONS] = np.where(np.isfinite(counters[CONVERSIONS]), counters[CONVERSIONS], np.nan)
    return replace(
        reading,
        campaign=reading.campaign[good],
        day=reading.day[good],
        counters=counters,
        budget=reading.budget[good],
        is_left_out=None if reading.is_left_out is None else reading.is_left_out[good],
    )


def _take(state: DetectorState, reading: Reading) -> list[Finding]:
    """Rows of the open day first (also just after midnight), then the new day, then older days."""
    findings: list[Finding] = []
    newest = int(reading.day.max()) if reading.day.size else state.today
    today = reading.at.toordinal()
    late = reading.minute % MINUTES_A_DAY >= MIDNIGHT_GRACE
    state.half_hours.advance(reading.minute)
    of_open_day = np.flatnonzero(reading.day == state.today)
    if state.today and of_open_day.size:
        take_today(state, reading, of_open_day)
    if min(max(newest, today if late else 0), today) > state.today:
        open_day(state, min(max(newest, today if late else 0), today))
        findings += fatigue_notices(state, reading.at)
        take_today(state, reading, np.flatnonzero(reading.day == state.today))
    past = np.flatnonzero((reading.day < state.today) & ~np.isin(np.arange(reading.day.size), of_open_day))
    take_past(state, reading, past)
    return findings


def _apply_changes(state: DetectorState, reading: Reading) -> list[Finding]:
    findings = []
    for change in reading.changes:
        findings += _apply(state, change, reading.at)
    who = reading.campaign
    old, new = state.campaigns.budget_read[who], reading.budget
    moved = (old > 0) & (new > 0) & (np.abs(new - old) > _EDITED_SHARE * old) & (reading.day >= state.today)
    for row in np.flatnonzero(moved).tolist():
        campaign = int(who[row])
        if reading.minute - state.campaigns.edited_at[campaign] > MINUTES_A_DAY:
            findings += _apply(
                state, Change(reading.at, campaign, "budget_change", float(old[row]), float(new[row])), reading.at
            )
    newest = reading.day >= state.today
    state.campaigns.budget_read[who[newest]] = new[newest]
    return findings


def _apply(state: DetectorState, change: Change, at: datetime) -> list[Finding]:
    who, minute, campaigns = change.campaign, minutes(change.at), state.campaigns
    if change.event == "created":
        campaigns.created[who] = minute
    elif change.event == "status_change":
        if change.active and not campaigns.is_active[who]:
            campaigns.resumed_at[who] = minute
        campaigns.is_active[who] = change.active
    elif change.event == "ads_edited":
        campaigns.ads_edited_at[who] = max(minute, int(campaigns.ads_edited_at[who]))
    elif change.old and change.new and change.old > 0 and change.new > 0 and change.old != change.new:
        campaigns.edited_at[who] = minute
        campaigns.edit_ratio[who] = abs(float(np.log(change.new / change.old)))
        return [budget_edit(state, change, at)]
    return []


def _of_transitions(
    state: DetectorState, evidence: list[Evidence], transitions: Transitions, at: datetime
) -> list[Finding]:
    findings = []
    for place, one in enumerate(evidence):
        for campaign in np.flatnonzero(transitions.opened[place]).tolist():
            scores = tuple(float(np.nan_to_num(other.score[campaign])) for other in evidence)
            found = describe(state, one, campaign, at, shocked=transitions.is_account_wide)
            findings.append(replace(found, scores=scores))
        for campaign in np.flatnonzero(transitions.closed[place] | transitions.settled[place]).tolist():
            findings.append(recovery(state, one, campaign, at, settled=bool(transitions.settled[place][campaign])))
    (ctr,) = (one for one in evidence if one.metric == "ctr")
    for campaign in np.flatnonzero(transitions.watched).tolist():
        found = describe(state, ctr, campaign, at, shocked=False)
        findings.append(replace(found, kind="watch", what="ctr_watch", severity="info"))
    return sorted(findings, key=lambda one: (one.campaign, one.metric, one.kind))


def ranked(state: DetectorState, findings: list[Finding]) -> list[Finding]:
    """The findings with their rarity; the forest is fitted only where two anomalies or more compete."""
    several = [one for one in findings if one.kind == "anomaly"]
    if len(several) < 2:
        return findings
    rare = rarity(state.sample.rows[: state.sample.filled], np.array([one.scores for one in several])).tolist()
    known = dict(zip(map(id, several), rare, strict=True))
    return [replace(one, rarity=known[id(one)]) if id(one) in known else one for one in findings]


def _sample(state: DetectorState, evidence: list[Evidence]) -> None:
    """Keep the scores of one campaign in seven, once a quarter of a day, for the forest."""
    slot = state.half_hours.slot
    if slot % _SAMPLE_SLOTS:
        return
    chosen = np.arange(slot // _SAMPLE_SLOTS % _SAMPLE_EVERY, state.n, _SAMPLE_EVERY)
    state.sample.add(np.nan_to_num(np.array([one.score for one in evidence])[:, chosen].T))
