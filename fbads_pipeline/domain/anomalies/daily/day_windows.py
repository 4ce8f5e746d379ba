"""What the tests of all metrics share: sums over the days of a window, and the window that is strongest."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.tails import count_score
from fbads_pipeline.domain.anomalies.detectors.windows import common_movement
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

DayMetric = Literal["spend", "ctr", "conversions", "cpm", "roas", "link_clicks", "landing_page_views"]
# Days of a window vary together: its variance falls with its length to this power.
AVERAGING = 0.7
# A certain finding counts as this score and this multiple of its threshold.
_CERTAIN_SCORE, _CERTAIN_RATIO = 8.0, 2.0
# A window begins on its first day that departs by at least this share of the whole window's departure.
_BEGUN = 0.6


@dataclass(frozen=True)
class DayEvidence:
    """One metric on one day; arrays over campaigns (n,), NaN where nothing could be tested.

    Attributes
    ----------
    score, absolute_score
        Signed standard score of the strongest window, without and with the account's common movement.
    threshold_ratio
        |score| over the window's threshold; 1 and more is a finding.
    day_score, absolute_day_score, day_observed, day_expected
        Of the day alone.
    days, begun
        Length of the window, and days from its first departing day to the day that is assessed.
    observed, expected, error
        Sums of the window, and the standard deviation of the log of their ratio.
    is_certain
        A stop of delivery, or of all conversions, beyond chance.
    is_account_wide
        The account as a whole shows it.
    """

    metric: DayMetric
    score: Floats
    absolute_score: Floats
    threshold_ratio: Floats
    day_score: Floats
    absolute_day_score: Floats
    day_observed: Floats
    day_expected: Floats
    days: Floats
    begun: Floats
    observed: Floats
    expected: Floats
    error: Floats
    is_certain: Bools
    is_account_wide: Bools

    @property
    def day_share(self) -> Floats:
        """Observed over expected of the day alone, NaN where nothing was expected."""
        share: Floats = self.day_observed / np.where(self.day_expected > 0, self.day_expected, np.nan)
        return share

    def account_wide(self) -> "DayEvidence":
        """The day alone, with the account's common movement left in."""
        return replace(
            self,
            score=self.absolute_day_score,
            absolute_score=self.absolute_day_score,
            days=np.ones(self.days.size),
            begun=np.zeros(self.days.size),
            observed=self.day_observed,
            expected=self.day_expected,
            is_account_wide=np.ones(self.days.size, dtype=np.bool_),
        )


@dataclass(frozen=True)
class DayTests:
    """Tests of one metric, per window (windows, n).

    Attributes
    ----------
    thresholds
        (windows, 1) or (windows, n).
    daily_observed, daily_expected
        Per day of the longest window, oldest first (days, n).
    certain
        Windows that are findings beyond chance.
    """

    metric: DayMetric
    windows: tuple[int, ...]
    thresholds: Floats
    daily_observed: Floats
    daily_expected: Floats
    observed: Floats
    expected: Floats
    absolute: Floats
    relative: Floats
    error: Floats
    certain: Bools | None = None


def window_sums(daily: Floats, windows: tuple[int, ...]) -> Floats:
    """Sums over the last days (windows, n) of values per day, oldest first (days, n): NaN where a day is not known.

    Examples
    --------
    >>> window_sums(np.array([[np.nan, 1.0], [2.0, 2.0], [3.0, 3.0]]), (1, 2, 3))
    array([[ 3.,  3.],
           [ 5.,  5.],
           [nan,  6.]])
    """
    sums: Floats = np.array([daily[-days:].sum(axis=0) for days in windows])
    return sums


def log_scores(log: Floats, error: Floats, use: Bools, scale: float) -> tuple[Floats, Floats]:
    """Scores of logarithms (windows, n): as they are, and with the account's common movement taken off.

    use: campaigns that the movement is taken from (n,); scale: what scores are divided by.
    """
    common = common_movement(log, use)
    return log / error / scale, (log - common) / error / scale


def count_scores(
    observed: Floats, expected: Floats, variance: Floats, tested: Bools, use: Bools
) -> tuple[Floats, Floats]:
    """The same of counts (windows, n), against a negative binomial distribution of that relative variance."""
    safe = np.where(tested, expected, 1.0)
    counts = np.where(tested, observed, 0.0)
    log = np.where(tested, np.log((counts + 0.5) / (safe + 0.5)), np.nan)
    common = common_movement(log, use)
    absolute = count_score(counts, safe, variance, tested)
    return absolute, count_score(counts, safe * np.exp(common), variance, tested)


def strongest(tests: DayTests) -> DayEvidence:
    """The evidence of each campaign's window that is farthest beyond its threshold.

    A score is the smaller of the absolute and the relative one where both have one sign, else zero.
    """
    smaller = np.minimum(np.abs(tests.absolute), np.abs(tests.relative))
    same = np.sign(tests.absolute) == np.sign(tests.relative)
    score = np.where(np.isnan(tests.absolute), np.nan, np.where(same, np.sign(tests.absolute) * smaller, 0.0))
    ratio = np.abs(score) / tests.thresholds
    certain = np.zeros(score.shape, dtype=np.bool_) if tests.certain is None else tests.certain
    best = np.argmax(np.where(certain, np.inf, np.nan_to_num(ratio)), axis=0)
    column = np.arange(score.shape[1])
    is_certain = certain[best, column]
    chosen = score[best, column]
    days = np.array(tests.windows, dtype=float)[best]
    return DayEvidence(
        tests.metric,
        score=np.where(is_certain, np.minimum(np.nan_to_num(chosen), -_CERTAIN_SCORE), chosen),
        absolute_score=tests.absolute[best, column],
        threshold_ratio=np.where(is_certain, _CERTAIN_RATIO, ratio[best, column]),
        day_score=score[0],
        absolute_day_score=tests.absolute[0],
        day_observed=tests.daily_observed[-1],
        day_expected=tests.daily_expected[-1],
        days=days,
        begun=_begun(tests, best, days),
        observed=tests.observed[best, column],
        expected=tests.expected[best, column],
        error=tests.error[best, column],
        is_certain=is_certain,
        is_account_wide=np.zeros(score.shape[1], dtype=np.bool_),
    )


def _begun(tests: DayTests, best: Ints, days: Floats) -> Floats:
    """Days before the last one on which the window's departure began (n,)."""
    column = np.arange(days.size)
    whole = tests.observed[best, column] - tests.expected[best, column]
    share = np.abs(whole) / np.maximum(np.maximum(tests.expected[best, column], tests.observed[best, column]), 1e-9)
    begun, goes_back = np.zeros(days.size), np.ones(days.size, dtype=np.bool_)
    for back in range(1, int(max(tests.windows))):
        away = tests.daily_observed[-1 - back] - tests.daily_expected[-1 - back]
        most = np.maximum(np.maximum(tests.daily_expected[-1 - back], tests.daily_observed[-1 - back]), 1e-9)
        goes_back &= (np.sign(away) == np.sign(whole)) & (np.abs(away) / most >= _BEGUN * share) & (days > back)
        begun = np.where(goes_back, float(back), begun)
    return begun
