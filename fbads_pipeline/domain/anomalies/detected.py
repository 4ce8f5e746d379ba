"""Findings of the detectors as anomalies to open and to close, instants in UTC."""

import hashlib
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, DetectedAnomaly, Grain, Resolution
from fbads_pipeline.domain.anomalies.finding_messages import finding_message
from fbads_pipeline.domain.anomalies.findings import Finding


class WatchedAccount(Protocol):
    """What an anomaly takes from its account."""

    @property
    def account_id(self) -> str:
        """Its id."""

    @property
    def currency(self) -> str:
        """Its currency."""

    @property
    def timezone_name(self) -> str:
        """Its time zone."""


def detected(
    one: Finding,
    campaign_id: str,
    account: WatchedAccount,
    version: str,
    *,
    is_alert: bool,
    grain: Grain = "half_hour",
    detected_at: datetime | None = None,
) -> DetectedAnomaly:
    """The anomaly of a finding. detected_at: when it was found; the reading that shows it where that is left out.

    Its id is made of what it is about, so that it is the same whenever it is found.
    """
    zone = ZoneInfo(account.timezone_name)
    since = _utc(one.since, zone)
    key = "|".join((account.account_id, one.what, campaign_id, since.isoformat()))
    return DetectedAnomaly(
        anomaly_id=hashlib.sha256(key.encode()).hexdigest()[:32],
        account_id=account.account_id,
        campaign_id=campaign_id,
        kind=one.what,
        metric=one.metric,
        severity=one.severity,
        since=since,
        detected_at=detected_at or _utc(one.at, zone),
        observed=one.observed,
        expected=one.expected,
        low=one.low,
        high=one.high,
        # To the cent, as the message says it: half a cent would be rounded another way where it is shown.
        money_at_stake_per_day=round(one.stake, 2),
        currency=account.currency,
        causes=[{"name": cause.name, **cause.evidence} for cause in one.causes],
        message=finding_message(one, account.timezone_name, account.currency, grain),
        data_used={**one.used, "hours": one.hours, "score": one.score},
        detector_version=version,
        is_alert=is_alert,
        resolution=None if one.kind == "anomaly" else "notice",
        grain=grain,
    )


def closure_of(one: Finding, campaign_id: str, account: WatchedAccount) -> AnomalyClosure:
    """The end that a finding of the kind `resolved` says."""
    zone = ZoneInfo(account.timezone_name)
    resolution: Resolution = "new_usual" if one.used.get("settled") else "recovered"
    text = finding_message(one, zone.key, account.currency)
    return AnomalyClosure(campaign_id, one.metric, _utc(one.at, zone), resolution, text)


def _utc(at: datetime, zone: ZoneInfo) -> datetime:
    return at.replace(tzinfo=zone).astimezone(UTC)
