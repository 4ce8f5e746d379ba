"""Fatigue: a CTR that wears out slowly. A notice, not an alert.

Weighted regression of log CTR over 21 days, with the account's own movement taken off and the standard error widened
for what one day's residual tells of the next. A fall in one step is no fatigue.
"""

from datetime import datetime, timedelta

import numpy as np

from fbads_pipeline.domain.detection import state as st
from fbads_pipeline.domain.detection.anomalies import Anomaly
from fbads_pipeline.domain.detection.readings import MINUTES_A_DAY, Bools, Floats, minutes
from fbads_pipeline.domain.detection.state import DetectorState

_LEAST_CLICKS = 150.0
_LEAST_DAYS = 12
_AGAIN_DAYS = 21


def fatigue_notices(state: DetectorState, at: datetime) -> list[Anomaly]:
    """Notices due at the start of a day, at most one per campaign in three weeks."""
    log, weight, ctr = _days(state)
    slope, error, linear, step = _trend(log, weight)
    span = state.settings.fatigue_days - 1
    drop = -np.expm1(slope * span)
    tired = (drop >= state.settings.fatigue_drop) & (slope <= -state.settings.fatigue_z * error)
    tired &= (linear <= step) & ((weight > 0).sum(axis=0) >= _LEAST_DAYS)
    tired &= (state.clicks[[state.row(day) for day in _window(state)]].sum(axis=0) >= _LEAST_CLICKS) & state.active
    minute = minutes(at)
    tired &= minute - state.created >= state.settings.learning_days * MINUTES_A_DAY
    tired &= minute - state.alerted_at[st.F_FATIGUE] >= _AGAIN_DAYS * MINUTES_A_DAY
    tired &= ~state.is_open[st.F_CTR]
    state.alerted_at[st.F_FATIGUE, tired] = minute
    return [_notice(state, campaign, at, slope, error, ctr, weight) for campaign in np.flatnonzero(tired).tolist()]


def _window(state: DetectorState) -> range:
    return range(state.today - state.settings.fatigue_days, state.today)


def _days(state: DetectorState) -> tuple[Floats, Floats, Floats]:
    """log CTR less the account's movement, its weight, and the CTR itself: (days, n)."""
    rows = np.array([state.row(day) for day in _window(state)])
    there = state.day_of[rows] == np.array(_window(state))
    clicks, shown = state.clicks[rows], state.impressions[rows]
    use = there[:, None] & (shown > 0) & (clicks > 0) & state.clean[st.F_CTR, rows]
    ctr = np.where(use, clicks / np.where(use, shown, 1.0), 0.0)
    log = np.where(use, np.log(np.where(use, ctr, 1.0)), 0.0)
    weight = np.where(use, 1.0 / (1.0 / np.maximum(clicks, 1.0) + 0.1**2), 0.0)
    level = (log * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    rest = np.where(use, log - level, np.nan)
    common = np.zeros((len(rows), 1))
    enough = use.sum(axis=1) >= 10
    if enough.any():
        common[enough, 0] = np.nanmedian(rest[enough], axis=1)
    return np.where(use, log - common, 0.0), weight, ctr


def _trend(log: Floats, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Slope per day, its error with autocorrelation, and the squared residuals of a line and of the best single step."""
    x = np.arange(log.shape[0], dtype=float)[:, None]
    total = np.maximum(weight.sum(axis=0), 1e-12)
    centre = x - (weight * x).sum(axis=0) / total
    mean = (weight * log).sum(axis=0) / total
    square = np.maximum((weight * centre**2).sum(axis=0), 1e-12)
    slope = (weight * centre * (log - mean)).sum(axis=0) / square
    rest = np.where(weight > 0, log - mean - slope * centre, 0.0)
    used = np.maximum((weight > 0).sum(axis=0), 3)
    linear = (weight * rest**2).sum(axis=0)
    scale = np.maximum(linear / (used - 2), 1.0)
    memory = (rest[1:] * rest[:-1]).sum(axis=0) / np.maximum((rest**2).sum(axis=0), 1e-12)
    memory = np.clip(memory, 0.0, 0.8)
    error = np.sqrt(scale / square * (1 + memory) / (1 - memory))
    return slope, error, linear, _best_step(log, weight)


def _best_step(log: Floats, weight: Floats) -> Floats:
    """Smallest weighted square sum of two levels with one step between them."""
    w, wx = weight.cumsum(axis=0), (weight * log).cumsum(axis=0)
    left, right = np.maximum(w[2:-3], 1e-12), np.maximum(w[-1] - w[2:-3], 1e-12)
    explained = wx[2:-3] ** 2 / left + (wx[-1] - wx[2:-3]) ** 2 / right
    rest: Floats = (weight * log**2).sum(axis=0) - explained.max(axis=0)
    return rest


def _notice(
    state: DetectorState, campaign: int, at: datetime, slope: Floats, error: Floats, ctr: Floats, weight: Floats
) -> Anomaly:
    days = state.settings.fatigue_days
    used: Bools = weight[:, campaign] > 0
    series = ctr[used, campaign]
    early, late = float(np.mean(series[:5])), float(np.mean(series[-5:]))
    spend = state.spend[[state.row(day) for day in list(_window(state))[-7:]], campaign].mean()
    wide = 1.96 * float(error[campaign]) * days / 2
    return Anomaly(
        campaign=campaign,
        at=at,
        kind="drift",
        what="fatigue",
        severity="info",
        since=at - timedelta(days=days),
        hours=24.0 * days,
        observed=late,
        expected=early,
        low=early * float(np.exp(-wide)),
        high=early * float(np.exp(wide)),
        score=float(slope[campaign] / error[campaign]),
        stake=float(spend * max(0.0, 1.0 - late / early)),
        used={"days": float(used.sum()), "slope_per_day": float(np.expm1(slope[campaign]))},
    )
