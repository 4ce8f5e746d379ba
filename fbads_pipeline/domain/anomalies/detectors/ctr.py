"""Click-through rate: clicks given impressions."""

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.baseline import BaselineWindow, hour_factors
from fbads_pipeline.domain.anomalies.detectors.tails import screened_count_score
from fbads_pipeline.domain.anomalies.detectors.variance import learn_count_errors, relative_variance
from fbads_pipeline.domain.anomalies.detectors.windows import (
    Evidence,
    WindowScores,
    as_column,
    common_movement,
    strongest_window,
)
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import RingChannel
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats

_FIRST_DEVIATION = 0.2
# Clicks that the account's CTR counts as beside a campaign's own, and that a usual half hour counts as.
_PRIOR_CLICKS, _PRIOR_HOUR_CLICKS = 10.0, 100.0
# Windows with fewer expected clicks say nothing of the account's common movement.
_COMMON_CLICKS = 20


def ctr_evidence(state: DetectorState, is_read: Bools) -> Evidence:
    """Return how far each campaign's clicks are from what its impressions usually bring.

    Notes
    -----
    Negative binomial (`tails.count_score`) with the campaign's own relative variance, that of its level (one over the
    clicks behind it), and a day's variance over the days behind it.
    """
    settings, metric = state.settings, state.ctr
    clicks, expected = state.half_hours.sums(settings.ctr_hours, (RingChannel.CLICKS, RingChannel.EXPECTED_CLICKS))
    tested = is_read & (expected >= settings.least_clicks) & (metric.baseline_days > settings.baseline_days)
    safe = np.where(tested, expected, 1.0)
    own = relative_variance(metric, settings.ctr_floor, _FIRST_DEVIATION)
    variance = own + 1.0 / np.maximum(metric.clicks, _PRIOR_CLICKS) + own[-1] / np.maximum(metric.baseline_days, 0.5)
    log = np.where(tested, np.log((clicks + 0.5) / (safe + 0.5)), np.nan)
    common = common_movement(np.where(safe >= _COMMON_CLICKS, log, np.nan), is_read & ~metric.alerts.is_open)
    error = np.sqrt(variance + 1.0 / safe)
    absolute = screened_count_score(clicks, safe, variance, tested)
    relative = screened_count_score(clicks, safe * np.exp(common), variance, tested)
    learn_count_errors(state, metric, clicks, safe * np.exp(common), tested)
    thresholds = _thresholds(state, expected)
    seen = WindowScores(
        *("ctr", settings.ctr_hours, thresholds, absolute, relative, clicks, expected, error),
        scale_slack=settings.ctr_scale_slack,
    )
    return strongest_window(state, seen)


def _thresholds(state: DetectorState, expected: Floats) -> Floats:
    """Per window (windows, n): higher where few clicks are expected or few days known, lower after an edit."""
    settings = state.settings
    usual = as_column(settings.ctr_z) + settings.ctr_few_clicks_z / np.sqrt(np.maximum(expected, 1.0))
    usual = usual * np.sqrt(1.0 + settings.ctr_few_days / np.maximum(state.ctr.baseline_days, 1.0))
    lower = np.minimum(usual, np.maximum(usual - settings.ctr_edited_less, settings.ctr_edited_least_z))
    edited_at = np.maximum(state.campaigns.edited_at, state.campaigns.ads_edited_at)
    is_edited = state.minute - edited_at < settings.ctr_edited_hours * 60.0
    return np.where(is_edited, lower, usual)


def add_ctr_hour(state: DetectorState, hour: int, clicks: Floats, expected: Floats, known: Bools) -> None:
    """Add one interval's clicks and those expected of its impressions to its half hour of the day.

    Parameters
    ----------
    hour
        Half hour of the day, 0 to 47.
    clicks, expected, known
        Per campaign read (rows,); known: those with a level.
    """
    state.ctr.hour_sums[0, hour] += clicks[known].sum()
    state.ctr.hour_sums[1, hour] += expected.sum()


def learn_ctr_hours(state: DetectorState, keep: float) -> None:
    """Make the factors of the half hours anew; older days count `keep` times as much."""
    state.ctr.hour_sums *= keep
    state.ctr.hour_factors = hour_factors(state.ctr.hour_sums, _PRIOR_HOUR_CLICKS)


def fit_ctr(state: DetectorState, window: BaselineWindow) -> None:
    """Fit clicks per impression, shrunk to the account's.

    Notes
    -----
    ``(clicks + 10) / (impressions + 10 / ctr)`` with the account's ctr: the mean of a Gamma–Poisson posterior whose
    prior weighs ten clicks.
    """
    metric, rows = state.ctr, window.rows
    weight = window.lasting_weight * metric.is_baseline_day[rows]
    clicks = (weight * state.days.clicks[rows]).sum(axis=0)
    shown = (weight * state.days.impressions[rows]).sum(axis=0)
    account = clicks.sum() / max(shown.sum(), 1.0)
    if account > 0:
        metric.level = (clicks + _PRIOR_CLICKS) / (shown + _PRIOR_CLICKS / account)
    else:
        metric.level = np.zeros(state.n)
    metric.clicks = clicks
    metric.baseline_days = (weight * (state.days.impressions[rows] > 0)).sum(axis=0)
