"""From an account's stored readings to rows that open and close: the detectors, carried on from where they were."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import (
    AccountReadings,
    Closing,
    Followed,
    FoundAnomaly,
    Memory,
    Resolution,
)
from fbads_pipeline.domain.anomalies.detection import observe, ranked
from fbads_pipeline.domain.anomalies.finding_messages import finding_message
from fbads_pipeline.domain.anomalies.findings import Anomaly
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.known_figures import KnownFigures, KnownObjects
from fbads_pipeline.domain.anomalies.state.memory import Remembered, pack, unknown, unpack, version_of
from fbads_pipeline.domain.anomalies.state.readings import Change, Reading, minutes

# What is older than this when it is found is written down, and is no news.
_NEWS = timedelta(hours=24)


def follow(account: AccountReadings, memory: Memory | None, settings: DetectionSettings) -> Followed | None:
    """Take every reading since `memory.read_until` through the detectors; None where there is none.

    A memory of another version counts as none. The same readings and memory give the same bytes.
    """
    if not account.runs:
        return None
    version, zone = version_of(settings), ZoneInfo(account.timezone_name)
    campaigns = sorted({one.campaign_id for one in account.figures})
    is_known = memory is not None and memory.version == version
    held = unpack(memory.state, settings, campaigns) if memory and is_known else unknown(settings, campaigns)
    _set_created(held, account, zone)
    newest = account.runs[-1][0]
    events: list[FoundAnomaly | Closing] = []
    readings = 0
    for at, reading in _readings(held, account, zone):
        events += _paused(held, reading, at)
        found = _without_learning(observe(held.state, reading), held, account.learning)
        events += _events(held, account, found, version, zone, is_news=at > newest - _NEWS)
        readings += 1
    return Followed(Memory(version, pack(held), newest), events, readings)


def _set_created(held: Remembered, account: AccountReadings, zone: ZoneInfo) -> None:
    for place, name in enumerate(held.ids):
        if name in account.created:
            held.state.campaigns.created[place] = minutes(_local(account.created[name], zone))


def _readings(held: Remembered, account: AccountReadings, zone: ZoneInfo) -> Iterator[tuple[datetime, Reading]]:
    """One reading per instant: what every day that it covered said then, and zero where today has no row yet."""
    place = {name: number for number, name in enumerate(held.ids)}
    figures = KnownFigures(account.figures, place)
    objects = KnownObjects(account.states, place, held.state.campaigns.is_active)
    for at, group in groupby(account.runs, key=lambda run: run[0]):
        local = _local(at, zone)
        figures.advance(at)
        status = objects.advance(at)
        rows = [(day, *figures.of(day, is_whole=day == local.date())) for _, day in group]
        changes = tuple(
            Change(local, campaign, "status_change", active=active) for campaign, active in sorted(status.items())
        )
        yield at, _reading(local, rows, objects.budget(), changes)


def _reading(
    local: datetime,
    rows: list[tuple[date, "np.ndarray", "np.ndarray"]],
    budget: "np.ndarray",
    changes: tuple[Change, ...],
) -> Reading:
    campaign = np.concatenate([who for _, who, _ in rows]).astype(np.int64)
    day = np.concatenate([np.full(who.size, one.toordinal(), dtype=np.int64) for one, who, _ in rows])
    return Reading(local, campaign, day, np.hstack([counters for _, _, counters in rows]), budget[campaign], changes)


def _paused(held: Remembered, reading: Reading, at: datetime) -> list[Closing]:
    """What is open on a campaign that somebody pauses is over, and nobody needs to hear of it."""
    closed = []
    for change in reading.changes:
        if not change.active:
            held.state.close_alerts(change.campaign)
            held.sender.told = {one for one in held.sender.told if one[0] != change.campaign}
            closed.append(Closing(held.ids[change.campaign], None, at, "paused"))
    return closed


def _without_learning(found: list[Anomaly], held: Remembered, learning: frozenset[str]) -> list[Anomaly]:
    """In Meta's learning phase only a stop speaks."""
    return [
        one
        for one in found
        if one.kind != "anomaly" or one.what == "delivery_stop" or held.ids[one.campaign] not in learning
    ]


def _events(
    held: Remembered, account: AccountReadings, found: list[Anomaly], version: str, zone: ZoneInfo, *, is_news: bool
) -> list[FoundAnomaly | Closing]:
    sent = held.sender.send(ranked(held.state, found)) if is_news and found else []
    alerts = {(campaign, one.metric) for one in sent for campaign in one.listed or (one.campaign,)}
    events: list[FoundAnomaly | Closing] = []
    for one in found:
        name = held.ids[one.campaign]
        if one.kind == "resolved":
            events.append(_closing(one, name, zone))
        else:
            is_alert = one.kind == "anomaly" and (one.campaign, one.metric) in alerts
            events.append(_found(one, name, account, version, zone, is_alert=is_alert))
    return events


def _closing(one: Anomaly, name: str, zone: ZoneInfo) -> Closing:
    resolution: Resolution = "new_usual" if one.used.get("settled") else "recovered"
    return Closing(name, one.metric, _utc(one.at, zone), resolution, finding_message(one, zone.key))


def _found(
    one: Anomaly, name: str, account: AccountReadings, version: str, zone: ZoneInfo, *, is_alert: bool
) -> FoundAnomaly:
    since, detected_at = _utc(one.since, zone), _utc(one.at, zone)
    key = "|".join((account.account_id, one.what, name, since.isoformat()))
    return FoundAnomaly(
        anomaly_id=hashlib.sha256(key.encode()).hexdigest()[:32],
        account_id=account.account_id,
        campaign_id=name,
        kind=one.what,
        metric=one.metric,
        severity=one.severity,
        since=since,
        detected_at=detected_at,
        observed=one.observed,
        expected=one.expected,
        low=one.low,
        high=one.high,
        money_at_stake_per_day=one.stake,
        currency=account.currency,
        causes=[{"name": cause.name, **cause.evidence} for cause in one.causes],
        message=finding_message(one, account.timezone_name),
        data_used={**one.used, "hours": one.hours, "score": one.score},
        detector_version=version,
        is_alert=is_alert,
        resolution=None if one.kind == "anomaly" else "notice",
    )


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _utc(at: datetime, zone: ZoneInfo) -> datetime:
    return at.replace(tzinfo=zone).astimezone(UTC)
