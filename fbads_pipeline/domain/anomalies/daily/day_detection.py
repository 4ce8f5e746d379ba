"""From an account's complete days to anomalies that open, end and are corrected.

Every assessment is made anew from the days as they read now, so that what Meta restates is seen: an anomaly that the
figures no longer show is corrected. What the half-hour detectors have found already is not said twice.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, DetectedAnomaly
from fbads_pipeline.domain.anomalies.alert_budget import AlertBudget
from fbads_pipeline.domain.anomalies.daily.daily_figures import DailyFigures, KnownAnomaly
from fbads_pipeline.domain.anomalies.daily.day_corrections import corrections, endings
from fbads_pipeline.domain.anomalies.daily.day_findings import day_finding
from fbads_pipeline.domain.anomalies.daily.day_grid import DayGrid, day_grid, midnight
from fbads_pipeline.domain.anomalies.daily.day_selection import Episode, assess
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.anomalies.daily.families import FAMILY_OF, NOTICES
from fbads_pipeline.domain.anomalies.detected import detected
from fbads_pipeline.domain.anomalies.findings import AccountPreferences, Finding
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.maturity import initial_curve

_FORMAT = 1
# Findings of one campaign and family this close to each other are about one incident.
_SAME_INCIDENT = timedelta(days=1)


def day_version(settings: DaySettings) -> str:
    """Changes with the code's format and the settings."""
    return f"day-{_FORMAT}-{hashlib.sha256(repr(settings).encode()).hexdigest()[:12]}"


def assess_days(
    account: DailyFigures, settings: DaySettings, *, now: datetime, preferences: AccountPreferences | None = None
) -> list[DetectedAnomaly | AnomalyClosure]:
    """Assess an account's newest complete days.

    Parameters
    ----------
    now
        When it is assessed: findings carry it, and become alerts only where they still go on.
    preferences
        What people have said of the account.

    Returns
    -------
    list
        What to open, close and correct; nothing where fewer than `settings.days_needed` days were read: the account is
        still learning.
    """
    if len(account.read_at) < settings.days_needed or not account.rows:
        return []
    grid, said = day_grid(account), preferences or AccountPreferences()
    assessed = assess(grid, settings, initial_curve(), settings.assessed_days, said.shifts)
    if not assessed.evidence:
        return []
    zone = ZoneInfo(account.timezone_name)
    events: list[DetectedAnomaly | AnomalyClosure] = []
    unknown = [one for one in assessed.episodes if _known(account, grid, one, zone) is None]
    events += _opened(account, grid, unknown, settings, now, said)
    for one in assessed.episodes:
        known = _known(account, grid, one, zone)
        if known is not None and known.grain == "day" and known.ended_at is None and one.ended_at is not None:
            events.append(_ended(grid, one, known.anomaly_id, zone))
    events += corrections(account, grid, assessed, now)
    events += endings(account, grid, assessed, settings)
    return events


def days_backtested(
    account: DailyFigures, settings: DaySettings, preferences: AccountPreferences | None = None
) -> list[DetectedAnomaly | AnomalyClosure]:
    """What the newest `settings.assessed_days` days show, each found when its day had ended, oldest first."""
    if len(account.read_at) < settings.days_needed or not account.rows:
        return []
    grid, zone = day_grid(account), ZoneInfo(account.timezone_name)
    said = preferences or AccountPreferences()
    assessed = assess(grid, settings, initial_curve(), settings.assessed_days, said.shifts)
    episodes = [one for one in assessed.episodes if _known(account, grid, one, zone) is None]
    return _opened(account, grid, sorted(episodes, key=lambda one: one.found_at), settings, None, said)


def _opened(
    account: DailyFigures,
    grid: DayGrid,
    episodes: list[Episode],
    settings: DaySettings,
    now: datetime | None,
    said: AccountPreferences,
) -> list[DetectedAnomaly | AnomalyClosure]:
    """Each new episode, and its end where it has ended since. now: when it was found, else the end of its day."""
    zone = ZoneInfo(account.timezone_name)
    findings = [said.applied_to(day_finding(grid, one), grid.campaigns[one.campaign]) for one in episodes]
    chosen = _alerts(grid, episodes, findings)
    events: list[DetectedAnomaly | AnomalyClosure] = []
    for one, finding in zip(episodes, findings, strict=True):
        opened = detected(
            finding,
            grid.campaigns[one.campaign],
            account,
            day_version(settings),
            is_alert=one.ended_at is None and (one.campaign, finding.metric) in chosen,
            grain="day",
            detected_at=now,
        )
        events.append(opened)
        if one.ended_at is not None:
            events.append(_ended(grid, one, opened.anomaly_id, zone))
    return events


def _alerts(grid: DayGrid, episodes: list[Episode], findings: list[Finding]) -> set[tuple[int, str]]:
    """Campaign and metric of what goes on and fits the day's budget of alerts."""
    going_on = [
        replace(finding, at=datetime.min)
        for one, finding in zip(episodes, findings, strict=True)
        if one.ended_at is None
    ]
    selected = AlertBudget(grid.n, DetectionSettings()).select(going_on) if going_on else []
    return {(campaign, one.metric) for one in selected for campaign in one.listed or (one.campaign,)}


def _ended(grid: DayGrid, one: Episode, anomaly_id: str, zone: ZoneInfo) -> AnomalyClosure:
    ended_at = midnight(int(grid.days[one.ended_at or 0]), zone).astimezone(UTC)
    return AnomalyClosure(grid.campaigns[one.campaign], None, ended_at, "recovered", anomaly_id=anomaly_id)


def _known(account: DailyFigures, grid: DayGrid, one: Episode, zone: ZoneInfo) -> KnownAnomaly | None:
    """The stored anomaly that is about the same incident."""
    since = midnight(int(grid.days[one.since]), zone)
    until = midnight(int(grid.days[-1]) + 1 if one.ended_at is None else int(grid.days[one.ended_at]), zone)
    name = grid.campaigns[one.campaign]
    for known in account.known:
        if known.campaign_id != name or known.kind in NOTICES or FAMILY_OF.get(known.metric) != FAMILY_OF[one.metric]:
            continue
        if known.since < until + _SAME_INCIDENT and (known.ended_at is None or known.ended_at > since - _SAME_INCIDENT):
            return known
    return None
