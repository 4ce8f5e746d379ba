"""Tail probabilities as standard scores, over whole arrays."""

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats

_SMALLEST = 1e-300


def count_score(observed: Floats, expected: Floats, relative_variance: Floats, tested: Bools) -> Floats:
    """Signed standard score of counts against a negative binomial: negative where fewer came than expected.

    The variance is `expected + relative_variance * expected**2`; half of the observed count's own probability counts
    (mid-p), so that small counts are not held back by their steps. NaN where not `tested`; expected > 0 elsewhere.
    """
    score = np.full(observed.shape, np.nan)
    below = tested & (observed < expected)
    above = tested & ~below
    count = np.floor(np.maximum(observed, 0.0))
    size = 1.0 / np.maximum(np.broadcast_to(relative_variance, observed.shape), 1e-6)
    odds = size / (size + expected)
    score[below] = _lower(count[below], size[below], odds[below])
    score[above] = -_upper(count[above], size[above], odds[above])
    return score


def _lower(count: Floats, size: Floats, odds: Floats) -> Floats:
    from scipy.special import betainc, ndtri  # type: ignore[import-untyped, unused-ignore]

    before = np.where(count > 0, betainc(size, np.maximum(count, 1.0), odds), 0.0)
    tail: Floats = (betainc(size, count + 1.0, odds) + before) / 2.0
    score: Floats = ndtri(np.clip(tail, _SMALLEST, 0.5))
    return score


def _upper(count: Floats, size: Floats, odds: Floats) -> Floats:
    from scipy.special import betainc, ndtri  # type: ignore[import-untyped, unused-ignore]

    from_on = np.where(count > 0, betainc(np.maximum(count, 1.0), size, 1.0 - odds), 1.0)
    tail: Floats = (betainc(count + 1.0, size, 1.0 - odds) + from_on) / 2.0
    score: Floats = ndtri(np.clip(tail, _SMALLEST, 0.5))
    return score


def log_none(expected: Floats, relative_variance: Floats) -> Floats:
    """Natural logarithm of the probability of not a single count under the same negative binomial."""
    variance = np.maximum(relative_variance, 1e-6)
    logarithm: Floats = -np.log1p(variance * expected) / variance
    return logarithm


def discoveries(scores: Floats, rate: float) -> Bools:
    """Which two-sided standard scores survive Benjamini and Hochberg's (1995) step-up at `rate`; NaN never does."""
    from scipy.special import ndtr  # type: ignore[import-untyped, unused-ignore]

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
