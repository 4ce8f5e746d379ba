"""What the tests of all metrics share: windows, the account's common movement, and the window that is strongest."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.variance import count_scores
from fbads_pipeline.domain.anomalies.findings import ThresholdShift, What
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.metric_states import Metric
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats

# A median of fewer campaigns is no movement of the account.
_LEAST_CAMPAIGNS = 5
# Windows up to this length tell whether an alert is over.
_RECENT_HOURS = 12.0
# The kinds of anomaly that a score below and one above the usual make.
_KINDS: Mapping[str, tuple[What, What]] = {
    "spend": ("spend_drop", "spend_spike"),
    "ctr": ("ctr_collapse", "ctr_collapse"),
    "conversions": ("cpa_jump", "cpa_jump"),
    "cpm": ("cpm_drop", "cpm_rise"),
    "roas": ("roas_drop", "roas_drop"),
    "link_clicks": ("link_drop", "link_drop"),
    "landing_page_views": ("page_drop", "page_drop"),
}
# What a certain finding counts as.
_CERTAIN_SCORE, _CERTAIN_RATIO = 8.0, 2.0


@dataclass(frozen=True)
class Evidence:
    """One metric at one reading; arrays over all campaigns (n,), NaN where nothing could be tested.

    Attributes
    ----------
    score
        Signed standard score of the strongest window, the account's common movement taken off.
    absolute_score
        The same with that movement left in.
    threshold_ratio
        |score| over the threshold of that window; 1 and more is a finding.
    recent_score
        The largest |score| of the windows up to 12 hours: small once an incident is over.
    hours
        Length of the window.
    observed, expected
        Its sums.
    error
        Standard deviation of log(observed / expected).
    is_certain
        A delivery stop, or a tracking break, beyond chance.
    is_zero
        Not one conversion lately, although some were expected.
    """

    metric: Metric
    score: Floats
    absolute_score: Floats
    threshold_ratio: Floats
    recent_score: Floats
    hours: Floats
    observed: Floats
    expected: Floats
    error: Floats
    is_certain: Bools
    is_zero: Bools


@dataclass(frozen=True)
class WindowScores:
    """The scores of one metric in each window; arrays (windows, n), thresholds also (windows, 1).

    Attributes
    ----------
    absolute, relative
        Standard scores without and with the account's common movement taken off.
    observed, expected, error
        As in `Evidence`.
    scale_slack
        By how much the account's score scale may exceed one before scores are divided by the rest of it; none: they are
        divided by the scale as it is.
    """

    metric: Metric
    hours: tuple[float, ...]
    thresholds: Floats
    absolute: Floats
    relative: Floats
    observed: Floats
    expected: Floats
    error: Floats
    scale_slack: float | None = None


def common_movement(log_ratio: Floats, use: Bools) -> Floats:
    """Return the movement that the account's campaigns share, per window.

    Parameters
    ----------
    log_ratio
        log(observed / expected) (windows, n); NaN is left out.
    use
        Campaigns that count (n,).

    Returns
    -------
    ndarray of shape (windows, 1)
        Median over campaigns times (k - 5) / (k + 5) for k campaigns: the fewer, the less; 0 for five or fewer.

    Examples
    --------
    >>> common_movement(np.full((1, 15), -0.4), np.ones(15, dtype=bool))
    array([[-0.2]])
    """
    shared = np.zeros((log_ratio.shape[0], 1))
    if np.count_nonzero(use) <= _LEAST_CAMPAIGNS:
        return shared
    for window in range(log_ratio.shape[0]):
        there = log_ratio[window][use & np.isfinite(log_ratio[window])]
        if there.size > _LEAST_CAMPAIGNS:
            shared[window, 0] = (
                float(np.median(there)) * (there.size - _LEAST_CAMPAIGNS) / (there.size + _LEAST_CAMPAIGNS)
            )
    return shared


def strongest_window(state: DetectorState, seen: WindowScores, certain: Bools | None = None) -> Evidence:
    """Return the evidence of each campaign's window that is farthest beyond its threshold.

    Parameters
    ----------
    seen
        Scores of every window.
    certain
        Windows that are findings beyond chance (windows, n).

    Notes
    -----
    A score is the smaller of its absolute and its relative value where both have one sign, else zero, divided by the
    account's score scale (less the slack that its metric has). After an alert has closed only windows that began since
    then count.
    """
    metric = state.of(seen.metric)
    since_closed = (state.minute - metric.alerts.closed_at) / 60.0
    fresh = np.array(seen.hours)[:, None] <= since_closed
    absolute, relative = np.where(fresh, seen.absolute, np.nan), np.where(fresh, seen.relative, np.nan)
    smaller = np.minimum(np.abs(absolute), np.abs(relative))
    agreed = np.where(np.sign(absolute) == np.sign(relative), np.sign(absolute) * smaller, 0.0)
    count_scores(state, metric, seen.relative)
    below, above = metric.score_scale[:, :, None]
    scale = np.where(relative < 0, below, above)
    if seen.scale_slack is not None:
        scale = np.maximum(scale / seen.scale_slack, 1.0)
    score = np.where(np.isnan(absolute), np.nan, agreed / scale)
    ratio = np.abs(score) / seen.thresholds
    certain = np.zeros(absolute.shape, dtype=np.bool_) if certain is None else certain
    best = np.argmax(np.where(certain, np.inf, np.nan_to_num(ratio)), axis=0)
    column = np.arange(state.n)
    tested, is_certain = np.isfinite(score).any(axis=0), certain[best, column]
    recent = np.array(seen.hours) <= max(_RECENT_HOURS, seen.hours[0])
    recent_score = np.where(np.isnan(score), -1.0, np.abs(score))[recent].max(axis=0)
    chosen = np.where(tested, score[best, column], np.nan)
    return Evidence(
        seen.metric,
        score=np.where(is_certain, np.minimum(np.nan_to_num(chosen), -_CERTAIN_SCORE), chosen),
        absolute_score=np.where(tested, absolute[best, column] / scale[best, column], np.nan),
        threshold_ratio=np.where(is_certain, _CERTAIN_RATIO, np.where(tested, ratio[best, column], np.nan)),
        recent_score=np.where(is_certain, _CERTAIN_SCORE, np.where(recent_score < 0, np.nan, recent_score)),
        hours=np.array(seen.hours)[best],
        observed=seen.observed[best, column],
        expected=seen.expected[best, column],
        error=seen.error[best, column],
        is_certain=is_certain,
        is_zero=np.zeros(state.n, dtype=np.bool_),
    )


def as_column(thresholds: tuple[float, ...]) -> Floats:
    """Thresholds per window as (windows, 1)."""
    return np.array(thresholds)[:, None]


def shifted_ratio(
    metric: str, score: Floats, ratio: Floats, is_certain: Bools, shifts: Mapping[str, ThresholdShift]
) -> Floats:
    """Return |score| over its threshold, once people's marks have moved the threshold.

    Parameters
    ----------
    score, ratio, is_certain
        As in `Evidence` (n,); what is certain has no threshold in standard scores and stays as it is.
    shifts
        Kind of anomaly → what is added to its thresholds.

    Examples
    --------
    >>> score, ratio, never = np.array([-4.4, 5.0]), np.array([1.0, 1.0]), np.zeros(2, dtype=bool)
    >>> shifted_ratio("spend", score, ratio, never, {"spend_drop": ThresholdShift(0.4, 12)}).round(3)
    array([0.917, 1.   ])
    """
    below, above = (shifts[kind].shift if kind in shifts else 0.0 for kind in _KINDS[metric])
    if not below and not above:
        return ratio
    size = np.abs(score)
    shift = np.where(np.nan_to_num(score) < 0, below, above)
    moved: Floats = ratio * size / np.maximum(size + shift * ratio, 1e-9)
    return np.where(is_certain, ratio, moved)
