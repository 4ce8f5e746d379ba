"""Tail probabilities as standard scores, over whole arrays."""

import numpy as np

from fbads_pipeline.domain.detection.readings import Bools, Floats

_SMALLEST = 1e-300


def count_score(observed: Floats, expected: Floats, relative_variance: Floats) -> Floats:
    """Signed standard score of counts against a negative binomial: negative where fewer came than expected.

    The variance is `expected + relative_variance * expected**2`; half of the observed count's own probability counts
    (mid-p), so that small counts are not held back by their steps.
    expected > 0, relative_variance > 0.
    """
    from scipy.special import betainc, ndtri

    size = 1.0 / np.maximum(relative_variance, 1e-6)
    odds = size / (size + expected)
    count = np.floor(np.maximum(observed, 0.0))
    up_to = betainc(size, count + 1.0, odds)
    before = np.where(count > 0, betainc(size, np.maximum(count, 1.0), odds), 0.0)
    from_on = np.where(count > 0, betainc(np.maximum(count, 1.0), size, 1.0 - odds), 1.0)
    after = betainc(count + 1.0, size, 1.0 - odds)
    low = ndtri(np.clip((up_to + before) / 2.0, _SMALLEST, 0.5))
    high = -ndtri(np.clip((from_on + after) / 2.0, _SMALLEST, 0.5))
    score: Floats = np.where(observed < expected, low, high)
    return score


def log_none(expected: Floats, relative_variance: Floats) -> Floats:
    """Natural logarithm of the probability of not a single count under the same negative binomial."""
    variance = np.maximum(relative_variance, 1e-6)
    logarithm: Floats = -np.log1p(variance * expected) / variance
    return logarithm


def discoveries(scores: Floats, rate: float) -> Bools:
    """Which two-sided standard scores survive Benjamini and Hochberg's (1995) step-up at `rate`; NaN never does."""
    from scipy.special import ndtr

    flat = scores.ravel()
    tested = np.flatnonzero(np.isfinite(flat))
    kept = np.zeros(flat.shape, dtype=np.bool_)
    if tested.size:
        p = 2.0 * ndtr(-np.abs(flat[tested]))
        order = np.argsort(p, kind="stable")
        passed = np.flatnonzero(p[order] <= rate * np.arange(1, p.size + 1) / p.size)
        if passed.size:
            kept[tested[order[: passed[-1] + 1]]] = True
    return kept.reshape(scores.shape)
