"""From an account's stored readings to anomalies that open and close; the detectors go on where they stopped."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import (
    AccountReadings,
    AnomalyClosure,
    DetectedAnomaly,
    DetectionResult,
    StoredDetectors,
)
from fbads_pipeline.domain.anomalies.detected import closure_of, detected
from fbads_pipeline.domain.anomalies.detection import observe, ranked
from fbads_pipeline.domain.anomalies.findings import AccountPreferences, Finding
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.goals import goal_numbers
from fbads_pipeline.domain.anomalies.state.object_timeline import ObjectTimeline
from fbads_pipeline.domain.anomalies.state.packing import AccountDetectors, new_detectors, pack, unpack, version_of
from fbads_pipeline.domain.anomalies.state.readings import Change, Reading, minutes
from fbads_pipeline.domain.anomalies.state.timelines import FigureTimeline

# What is older than this when it is detected is recorded and not announced.
_RECENT = timedelta(hours=24)


def run_detectors(
    account: AccountReadings,
    stored: StoredDetectors | None,
    settings: DetectionSettings,
    preferences: AccountPreferences | None = None,
) -> DetectionResult | None:
    """Run the detectors over every reading of an account since they last ran.

    Parameters
    ----------
    stored
        The detectors as they were; those of another version count as none, and new ones begin.
    preferences
        What people have said of the account.

    Returns
    -------
    DetectionResult or None
        None without a reading. The same readings and detectors give the same bytes.
    """
    if not account.runs:
        return None
    version, zone = version_of(settings), ZoneInfo(account.timezone_name)
    campaigns = sorted({one.campaign_id for one in account.figures})
    is_known = stored is not None and stored.version == version
    detectors = unpack(stored.state, settings, campaigns) if stored and is_known else new_detectors(settings, campaigns)
    _set_created(detectors, account, zone)
    _set_goals(detectors, account)
    newest, said = account.runs[-1][0], preferences or AccountPreferences()
    events: list[DetectedAnomaly | AnomalyClosure] = []
    readings = 0
    for at, reading in _readings(detectors, account, zone):
        events += _paused(detectors, reading, at)
        found = _without_learning(observe(detectors.state, reading, said.shifts), detectors, account.learning)
        found = [said.applied_to(one, detectors.ids[one.campaign]) for one in found]
        events += _events(detectors, account, found, version, is_recent=at > newest - _RECENT)
        readings += 1
    known = StoredDetectors(version, pack(detectors), newest, detectors.state.closed_days)
    return DetectionResult(known, events, readings)


def _set_created(detectors: AccountDetectors, account: AccountReadings, zone: ZoneInfo) -> None:
    for place, name in enumerate(detectors.ids):
        if name in account.created:
            detectors.state.campaigns.created[place] = minutes(_local(account.created[name], zone))


def _set_goals(detectors: AccountDetectors, account: AccountReadings) -> None:
    """What was learned of a campaign's conversions holds for the goal that it had."""
    state, goal = detectors.state, goal_numbers(detectors.ids, account.goals)
    other = state.campaigns.goal != goal
    state.days.conversions[:, other] = np.nan
    state.conversions.baseline_days[other] = 0.0
    state.campaigns.goal = goal


def _readings(
    detectors: AccountDetectors, account: AccountReadings, zone: ZoneInfo
) -> Iterator[tuple[datetime, Reading]]:
    """One reading per instant: every day that it covered, as known then."""
    place = {name: number for number, name in enumerate(detectors.ids)}
    figures = FigureTimeline(account.figures, place)
    objects = ObjectTimeline(account.states, place, detectors.state.campaigns.is_active)
    edits = [(at, place[name]) for name, at in account.ads_edited if name in place]
    for at, group in groupby(account.runs, key=lambda run: run[0]):
        local = _local(at, zone)
        figures.advance(at)
        status = objects.advance(at)
        rows = [(day, *figures.of(day)) for _, day in group]
        changes = [
            Change(local, campaign, "status_change", active=active) for campaign, active in sorted(status.items())
        ]
        while edits and edits[0][0] <= at:
            edited_at, campaign = edits.pop(0)
            changes.append(Change(_local(edited_at, zone), campaign, "ads_edited"))
        yield at, _reading(local, rows, objects.budget(), tuple(changes))


def _reading(
    local: datetime,
    rows: list[tuple[date, "np.ndarray", "np.ndarray"]],
    budgets: "np.ndarray",
    changes: tuple[Change, ...],
) -> Reading:
    campaign = np.concatenate([who for _, who, _ in rows]).astype(np.int64)
    day = np.concatenate([np.full(who.size, one.toordinal(), dtype=np.int64) for one, who, _ in rows])
    counters = np.hstack([counters for _, _, counters in rows])
    reads_today = any(one == local.date() for one, _, _ in rows)
    return Reading(local, campaign, day, counters, budgets[campaign], changes, reads_today, budgets)


def _paused(detectors: AccountDetectors, reading: Reading, at: datetime) -> list[AnomalyClosure]:
    """What is open on a campaign that is paused is over and needs no message."""
    closed = []
    for change in reading.changes:
        if not change.active:
            detectors.state.close_alerts(change.campaign)
            detectors.budget.announced = {one for one in detectors.budget.announced if one[0] != change.campaign}
            closed.append(AnomalyClosure(detectors.ids[change.campaign], None, at, "paused"))
    return closed


def _without_learning(found: list[Finding], detectors: AccountDetectors, learning: frozenset[str]) -> list[Finding]:
    """In Meta's learning phase only a delivery stop is reported."""
    return [
        one
        for one in found
        if one.kind != "anomaly" or one.what == "delivery_stop" or detectors.ids[one.campaign] not in learning
    ]


def _events(
    detectors: AccountDetectors,
    account: AccountReadings,
    found: list[Finding],
    version: str,
    *,
    is_recent: bool,
) -> list[DetectedAnomaly | AnomalyClosure]:
    selected = detectors.budget.select(ranked(detectors.state, found)) if is_recent and found else []
    alerts = {(campaign, one.metric) for one in selected for campaign in one.listed or (one.campaign,)}
    events: list[DetectedAnomaly | AnomalyClosure] = []
    for one in found:
        name = detectors.ids[one.campaign]
        if one.kind == "resolved":
            events.append(closure_of(one, name, account))
        else:
            is_alert = one.kind == "anomaly" and (one.campaign, one.metric) in alerts
            events.append(detected(one, name, account, version, is_alert=is_alert))
    return events


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
