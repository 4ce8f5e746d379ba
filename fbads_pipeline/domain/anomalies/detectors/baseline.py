"""The window of days that baselines are fitted on, and the estimators they share."""

from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HISTORY_DAYS
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Bools, Floats, Ints

BASELINE_DAYS = 28
# What a day of a campaign's first week counts: it may still be finding its level.
LEARNING_WEIGHT = 0.2
# Values beyond 2.5 robust deviations are pulled in; a deviation is never taken as smaller than .15.
_WINSOR_DEVIATIONS, _LEAST_DEVIATION, _UNKNOWN_DEVIATION = 2.5, 0.15, 0.3
# Median absolute deviation of a normal distribution × this is its standard deviation.
_MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True)
class BaselineWindow:
    """The 28 days before today, yesterday first.

    Attributes
    ----------
    days, rows
        Ordinals and their rows in the history (28,).
    weight
        Weight per day and campaign, half-life `settings.half_life_days` (28, n).
    lasting_weight
        The same with the longer half-life of rates, `settings.rate_half_life_days`.
    """

    days: Ints
    rows: Ints
    weight: Floats
    lasting_weight: Floats


def baseline_window(state: DetectorState) -> BaselineWindow:
    """Return the window of the open day; days that were not read weigh nothing, a campaign's first week little.

    Notes
    -----
    ``weight = 0.5 ** (age / half_life)`` for a day `age` days ago.
    """
    settings = state.settings
    ages = np.arange(1, BASELINE_DAYS + 1)
    days = state.today - ages
    rows = days % HISTORY_DAYS
    there = state.days.ordinal[rows] == days
    weight = (0.5 ** (ages / settings.half_life_days))[:, None] * there[:, None]
    learned_at = state.campaigns.created + settings.learning_days * MINUTES_A_DAY
    weight = weight * np.where(days[:, None] * MINUTES_A_DAY >= learned_at, 1.0, LEARNING_WEIGHT)
    lasting = weight * (0.5 ** (ages / settings.rate_half_life_days - ages / settings.half_life_days))[:, None]
    return BaselineWindow(days, rows, weight, lasting)


def weighted_mean(values: Floats, weight: Floats) -> Floats:
    """Return the weighted mean over the first axis, 0 where nothing weighs.

    Examples
    --------
    >>> weighted_mean(np.array([[1.0], [4.0]]), np.array([[2.0], [1.0]]))
    array([2.])
    """
    mean: Floats = (values * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    return mean


def winsorised(logs: Floats, use: Bools) -> Floats:
    """Return each campaign's days pulled to within 2.5 robust deviations of their median.

    Parameters
    ----------
    logs, use
        Values and where they are known (days, n).

    Returns
    -------
    ndarray of shape (days, n)
        0 where not known.

    Notes
    -----
    The deviation is 1.4826 times the median absolute deviation, and at least 0.15.

    Examples
    --------
    >>> winsorised(np.array([[0.0], [0.1], [-0.1], [9.0]]), np.ones((4, 1), dtype=bool)).ravel().round(3)
    array([ 0.   ,  0.1  , -0.1  ,  0.425])
    """
    masked = np.where(use, logs, np.nan)
    has = use.any(axis=0)
    middle, spread = np.zeros(logs.shape[1]), np.full(logs.shape[1], _UNKNOWN_DEVIATION)
    if has.any():
        middle[has] = np.nanmedian(masked[:, has], axis=0)
        spread[has] = _MAD_TO_DEVIATION * np.nanmedian(np.abs(masked[:, has] - middle[has]), axis=0)
    width = _WINSOR_DEVIATIONS * np.maximum(spread, _LEAST_DEVIATION)
    return np.where(use, np.clip(logs, middle - width, middle + width), 0.0)


def hour_factors(sums: Floats, prior: float) -> Floats:
    """Return read over usual per half hour, shrunk to 1.

    Parameters
    ----------
    sums
        What was read and what was usual per half hour (2, 48).
    prior
        Amount that a factor of 1 counts as.

    Examples
    --------
    >>> hour_factors(np.array([[300.0, 0.0], [100.0, 0.0]]), prior=100.0)
    array([2., 1.])
    """
    factors: Floats = (sums[0] + prior) / (sums[1] + prior)
    return factors
