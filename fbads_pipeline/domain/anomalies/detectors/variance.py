"""How much a metric varies: a campaign's own variance, shrunk to the account's, and how far scores usually reach."""

import numpy as np

from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HALF_HOURS_A_DAY
from fbads_pipeline.domain.anomalies.state.metric_states import BINS_PER_UNIT, SCORE_BINS, MetricState
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats

# Days of campaigns that the first guess counts as beside the account's own variance.
_PRIOR_ACCOUNT_DAYS = 5.0
# A squared error counts for at most nine variances (three standard deviations): incidents do not teach the variance.
_MOST_VARIANCES = 9.0
# Percentiles that the tail is drawn from, and the multiple of their distance, in units of log(5), to 1 in 15,000.
_HIGH, _HIGHER, _BEYOND = 0.95, 0.99, 5.0
# The same reach of |z| for normal scores: 2.576 + 5 (2.576 - 1.960) / log(5).
_NORMAL_REACH = 4.493
# Scores that the normal distribution counts as before the account's own are known.
_PRIOR_SCORES = 2000.0
_LEAST_SCALE, _LARGEST_SCALE = 0.9, 1.8


def relative_variance(metric: MetricState, floor: float, first: float) -> Floats:
    """Return each campaign's relative variance, shrunk to the account's.

    Parameters
    ----------
    metric
        State with `variance_sums`.
    floor
        Standard deviation that it is never taken as smaller than.
    first
        Standard deviation assumed before anything is known of the account.

    Returns
    -------
    ndarray of shape (variance_windows, n)
        Variances of log(observed / expected).

    Notes
    -----
    A weighted mean of the campaign's squared errors S over W days and the account's variance v0,
    ``(S + d v0) / (W + d)``: the posterior mean of a variance under an inverse-Gamma prior of weight d days
    (`MetricState.prior_days`).
    """
    seen, days = metric.variance_sums
    known = days.sum(axis=1, keepdims=True)
    account = (seen.sum(axis=1, keepdims=True) + _PRIOR_ACCOUNT_DAYS * first**2) / (known + _PRIOR_ACCOUNT_DAYS)
    own: Floats = (seen + metric.prior_days * np.maximum(account, floor**2)) / (days + metric.prior_days)
    return np.maximum(own, floor**2)


def learn_log_errors(
    state: DetectorState, metric: MetricState, log_ratio: Floats, counting: Floats, tested: Bools
) -> None:
    """Add the squared errors of one reading to the variance, less what counting alone explains.

    Parameters
    ----------
    log_ratio, counting, tested
        log(observed / expected), the variance of counting, and where both are known: (windows, n).
    """
    use = tested & state.is_learnable(metric)
    cap = _MOST_VARIANCES * relative_variance(metric, 0.1, 0.3)
    seen = np.minimum(np.where(use, log_ratio, 0.0) ** 2, cap) - counting
    metric.variance_sums[0] += np.where(use, seen, 0.0) / HALF_HOURS_A_DAY
    metric.variance_sums[1] += use / HALF_HOURS_A_DAY


def learn_count_errors(
    state: DetectorState, metric: MetricState, counts: Floats, expected: Floats, tested: Bools
) -> None:
    """Add the squared relative errors of counts, each weighted by what it was expected to be.

    Parameters
    ----------
    counts, expected, tested
        Observed and expected counts, and where they were tested: (windows, n).
    """
    use = tested & state.is_learnable(metric)
    safe = np.where(use, expected, 1.0)
    cap = _MOST_VARIANCES * (relative_variance(metric, 0.1, 0.2) + 1.0 / safe)
    seen = np.minimum((counts / safe - 1.0) ** 2, cap) - 1.0 / safe
    weight = np.where(use, safe / (safe + 50.0), 0.0) / HALF_HOURS_A_DAY
    metric.variance_sums[0] += weight * seen
    metric.variance_sums[1] += weight


def count_scores(state: DetectorState, metric: MetricState, scores: Floats) -> None:
    """Add one reading's scores (windows, n) to the histogram of |score|, below and above apart."""
    use = np.isfinite(scores) & state.is_learnable(metric)
    known = np.where(use, scores, 0.0)
    bins = np.minimum(np.abs(known) * BINS_PER_UNIT, SCORE_BINS - 1).astype(np.int64)
    windows = bins.shape[0]
    flat = ((known >= 0) * windows + np.arange(windows)[:, None]) * SCORE_BINS + bins
    counts = np.bincount(flat[use], minlength=2 * windows * SCORE_BINS)
    metric.score_counts += counts.reshape(2, windows, SCORE_BINS)


def forget(metric: MetricState, keep: float) -> None:
    """Let a day pass: what was learned before it counts `keep` times as much, and the score scale is made anew."""
    metric.variance_sums *= keep
    metric.score_counts *= keep
    metric.score_scale = score_scale(metric.score_counts)


def score_scale(counts: Floats) -> Floats:
    """Return how much farther than normal ones an account's scores reach.

    Parameters
    ----------
    counts
        Histogram of |score| in bins of a tenth, in the last axis (..., bins).

    Returns
    -------
    ndarray of shape (...,)
        Factor between 0.9 and 1.8 that scores are divided by; 1 without any scores.

    Notes
    -----
    The reach is the 99th percentile plus 5 / log(5) times its distance to the 95th: an exponential tail drawn on to one
    score in 15,000. That is far enough out to tell heavy tails, and not yet made of the incidents themselves. It is
    compared with a normal score's reach and keeps one set of thresholds honest for all accounts.

    Examples
    --------
    >>> float(score_scale(np.zeros(SCORE_BINS)))
    1.0
    """
    total = counts.sum(axis=-1)
    high, higher = _percentile(counts, total, _HIGH), _percentile(counts, total, _HIGHER)
    reach = higher + _BEYOND * (higher - high) / np.log((1.0 - _HIGH) / (1.0 - _HIGHER))
    scale = (total * reach / _NORMAL_REACH + _PRIOR_SCORES) / (total + _PRIOR_SCORES)
    within: Floats = np.clip(scale, _LEAST_SCALE, _LARGEST_SCALE)
    return within


def _percentile(counts: Floats, total: Floats, share: float) -> Floats:
    """Score below which that share of the counts lies, within its bin as if they were spread evenly."""
    running, wanted = counts.cumsum(axis=-1), (share * np.maximum(total, 1.0))[..., None]
    at = np.argmax(running >= wanted, axis=-1)[..., None]
    inside = np.take_along_axis(counts, at, axis=-1)
    before = np.take_along_axis(running, at, axis=-1) - inside
    score: Floats = (at + (wanted - before) / np.maximum(inside, 1.0))[..., 0] / BINS_PER_UNIT
    return score
