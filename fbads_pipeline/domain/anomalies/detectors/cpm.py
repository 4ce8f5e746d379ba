"""Cost per mille: spend against what the impressions usually cost."""

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.baseline import BaselineWindow, hour_factors, weighted_mean, winsorised
from fbads_pipeline.domain.anomalies.detectors.variance import learn_log_errors, relative_variance
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

_FIRST_DEVIATION = 0.15
# Impressions of a day below which it teaches no CPM, and from which on it teaches fully.
_LEAST_IMPRESSIONS, _FULL_IMPRESSIONS = 30, 300.0
# Impressions of one interval that count at most for its half hour, and that a usual half hour counts as.
_MOST_HOUR_IMPRESSIONS, _PRIOR_HOUR_IMPRESSIONS = 1e4, 1e4


def cpm_evidence(state: DetectorState, is_read: Bools) -> Evidence:
    """Return how far each campaign's spend is from what its impressions usually cost.

    Notes
    -----
    Log of spend over usual cost; its variance is the campaign's own and that of a day over the days behind the level.
    """
    settings, metric = state.settings, state.cpm
    channels = (RingChannel.SPEND, RingChannel.EXPECTED_COST, RingChannel.IMPRESSIONS)
    spend, expected, shown = state.half_hours.sums(settings.cpm_hours, channels)
    tested = is_read & (shown >= 10 * settings.least_impressions) & (expected > 0) & (spend > 0)
    tested &= metric.baseline_days > settings.baseline_days
    log = np.where(tested, np.log(np.where(tested, spend, 1.0) / np.where(tested, expected, 1.0)), np.nan)
    own = relative_variance(metric, settings.cpm_floor, _FIRST_DEVIATION)
    error = np.sqrt(own + own[-1] / np.maximum(metric.baseline_days, 0.5))
    common = common_movement(log, is_read & ~metric.alerts.is_open)
    learn_log_errors(state, metric, log - common, np.zeros_like(log), tested)
    absolute, relative = log / error, (log - common) / error
    thresholds = as_column(settings.cpm_z)
    seen = WindowScores("cpm", settings.cpm_hours, thresholds, absolute, relative, spend, expected, error)
    return strongest_window(state, seen)


def add_cpm_hour(state: DetectorState, hour: int, spend: Floats, shown: Floats, level: Floats) -> None:
    """Add one interval's impressions, and those that its spend usually buys, to its half hour of the day.

    Parameters
    ----------
    hour
        Half hour of the day, 0 to 47.
    spend, shown, level
        Spend, impressions and usual cost of an impression per campaign read (rows,); level 0: not known.
    """
    part = np.minimum(shown, _MOST_HOUR_IMPRESSIONS) / np.maximum(shown, 1.0)
    known = level > 0
    state.cpm.hour_sums[0, hour] += (spend / np.maximum(level, 1e-12) * part)[known].sum()
    state.cpm.hour_sums[1, hour] += (shown * part)[known].sum()


def learn_cpm_hours(state: DetectorState, keep: float) -> None:
    """Make the factors of the half hours anew; older days count `keep` times as much."""
    state.cpm.hour_sums *= keep
    state.cpm.hour_factors = hour_factors(state.cpm.hour_sums, _PRIOR_HOUR_IMPRESSIONS)


def fit_cpm(state: DetectorState, window: BaselineWindow) -> None:
    """Fit the spend per impression: the weighted mean of its log; days of under 300 impressions count less."""
    metric, rows = state.cpm, window.rows
    spend, impressions = state.days.spend[rows], state.days.impressions[rows]
    use = metric.is_baseline_day[rows] & (impressions >= _LEAST_IMPRESSIONS) & (spend > 0)
    shown = np.where(use, impressions, 1.0)
    logs = np.where(use, np.log(np.where(use, spend, 1.0) / shown), 0.0)
    weight = window.weight * use * np.minimum(1.0, shown / _FULL_IMPRESSIONS)
    metric.baseline_days = weight.sum(axis=0)
    mean = weighted_mean(winsorised(logs, use), weight)
    metric.level = np.where(metric.baseline_days > 0, np.exp(mean), 0.0)
