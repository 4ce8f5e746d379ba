"""Fatigue: a CTR that wears out slowly. A notice, not an alert.

Weighted regression of log CTR over the last 28 days on a level that holds and then declines, for 21, 14 or 10 days: the
days before the decline say where it began, which a line through the decline alone has to guess. The account's own
movement is taken off, the standard error widened for what one day's residual tells of the next, and the scores scaled
to what the account's campaigns usually reach. A fall in one step is no fatigue.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.baseline import spread_of
from fbads_pipeline.domain.anomalies.findings import Anomaly
from fbads_pipeline.domain.anomalies.state import detector_state as st
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Floats, minutes

_LEAST_CLICKS_A_DAY = 10.0
_MISSING_DAYS = 3
_AGAIN_DAYS = 21


@dataclass(frozen=True)
class _Trend:
    """Declining for `days`: slope per day, its error, residual squares of the decline and of one step; arrays (n,)."""

    days: int
    slope: Floats
    error: Floats
    line: Floats
    step: Floats
    used: Floats

    @property
    def score(self) -> Floats:
        score: Floats = self.slope / self.error
        return score


def fatigue_notices(state: DetectorState, at: datetime) -> list[Anomaly]:
    """Notices due at the start of a day, at most one per campaign in three weeks."""
    settings = state.settings
    log, weight = _days(state)
    said: list[Anomaly] = []
    for days, bar in zip(settings.fatigue_days, settings.fatigue_z, strict=True):
        trend = _trend(log, weight, days)
        drop = -np.expm1(trend.slope * days)
        tired = (drop >= settings.fatigue_drop) & (trend.score / _scale(trend) <= -bar)
        tired &= (trend.line <= trend.step) & (trend.used >= days - _MISSING_DAYS) & _may_tell(state, days, at)
        state.alerted_at[st.F_FATIGUE, tired] = minutes(at)
        said += [_notice(state, int(campaign), at, trend) for campaign in np.flatnonzero(tired)]
    return said


def _may_tell(state: DetectorState, days: int, at: datetime) -> np.ndarray:
    minute = minutes(at)
    rows = [state.row(day) for day in range(state.today - days, state.today)]
    may: np.ndarray = state.active & ~state.is_open[st.F_CTR]
    may &= state.clicks[rows].sum(axis=0) >= _LEAST_CLICKS_A_DAY * days
    may &= minute - state.created >= (state.settings.learning_days + days / 2) * MINUTES_A_DAY
    may &= minute - state.alerted_at[st.F_FATIGUE] >= _AGAIN_DAYS * MINUTES_A_DAY
    return may


def _days(state: DetectorState) -> tuple[Floats, Floats]:
    """log CTR less the account's movement, and its weight: (days, n), oldest first."""
    days = np.arange(state.today - state.settings.fatigue_history_days, state.today)
    rows = days % st.HISTORY
    clicks, shown = state.clicks[rows], state.impressions[rows]
    use = (state.day_of[rows] == days)[:, None] & (shown > 0) & (clicks > 0) & state.clean[st.F_CTR, rows]
    log = np.where(use, np.log(np.where(use, clicks, 1.0) / np.where(use, shown, 1.0)), 0.0)
    own = spread_of(state, st.F_CTR, 0.05, 0.15)[-2]
    weight = np.where(use, 1.0 / (1.0 / np.maximum(clicks, 1.0) + own), 0.0)
    level = (log * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    rest = np.where(use, log - level, np.nan)
    common = np.zeros((len(rows), 1))
    enough = use.sum(axis=1) >= 10
    if enough.any():
        common[enough, 0] = np.nanmedian(rest[enough], axis=1)
    return np.where(use, log - common, 0.0), weight


def _trend(log: Floats, weight: Floats, days: int) -> _Trend:
    x = np.maximum(np.arange(log.shape[0], dtype=float) - (log.shape[0] - 1 - days), 0.0)[:, None]
    total = np.maximum(weight.sum(axis=0), 1e-12)
    centre = x - (weight * x).sum(axis=0) / total
    mean = (weight * log).sum(axis=0) / total
    square = np.maximum((weight * centre**2).sum(axis=0), 1e-12)
    slope = (weight * centre * (log - mean)).sum(axis=0) / square
    rest = np.where(weight > 0, log - mean - slope * centre, 0.0)
    known = (weight > 0).sum(axis=0)
    line = (weight * rest**2).sum(axis=0)
    scale = np.maximum(line / np.maximum(known - 2, 1.0), 1.0)
    memory = (rest[1:] * rest[:-1]).sum(axis=0) / np.maximum((rest**2).sum(axis=0), 1e-12)
    memory = np.clip(memory, 0.0, 0.6)
    error = np.sqrt(scale / square * (1 + memory) / (1 - memory))
    used = (weight[-days:] > 0).sum(axis=0).astype(float)
    return _Trend(days, slope, error, line, _best_step(log, weight), used)


def _best_step(log: Floats, weight: Floats) -> Floats:
    """Smallest weighted square sum of two levels with one step between them."""
    w, wx = weight.cumsum(axis=0), (weight * log).cumsum(axis=0)
    left, right = np.maximum(w[1:-2], 1e-12), np.maximum(w[-1] - w[1:-2], 1e-12)
    explained = wx[1:-2] ** 2 / left + (wx[-1] - wx[1:-2]) ** 2 / right
    rest: Floats = (weight * log**2).sum(axis=0) - explained.max(axis=0)
    return rest


def _scale(trend: _Trend) -> float:
    """How far the account's campaigns usually stray from no trend, by their median; one for a small account."""
    scores = np.abs(trend.score[trend.used >= trend.days - _MISSING_DAYS])
    if scores.size < 20:
        return 1.0
    return float(np.clip(np.median(scores) / 0.6745, 0.8, 1.6))


def _notice(state: DetectorState, campaign: int, at: datetime, trend: _Trend) -> Anomaly:
    """CTR of the last third against that of the first, over the days of the trend."""
    rows = [state.row(day) for day in range(state.today - trend.days, state.today)]
    third = trend.days // 3
    clicks, shown = state.clicks[rows, campaign], state.impressions[rows, campaign]
    early = float(clicks[:third].sum() / max(shown[:third].sum(), 1.0))
    late = float(clicks[-third:].sum() / max(shown[-third:].sum(), 1.0))
    wide = 1.96 * float(trend.error[campaign]) * trend.days / 2
    spend = float(state.spend[rows[-7:], campaign].mean())
    return Anomaly(
        campaign=campaign,
        at=at,
        kind="drift",
        what="fatigue",
        severity="info",
        since=at - timedelta(days=trend.days),
        hours=24.0 * trend.days,
        observed=late,
        expected=early,
        low=early * float(np.exp(-wide)),
        high=early * float(np.exp(wide)),
        score=float(trend.score[campaign]),
        stake=spend * max(0.0, 1.0 - late / early) if early > 0 else 0.0,
        used={"days": float(trend.used[campaign]), "slope_per_day": float(np.expm1(trend.slope[campaign]))},
    )
