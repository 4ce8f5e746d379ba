"""Fatigue: a CTR that declines slowly. A notice, not an alert.

Weighted regression of log CTR over the last 28 days on a level that holds and then declines, for 21, 14 or 10 days: the
days before the decline say where it began, which a line through the decline alone has to guess. The account's common
movement is taken off and the scores are scaled to what the account's campaigns usually reach. A fall in one step is no
fatigue.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.variance import relative_variance
from fbads_pipeline.domain.anomalies.findings import Finding
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HISTORY_DAYS, row_of
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Bools, Floats, minutes

# A campaign needs so many clicks a day on average, may lack so many of the days, and is noticed once in so many days.
_LEAST_CLICKS_A_DAY, _MISSING_DAYS, _REPEAT_DAYS = 10.0, 3, 21
_VARIANCE_FLOOR, _FIRST_DEVIATION = 0.05, 0.15
# Days with fewer campaigns have no common movement; accounts with fewer campaigns have no scale of their own.
_COMMON_CAMPAIGNS, _SCALE_CAMPAIGNS = 10, 20
_MOST_AUTOCORRELATION = 0.6
# Median of |z| under the normal distribution, and the range of the scale.
_NORMAL_MEDIAN, _LEAST_SCALE, _LARGEST_SCALE = 0.6745, 0.8, 1.6
# The 97.5th percentile of the normal distribution.
_Z_95 = 1.96


@dataclass(frozen=True)
class Decline:
    """A regression per campaign on a level that declines over the last `days`; arrays (n,).

    Attributes
    ----------
    slope, error
        Change of log CTR per day and its standard error.
    line_squares, step_squares
        Weighted squares that the decline leaves, and those that one step between two levels leaves.
    known_days
        Days of the decline with clicks.
    """

    days: int
    slope: Floats
    error: Floats
    line_squares: Floats
    step_squares: Floats
    known_days: Floats

    @property
    def score(self) -> Floats:
        """Slope in standard errors."""
        score: Floats = self.slope / self.error
        return score


def fatigue_notices(state: DetectorState, at: datetime) -> list[Finding]:
    """Return the notices due at the start of a day, at most one per campaign in three weeks."""
    settings = state.settings
    log, weight = _log_ctr(state)
    notices: list[Finding] = []
    for days, threshold in zip(settings.fatigue_days, settings.fatigue_z, strict=True):
        decline = fit_decline(log, weight, days)
        drop = -np.expm1(decline.slope * days)
        is_tired = (drop >= settings.fatigue_drop) & (decline.score / _scale(decline) <= -threshold)
        is_tired &= (decline.line_squares <= decline.step_squares) & (decline.known_days >= days - _MISSING_DAYS)
        is_tired &= _may_notice(state, days, at)
        state.ctr.fatigue_notice_at[is_tired] = minutes(at)
        notices += [_notice(state, int(campaign), at, decline) for campaign in np.flatnonzero(is_tired)]
    return notices


def _may_notice(state: DetectorState, days: int, at: datetime) -> Bools:
    minute = minutes(at)
    rows = [row_of(day) for day in range(state.today - days, state.today)]
    may: Bools = state.campaigns.is_active & ~state.ctr.alerts.is_open
    may &= state.days.clicks[rows].sum(axis=0) >= _LEAST_CLICKS_A_DAY * days
    may &= minute - state.campaigns.created >= (state.settings.learning_days + days / 2) * MINUTES_A_DAY
    may &= minute - state.ctr.fatigue_notice_at >= _REPEAT_DAYS * MINUTES_A_DAY
    return may


def _log_ctr(state: DetectorState) -> tuple[Floats, Floats]:
    """log CTR less the account's common movement, and its weight: (days, n), oldest first."""
    days = np.arange(state.today - state.settings.fatigue_history_days, state.today)
    rows = days % HISTORY_DAYS
    clicks, shown = state.days.clicks[rows], state.days.impressions[rows]
    use = (state.days.ordinal[rows] == days)[:, None] & (shown > 0) & (clicks > 0) & state.ctr.is_baseline_day[rows]
    log = np.where(use, np.log(np.where(use, clicks, 1.0) / np.where(use, shown, 1.0)), 0.0)
    own = relative_variance(state.ctr, _VARIANCE_FLOOR, _FIRST_DEVIATION)[-2]
    weight = np.where(use, 1.0 / (1.0 / np.maximum(clicks, 1.0) + own), 0.0)
    level = (log * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    rest = np.where(use, log - level, np.nan)
    common = np.zeros((len(rows), 1))
    has_common = use.sum(axis=1) >= _COMMON_CAMPAIGNS
    if has_common.any():
        common[has_common, 0] = np.nanmedian(rest[has_common], axis=1)
    return np.where(use, log - common, 0.0), weight


def fit_decline(log: Floats, weight: Floats, days: int) -> Decline:
    """Fit a level that holds and then declines over the last `days`.

    Parameters
    ----------
    log, weight
        Values and their inverse variances, oldest first, weight 0 where not known (all days, n).
    days
        Length of the decline, less than the number of rows.

    Notes
    -----
    Weighted least squares on ``max(t - t0, 0)``. The error is scaled up by the residuals' chi-square per degree of
    freedom where that is above 1, and by ``sqrt((1 + r) / (1 - r))`` for their lag-one autocorrelation r, 0 to 0.6: the
    effective number of days of an autoregressive series (Bayley and Hammersley, 1946).

    Examples
    --------
    >>> held, falling = np.zeros(14), -0.02 * np.arange(1, 15)
    >>> log = np.concatenate([held, falling])[:, None]
    >>> fit_decline(log, np.full((28, 1), 100.0), days=14).slope.round(4)
    array([-0.02])
    """
    x = np.maximum(np.arange(log.shape[0], dtype=float) - (log.shape[0] - 1 - days), 0.0)[:, None]
    total = np.maximum(weight.sum(axis=0), 1e-12)
    centre = x - (weight * x).sum(axis=0) / total
    mean = (weight * log).sum(axis=0) / total
    square = np.maximum((weight * centre**2).sum(axis=0), 1e-12)
    slope = (weight * centre * (log - mean)).sum(axis=0) / square
    rest = np.where(weight > 0, log - mean - slope * centre, 0.0)
    known = (weight > 0).sum(axis=0)
    line_squares = (weight * rest**2).sum(axis=0)
    chi_square = np.maximum(line_squares / np.maximum(known - 2, 1.0), 1.0)
    autocorrelation = (rest[1:] * rest[:-1]).sum(axis=0) / np.maximum((rest**2).sum(axis=0), 1e-12)
    autocorrelation = np.clip(autocorrelation, 0.0, _MOST_AUTOCORRELATION)
    error = np.sqrt(chi_square / square * (1 + autocorrelation) / (1 - autocorrelation))
    known_days = (weight[-days:] > 0).sum(axis=0).astype(float)
    return Decline(days, slope, error, line_squares, _best_step(log, weight), known_days)


def _best_step(log: Floats, weight: Floats) -> Floats:
    """Smallest weighted sum of squares that two levels with one step between them leave (n,)."""
    w, wx = weight.cumsum(axis=0), (weight * log).cumsum(axis=0)
    left, right = np.maximum(w[1:-2], 1e-12), np.maximum(w[-1] - w[1:-2], 1e-12)
    explained = wx[1:-2] ** 2 / left + (wx[-1] - wx[1:-2]) ** 2 / right
    rest: Floats = (weight * log**2).sum(axis=0) - explained.max(axis=0)
    return rest


def _scale(decline: Decline) -> float:
    """How far the account's scores usually are from 0, by their median, over a normal one's; 1 for a small account."""
    scores = np.abs(decline.score[decline.known_days >= decline.days - _MISSING_DAYS])
    if scores.size < _SCALE_CAMPAIGNS:
        return 1.0
    return float(np.clip(np.median(scores) / _NORMAL_MEDIAN, _LEAST_SCALE, _LARGEST_SCALE))


def _notice(state: DetectorState, campaign: int, at: datetime, decline: Decline) -> Finding:
    """CTR of the last third against that of the first, over the days of the decline."""
    days = state.days
    rows = [row_of(day) for day in range(state.today - decline.days, state.today)]
    third = decline.days // 3
    clicks, shown = days.clicks[rows, campaign], days.impressions[rows, campaign]
    early = float(clicks[:third].sum() / max(shown[:third].sum(), 1.0))
    late = float(clicks[-third:].sum() / max(shown[-third:].sum(), 1.0))
    width = _Z_95 * float(decline.error[campaign]) * decline.days / 2
    spend = float(days.spend[rows[-7:], campaign].mean())
    return Finding(
        campaign=campaign,
        at=at,
        kind="drift",
        what="fatigue",
        severity="info",
        since=at - timedelta(days=decline.days),
        hours=24.0 * decline.days,
        observed=late,
        expected=early,
        low=early * float(np.exp(-width)),
        high=early * float(np.exp(width)),
        score=float(decline.score[campaign]),
        stake=spend * max(0.0, 1.0 - late / early) if early > 0 else 0.0,
        used={
            "days": float(decline.known_days[campaign]),
            "slope_per_day": float(np.expm1(decline.slope[campaign])),
        },
    )
