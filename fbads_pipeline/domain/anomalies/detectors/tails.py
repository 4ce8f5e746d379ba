"""Tail probabilities of counts as standard scores, and which scores of many are discoveries; over whole arrays."""

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats

# scipy is imported within the functions: whoever only passes settings or findings on is spared its loading time.

# Probabilities are never taken as smaller, so that a score stays finite (about -37).
_SMALLEST_PROBABILITY = 1e-300
# Below this relative variance a negative binomial is a Poisson distribution to every digit that matters.
_SMALLEST_VARIANCE = 1e-6
# From this normal score on an exact one is wanted where many counts are screened.
_SCREENED = 1.2


def count_score(observed: Floats, expected: Floats, relative_variance: Floats, tested: Bools) -> Floats:
    """Return signed standard scores of counts against a negative binomial distribution.

    Parameters
    ----------
    observed, expected
        Counts and their expectations, of one shape; expected > 0 where `tested`.
    relative_variance
        Variance of the rate relative to its square, broadcast to that shape: the count's variance is
        ``expected + relative_variance * expected**2``.
    tested
        Where a score is wanted.

    Returns
    -------
    ndarray
        Negative where fewer came than expected; NaN where not `tested`.

    Notes
    -----
    With size r = 1 / relative_variance and p = r / (r + expected), P(X <= k) = I_p(r, k + 1), the regularised
    incomplete beta function. The tail is the mid-p value, ``P(X < k) + P(X = k) / 2``, capped at one half, and the
    score its normal quantile: with half of the observed count's own probability small counts are not held back by
    their steps.

    References
    ----------
    Lancaster, H. O. (1961). Significance tests in discrete distributions. JASA 56, 223–234.
    NIST Digital Library of Mathematical Functions, section 8.17.

    Examples
    --------
    >>> everywhere = np.ones(3, dtype=bool)
    >>> count_score(np.array([0.0, 20.0, 60.0]), np.full(3, 20.0), np.full(3, 0.04), everywhere).round(2)
    array([-5.06,  0.07,  4.93])
    """
    score = np.full(observed.shape, np.nan)
    below = tested & (observed < expected)
    above = tested & ~below
    count = np.floor(np.maximum(observed, 0.0))
    size = 1.0 / np.maximum(np.broadcast_to(relative_variance, observed.shape), _SMALLEST_VARIANCE)
    odds = size / (size + expected)
    score[below] = _lower_score(count[below], size[below], odds[below])
    score[above] = -_upper_score(count[above], size[above], odds[above])
    return score


def screened_count_score(observed: Floats, expected: Floats, relative_variance: Floats, tested: Bools) -> Floats:
    """Return the scores of `count_score`, normal ones where they are small: most of many counts are as expected.

    Parameters
    ----------
    observed, expected, relative_variance, tested
        As in `count_score`.

    Notes
    -----
    Within ±1.2 it is ``(X - m) / sqrt(m + v m²)``; what is farther out is exact.

    Examples
    --------
    >>> screened_count_score(np.array([0.0, 19.0]), np.full(2, 20.0), np.full(2, 0.04), np.ones(2, dtype=bool)).round(2)
    array([-5.06, -0.17])
    """
    variance = np.broadcast_to(relative_variance, observed.shape)
    safe = np.where(tested, expected, 1.0)
    score: Floats = np.where(tested, (observed - safe) / np.sqrt(safe + variance * safe**2), np.nan)
    far = tested & (np.abs(np.nan_to_num(score)) >= _SCREENED)
    score[far] = count_score(observed[far], safe[far], variance[far], np.ones(np.count_nonzero(far), dtype=np.bool_))
    return score


def _lower_score(count: Floats, size: Floats, odds: Floats) -> Floats:
    from scipy.special import betainc, ndtri  # type: ignore[import-untyped, unused-ignore]

    before = np.where(count > 0, betainc(size, np.maximum(count, 1.0), odds), 0.0)
    tail: Floats = (betainc(size, count + 1.0, odds) + before) / 2.0
    score: Floats = ndtri(np.clip(tail, _SMALLEST_PROBABILITY, 0.5))
    return score


def _upper_score(count: Floats, size: Floats, odds: Floats) -> Floats:
    from scipy.special import betainc, ndtri  # type: ignore[import-untyped, unused-ignore]

    from_on = np.where(count > 0, betainc(np.maximum(count, 1.0), size, 1.0 - odds), 1.0)
    tail: Floats = (betainc(count + 1.0, size, 1.0 - odds) + from_on) / 2.0
    score: Floats = ndtri(np.clip(tail, _SMALLEST_PROBABILITY, 0.5))
    return score


def log_probability_of_zero(expected: Floats, relative_variance: Floats) -> Floats:
    """Return log P(X = 0) under the negative binomial of `count_score`.

    Parameters
    ----------
    expected, relative_variance
        As in `count_score`, broadcast against each other.

    Returns
    -------
    ndarray
        Natural logarithms.

    Notes
    -----
    ``-log(1 + v m) / v`` with mean m and relative variance v, which tends to -m (Poisson) as v tends to 0.

    Examples
    --------
    >>> log_probability_of_zero(np.array([8.0]), np.array([0.125])).round(3)
    array([-5.545])
    """
    variance = np.maximum(relative_variance, _SMALLEST_VARIANCE)
    logarithm: Floats = -np.log1p(variance * expected) / variance
    return logarithm


def discoveries(scores: Floats, rate: float) -> Bools:
    """Return which two-sided standard scores are significant at a false discovery rate.

    Parameters
    ----------
    scores
        Standard scores, any shape; NaN is not tested.
    rate
        Share of false ones among the discoveries that is accepted.

    Returns
    -------
    ndarray of bool
        In the shape of `scores`, False where not tested.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289–300.

    Examples
    --------
    >>> discoveries(np.array([5.2, -4.4, 2.0, np.nan]), rate=0.05)
    array([ True,  True,  True, False])
    >>> discoveries(np.array([2.0, 0.1, -0.3, 0.8]), rate=0.05)
    array([False, False, False, False])
    """
    from scipy.special import ndtr  # type: ignore[import-untyped, unused-ignore]
    from scipy.stats import false_discovery_control  # type: ignore[import-untyped, unused-ignore]

    tested = np.isfinite(scores)
    found = np.zeros(scores.shape, dtype=np.bool_)
    if tested.any():
        found[tested] = false_discovery_control(2.0 * ndtr(-np.abs(scores[tested]))) <= rate
    return found
