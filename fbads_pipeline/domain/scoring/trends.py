"""Level, slope and change points of many series at once."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student  # type: ignore[import-untyped]

from fbads_pipeline.domain.recommendations.model.campaign_history import Booleans, Floats, Integers

# Days without which there is no trend, and without which a regime is none.
SHORTEST = 8
_LEAST_SEGMENT = 4
_HALF_LIFE_DAYS = 10.0
# Gain in squared error, in units of the noise, that a change point needs: above the 99th percentile of the largest gain
# in series of pure noise (BIC alone finds a change in one of six of them).
_PENALTY = 12.0
_MOST_AUTOCORRELATION = 0.8


@dataclass(frozen=True)
class SeriesTrends:
    """One entry per series; NaN (and no change point, -1) where fewer than 8 days are known.

    Attributes
    ----------
    level
        Of the last day, in the metric's unit.
    slope
        Relative change per day.
    p_falling
        P(slope < 0).
    changed_at
        Position of the first day of the latest regime, -1 without.
    shift
        The latest regime's level over the one before, less 1.
    """

    level: Floats
    slope: Floats
    p_falling: Floats
    changed_at: Integers
    shift: Floats


def trends_of(values: Floats) -> SeriesTrends:
    """Return level, slope and change point of each series.

    Parameters
    ----------
    values
        (series, days), old to new; NaN or ≤ 0 is not known.

    Returns
    -------
    SeriesTrends
        Arrays (series,).

    Notes
    -----
    Weighted least squares of the log on the day, weights 0.5 ** (age / 10). The slope's variance is the sandwich
    ``sum w² x² s² / (sum w x²)²`` with the residual variance s², times (1 + r) / (1 - r) for the residuals' lag-one
    autocorrelation r (0 to .8); P(slope < 0) is Student's t with n - 2 degrees of freedom. The change point is the
    split with the largest fall in squared error, believed beyond 12 times the noise.

    References
    ----------
    Bai, J. (1997). Estimation of a change point in multiple regression models. Rev. Econ. Stat. 79, 551–563.

    Examples
    --------
    >>> found = trends_of(np.exp(-0.03 * np.arange(20.0))[None, :])
    >>> found.slope.round(4), found.level.round(3)
    (array([-0.0296]), array([0.566]))
    >>> int(trends_of(np.array([[10.0] * 9 + [20.0] * 9])).changed_at[0])
    9
    """
    known = np.isfinite(values) & (values > 0)
    logs = np.log(np.where(known, values, 1.0))
    days = values.shape[1]
    since = np.arange(days, dtype=float) - (days - 1)
    weight = known * 0.5 ** (-since / _HALF_LIFE_DAYS)
    level, slope, error, freedom = _regression(logs, weight, since, known)
    changed_at, shift = _split(logs, known)
    enough = known.sum(axis=1) >= SHORTEST
    falling = student.cdf(-slope / np.maximum(error, 1e-12), np.maximum(freedom, 1.0))
    return SeriesTrends(
        level=np.where(enough, np.exp(level), np.nan),
        slope=np.where(enough, np.expm1(slope), np.nan),
        p_falling=np.where(enough, falling, np.nan),
        changed_at=np.where(enough, changed_at, -1),
        shift=np.where(enough & (changed_at >= 0), np.expm1(shift), np.nan),
    )


def _regression(logs: Floats, weight: Floats, since: Floats, known: Booleans) -> tuple[Floats, Floats, Floats, Floats]:
    total = np.maximum(weight.sum(axis=1), 1e-12)
    middle = (weight * since).sum(axis=1) / total
    mean = (weight * logs).sum(axis=1) / total
    across = since[None, :] - middle[:, None]
    spread = np.maximum((weight * across**2).sum(axis=1), 1e-12)
    slope = (weight * across * logs).sum(axis=1) / spread
    residual = np.where(known, logs - mean[:, None] - slope[:, None] * across, 0.0)
    freedom = np.maximum(known.sum(axis=1) - 2.0, 1.0)
    variance = (residual**2).sum(axis=1) / freedom
    lagged = (residual[:, 1:] * residual[:, :-1]).sum(axis=1) / np.maximum((residual**2).sum(axis=1), 1e-12)
    lagged = np.clip(lagged, 0.0, _MOST_AUTOCORRELATION)
    inflation = (1 + lagged) / (1 - lagged)
    error = np.sqrt(variance * inflation * (weight**2 * across**2).sum(axis=1)) / spread
    return mean - slope * middle, slope, error, freedom


def _split(logs: Floats, known: Booleans) -> tuple[Integers, Floats]:
    """The best single split of each series into two levels, by the fall of squared error in units of noise."""
    count = np.cumsum(known, axis=1).astype(float)
    total = np.cumsum(np.where(known, logs, 0.0), axis=1)
    left_n, right_n = count[:, :-1], count[:, -1:] - count[:, :-1]
    left = total[:, :-1] / np.maximum(left_n, 1.0)
    right = (total[:, -1:] - total[:, :-1]) / np.maximum(right_n, 1.0)
    possible = (left_n >= _LEAST_SEGMENT) & (right_n >= _LEAST_SEGMENT)
    gain = np.where(possible, left_n * right_n / np.maximum(count[:, -1:], 1.0) * (right - left) ** 2, 0.0)
    if gain.shape[1] == 0:
        return np.full(logs.shape[0], -1), np.zeros(logs.shape[0])
    best = gain.argmax(axis=1)
    rows = np.arange(logs.shape[0])
    mean = total[:, -1] / np.maximum(count[:, -1], 1.0)
    whole = np.where(known, (logs - mean[:, None]) ** 2, 0.0).sum(axis=1)
    noise = np.maximum(whole - gain[rows, best], 0.0) / np.maximum(count[:, -1] - 2.0, 1.0)
    found = gain[rows, best] > np.maximum(_PENALTY * noise, 1e-9)
    return np.where(found, best + 1, -1), (right - left)[rows, best]
