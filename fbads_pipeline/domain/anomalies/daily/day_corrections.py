"""Stored anomalies that the days as they read now do not show any more, and those that have become usual."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure
from fbads_pipeline.domain.anomalies.daily.daily_figures import DailyFigures, KnownAnomaly
from fbads_pipeline.domain.anomalies.daily.day_findings import day_finding
from fbads_pipeline.domain.anomalies.daily.day_grid import DayGrid, midnight
from fbads_pipeline.domain.anomalies.daily.day_selection import AssessedDays, Episode, usual_days
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.anomalies.daily.day_windows import DayEvidence
from fbads_pipeline.domain.anomalies.daily.families import FAMILY_OF
from fbads_pipeline.domain.anomalies.finding_messages import correction_message, finding_message

# Below this |z| the days that an anomaly was about are usual as they read now.
_REFUTED_Z = 2.5
# What the half-hour detectors said of conversions is refuted by days with at least this share of those expected.
_REFUTED_SHARE = 0.85


def corrections(
    account: DailyFigures, grid: DayGrid, assessed: AssessedDays, now: datetime
) -> Iterator[AnomalyClosure]:
    """Anomalies whose days are usual as they read now: Meta has restated them since.

    Of whole days: open ones, and those over that were not corrected yet. Of half hours: open ones about conversions,
    since a part of a day cannot be read again.
    """
    zone = ZoneInfo(account.timezone_name)
    for known in account.known:
        campaign = _position(grid, known)
        first = known.since.astimezone(zone).toordinal() - int(grid.days[0])
        if campaign is None or first not in assessed.evidence or known.resolution in ("corrected", "paused"):
            continue
        if _has_any_episode(assessed, campaign, known):
            continue
        days = _days_about(assessed, known, first, zone, grid)
        if days and all(_is_refuted(known, one, campaign) for one in days):
            episode = Episode(campaign, days[-1].metric, first, first, days[-1])
            text = correction_message(
                day_finding(grid, episode), account.timezone_name, account.currency, known.kind, known.since
            )
            yield AnomalyClosure(known.campaign_id, None, now, "corrected", text, known.anomaly_id)


def endings(
    account: DailyFigures, grid: DayGrid, assessed: AssessedDays, settings: DaySettings
) -> Iterator[AnomalyClosure]:
    """Open anomalies that began before the days assessed: usual again, or by now the usual."""
    zone = ZoneInfo(account.timezone_name)
    newest = max(assessed.evidence)
    for known in account.known:
        campaign = _position(grid, known)
        first = known.since.astimezone(zone).toordinal() - int(grid.days[0])
        if campaign is None or known.grain != "day" or known.ended_at is not None or first >= min(assessed.evidence):
            continue
        evidence = _of_family(assessed, known, newest)
        at = midnight(int(grid.days[newest]), zone).astimezone(UTC)
        if evidence is not None and usual_days(evidence, settings)[campaign]:
            yield AnomalyClosure(known.campaign_id, None, at, "recovered", anomaly_id=known.anomaly_id)
        elif evidence is not None and newest - first >= settings.new_level_days:
            episode = Episode(campaign, evidence.metric, newest, newest, evidence)
            usual = replace(day_finding(grid, episode), kind="resolved", used={"settled": 1.0})
            text = finding_message(usual, account.timezone_name, account.currency)
            yield AnomalyClosure(known.campaign_id, None, at, "new_usual", text, known.anomaly_id)


def _position(grid: DayGrid, known: KnownAnomaly) -> int | None:
    return grid.campaigns.index(known.campaign_id) if known.campaign_id in grid.campaigns else None


def _days_about(
    assessed: AssessedDays, known: KnownAnomaly, first: int, zone: ZoneInfo, grid: DayGrid
) -> list[DayEvidence]:
    """The evidence of the assessed days that it is about; of half hours whole days after the one on which it began."""
    newest = max(assessed.evidence)
    last = newest if known.ended_at is None else (known.ended_at.astimezone(zone).toordinal() - int(grid.days[0]) - 1)
    begin = first if known.grain == "day" else first + 1
    days = [_of_family(assessed, known, at) for at in range(begin, min(last, newest) + 1) if at in assessed.evidence]
    return [one for one in days if one is not None]


def _of_family(assessed: AssessedDays, known: KnownAnomaly, at: int) -> DayEvidence | None:
    metric = "roas" if known.metric == "roas" else FAMILY_OF.get(known.metric)
    return next((one for one in assessed.evidence[at] if one.metric == metric), None)


def _has_any_episode(assessed: AssessedDays, campaign: int, known: KnownAnomaly) -> bool:
    family = FAMILY_OF.get(known.metric)
    return any(one.campaign == campaign and FAMILY_OF[one.metric] == family for one in assessed.episodes)


def _is_refuted(known: KnownAnomaly, one: DayEvidence, campaign: int) -> bool:
    score, share = float(one.score[campaign]), float(one.day_share[campaign])
    if not np.isfinite(share) or one.is_certain[campaign]:
        return False
    if known.grain == "day":
        return bool(np.isfinite(score)) and abs(score) < _REFUTED_Z
    return known.ended_at is None and one.metric == "conversions" and share >= _REFUTED_SHARE
