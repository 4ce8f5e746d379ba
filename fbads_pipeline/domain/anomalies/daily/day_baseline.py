"""What a day usually is: level, trend and weekday of a logarithm, or a rate; over whole arrays of campaigns."""

from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.anomalies.detectors.baseline import weighted_mean, winsorised
from fbads_pipeline.domain.anomalies.state.goals import summed_by_goal
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

_WEEK = 7
# Weeks of pairs that a slope of zero counts as; the slope is never taken as steeper than this, per day.
_PRIOR_PAIRS, _STEEPEST = 7.0, 0.04
# Weeks that an account's, and a campaign's own, weekday offset of zero counts as.
_PRIOR_WEEKS, _OWN_PRIOR_WEEKS = 0.7, 3.0
# A campaign's variance is first assumed to be this, and the account's scores reach at most this much too far.
_FIRST_VARIANCE, _LARGEST_SCALE = 0.09, 1.8
# The 98th percentile of |z| under the normal distribution, and from how many values on an account's is known.
_SHARE, _NORMAL, _LEAST_SCORES = 0.98, 2.326, 200


@dataclass(frozen=True)
class LogBaseline:
    """What the logarithm of a figure should be on the days asked for.

    Attributes
    ----------
    expected
        (asked days, n).
    variance
        Of a single day around it (n,).
    days
        Days that it rests on, weighted (n,).
    scale
        How much farther than normal the account's scores reach, 1 to 1.8.
    """

    expected: Floats
    variance: Floats
    days: Floats
    scale: float


def fit_log_baseline(
    logs: Floats, days: Ints, asked: Ints, settings: DaySettings, floor: float, weight: Floats | None = None
) -> LogBaseline:
    """Fit level, trend and weekdays to the days before those asked for.

    Parameters
    ----------
    logs
        NaN where not known (days, n).
    days, asked
        Ordinals of these days, and of those that an expectation is wanted for.
    floor
        Standard deviation of a day that is never taken as smaller.
    weight
        What each day counts beside its age (days, n).

    Notes
    -----
    Trend: the median of the differences to the same weekday a week before, over seven, shrunk to none. Level: the mean,
    with a half-life of ten days, of the days moved along the trend and pulled to within 2.5 robust deviations of their
    median, less the weekday's offset. Weekdays: the account's mean residual of each, shrunk, plus each campaign's own,
    shrunk more. Variance: the mean of squared residuals, shrunk to the account's median.

    Examples
    --------
    >>> days = np.arange(700_000, 700_042)
    >>> logs = np.where(days % 7 == 0, -0.5, 0.0)[:, None] + np.zeros((42, 20))
    >>> fitted = fit_log_baseline(logs, days, np.array([700_042, 700_043]), DaySettings(), floor=0.1)
    >>> fitted.expected[:, 0].round(1) + 0.0  # a day of the low weekday, and the one after it
    array([-0.4,  0. ])
    """
    known = np.isfinite(logs)
    newest = int(asked[0])
    ages = (newest - days).astype(float)
    slope = _slope(logs)
    flat = np.where(known, logs + slope * ages[:, None], 0.0)
    pulled = winsorised(flat, known)
    half_life = 0.5 ** (ages / settings.half_life_days)
    weights = half_life[:, None] * known * (1.0 if weight is None else weight)
    offset = np.zeros((_WEEK, logs.shape[1]))
    for _ in range(2):
        level = weighted_mean(pulled - offset[days % _WEEK], weights)
        offset = _weekday_offsets(np.where(known, pulled - level, 0.0), known, days)
    rest = np.where(known, pulled - level - offset[days % _WEEK], 0.0)
    variance = _variance(rest, weights, settings.prior_days, floor)
    raw = np.abs(flat - level - offset[days % _WEEK]) / np.sqrt(variance)
    expected = level + offset[asked % _WEEK] + slope * (asked - newest)[:, None]
    return LogBaseline(expected, variance, weights.sum(axis=0), _scale(raw[known]))


def _slope(logs: Floats) -> Floats:
    """Change per day (n,)."""
    change = logs[_WEEK:] - logs[:-_WEEK]
    pairs = np.isfinite(change).sum(axis=0)
    has = pairs > 0
    slope = np.zeros(logs.shape[1])
    if has.any():
        slope[has] = np.nanmedian(change[:, has], axis=0) / _WEEK
    shrunk: Floats = np.clip(slope * pairs / (pairs + _PRIOR_PAIRS), -_STEEPEST, _STEEPEST)
    return shrunk


def _weekday_offsets(rest: Floats, known: Bools, days: Ints) -> Floats:
    """(7, n), rows ``ordinal % 7``."""
    offsets = np.zeros((_WEEK, rest.shape[1]))
    for weekday in range(_WEEK):
        alike = days % _WEEK == weekday
        count = known[alike].sum(axis=0)
        if not count.any():
            continue
        has = count > 0
        mean = rest[alike].sum(axis=0) / np.maximum(count, 1)
        weeks = float(count[has].mean())
        account = float(np.median(mean[has])) * weeks / (weeks + _PRIOR_WEEKS) * _many(int(has.sum()))
        offsets[weekday] = account + (mean - account) * count / (count + _OWN_PRIOR_WEEKS)
    return offsets


def _many(campaigns: int) -> float:
    """One campaign's weekday is hardly the account's."""
    return campaigns / (campaigns + 1.0)


def _variance(rest: Floats, weights: Floats, prior: float, floor: float) -> Floats:
    total = weights.sum(axis=0)
    squares = (weights * rest**2).sum(axis=0)
    has = total > 0
    account = float(np.median(squares[has] / total[has])) if has.any() else _FIRST_VARIANCE
    shrunk: Floats = (squares + prior * max(account, floor**2)) / (total + prior)
    return np.maximum(shrunk, floor**2)


def _scale(scores: Floats) -> float:
    if scores.size < _LEAST_SCORES:
        return 1.0
    reach = float(np.quantile(scores, _SHARE))
    return float(np.clip(reach / _NORMAL, 1.0, _LARGEST_SCALE))


@dataclass(frozen=True)
class RateBaseline:
    """Counts per unit of exposure.

    Attributes
    ----------
    rate
        Usual count per unit (n,).
    count
        Weighted counts behind it (n,).
    variance
        Relative variance of a day beyond counting (n,).
    days
        Days with exposure behind it, weighted (n,).
    """

    rate: Floats
    count: Floats
    variance: Floats
    days: Floats


def fit_rate_baseline(
    counts: Floats,
    exposure: Floats,
    ages: Floats,
    settings: DaySettings,
    *,
    prior: float,
    floor: float,
    first: float,
    goal: Ints | None = None,
) -> RateBaseline:
    """Fit a rate, shrunk to that of the account's campaigns with the same goal.

    Parameters
    ----------
    counts, exposure
        NaN where not known (days, n).
    ages
        Days before the day that is assessed (days,).
    prior
        Counts that the account's rate counts as.
    floor, first
        Standard deviations of a day: never taken as smaller, and assumed before anything is known.
    goal
        What the counts are of (n,); None where they are the same of all.

    Notes
    -----
    ``(counts + prior) / (exposure + prior / account rate)``, the mean of a Gamma–Poisson posterior. The variance is the
    mean of ``(counts / expected - 1)² - 1 / expected``, clipped and weighted by ``expected / (expected + 5)``.

    Examples
    --------
    >>> fitted = fit_rate_baseline(
    ...     np.full((20, 2), 50.0), np.full((20, 2), 1000.0), np.arange(20.0, 0.0, -1.0), DaySettings(),
    ...     prior=4.0, floor=0.1, first=0.2,
    ... )
    >>> fitted.rate.round(3)
    array([0.05, 0.05])
    """
    known = np.isfinite(counts) & np.isfinite(exposure) & (exposure > 0)
    weight = 0.5 ** (ages / settings.rate_half_life_days)[:, None] * known
    seen = np.where(known, counts, 0.0)
    shown = np.where(known, exposure, 0.0)
    total, base = (weight * seen).sum(axis=0), (weight * shown).sum(axis=0)
    same = np.zeros(total.size, dtype=np.int64) if goal is None else goal
    all_counts, all_exposure = summed_by_goal(total, same), summed_by_goal(base, same)
    account = np.where(all_exposure > 0, all_counts / np.where(all_exposure > 0, all_exposure, 1.0), 0.0)
    if not (account > 0).any():
        nothing = np.zeros(counts.shape[1])
        return RateBaseline(nothing, nothing, np.full(counts.shape[1], first**2), nothing)
    rate = np.where(account > 0, (total + prior) / (base + prior / np.where(account > 0, account, 1.0)), 0.0)
    expected = shown * rate
    use = known & (expected > 1.0)
    safe = np.where(use, expected, 1.0)
    error = np.clip(np.where(use, seen / safe - 1.0, 0.0), -1.0, 1.5) ** 2 - 1.0 / safe
    trust = np.where(use, weight * safe / (safe + 5.0), 0.0)
    squares, days = (trust * error).sum(axis=0), trust.sum(axis=0)
    pooled = (squares.sum() + 5.0 * first**2) / (days.sum() + 5.0)
    variance = (squares + settings.prior_days * max(pooled, floor**2)) / (days + settings.prior_days)
    return RateBaseline(rate, total, np.maximum(variance, floor**2), weight.sum(axis=0))
