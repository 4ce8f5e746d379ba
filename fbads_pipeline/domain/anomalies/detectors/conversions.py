"""Conversions and CPA: conversions reported so far against those expected of the clicks, and breaks of the tracking."""

from dataclasses import replace

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.baseline import BaselineWindow
from fbads_pipeline.domain.anomalies.detectors.tails import count_score, log_probability_of_zero
from fbads_pipeline.domain.anomalies.detectors.variance import relative_variance
from fbads_pipeline.domain.anomalies.detectors.windows import (
    Evidence,
    WindowScores,
    as_column,
    common_movement,
    strongest_window,
)
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.goals import summed_by_goal
from fbads_pipeline.domain.anomalies.state.history import RingChannel, row_of
from fbads_pipeline.domain.anomalies.state.maturity import age_index, fitted_curve, maturity_at
from fbads_pipeline.domain.anomalies.state.readings import CLICKS, Bools, Floats, Ints

# Conversions that the account's rate counts as beside a campaign's own.
_PRIOR_CONVERSIONS = 4.0
_VARIANCE_FLOOR, _MOST_VARIANCE = 0.2, 1.0
# A day's error teaches the variance from this hour on, clipped, and weighed by expected / (expected + 5).
_LEARN_FROM_HOUR, _ERROR_RANGE, _HALF_WEIGHT = 18, (-1.0, 1.5), 5.0
# A tracking break: clicks are at least half the usual ones; what it counts as.
_LEAST_CLICKS_SHARE, _BREAK_SCORE = 0.5, 5.0
# Probability of no conversion above which a break may be over, and below which a fall in CPA is named a break.
_STILL_BROKEN, _NAMED_BREAK = 0.3, 0.02
# The whole account reports nothing: 25 expected, 2 % of them reported, three campaigns with a conversion expected each.
_ACCOUNT_EXPECTED, _ACCOUNT_SHARE, _ACCOUNT_CAMPAIGNS = 25.0, 0.02, 3


def conversion_evidence(state: DetectorState, is_read: Bools) -> Evidence:
    """Return how far each campaign's conversions are from those expected, today to four days back.

    Notes
    -----
    Expected: clicks × rate × maturity of each day. Negative binomial (`tails.count_score`); the days' variances add up
    by the squares of what each was expected to bring, and that of the rate comes on top. Findings need a larger score
    where few are expected. A break of the tracking (`_with_tracking_breaks`) is a finding by itself.
    """
    settings, metric = state.settings, state.conversions
    reported, expected, squares = _cohort_sums(state)
    own = relative_variance(metric, _VARIANCE_FLOOR, settings.conversion_cv)[0]
    day_variance = np.minimum(own, _MOST_VARIANCE)
    tested = is_read & (expected >= settings.least_conversions) & (metric.baseline_days > settings.baseline_days)
    safe = np.where(tested, expected, 1.0)
    rate_variance = 1.0 / (metric.conversions + _PRIOR_CONVERSIONS)
    rate_variance = rate_variance + day_variance / np.maximum(metric.baseline_days, 0.5)
    variance = day_variance * squares / np.maximum(expected, 1e-9) ** 2 + rate_variance
    log = np.where(tested, np.log((reported + 0.5) / (safe + 0.5)), np.nan)
    common = common_movement(log, is_read & ~metric.alerts.is_open)
    absolute = count_score(reported, safe, variance, tested)
    relative = count_score(reported, safe * np.exp(common), variance, tested)
    hours = tuple(24.0 * days for days in settings.conversion_days)
    error = np.sqrt(variance + 1.0 / safe)
    few = settings.few_conversions_z / np.sqrt(np.maximum(expected, 1.0))
    thresholds = np.maximum(as_column(settings.conversions_z) + few, settings.conversions_least_z)
    seen = WindowScores(
        *("conversions", hours, thresholds, absolute, relative, reported, expected, error),
        scale_slack=settings.conversions_scale_slack,
    )
    return _with_tracking_breaks(state, strongest_window(state, seen), is_read, day_variance)


def _cohort_sums(state: DetectorState) -> tuple[Floats, Floats, Floats]:
    """Conversions reported, expected, and the sum of squares of expected over the last 1, 2, … days: (windows, n).

    A day whose conversions were not reported adds to none of them.
    """
    windows, metric, history = state.settings.conversion_days, state.conversions, state.days
    reported, expected, squares = (np.zeros((len(windows), state.n)) for _ in range(3))
    reported_sum, expected_sum, squares_sum = np.zeros(state.n), np.zeros(state.n), np.zeros(state.n)
    usable = np.ones(state.n, dtype=np.bool_)
    for back in range(max(windows)):
        at = row_of(state.today - back)
        if history.ordinal[at] == state.today - back:
            usable &= metric.is_baseline_day[at] | metric.alerts.is_open
            known = usable & np.isfinite(history.conversions[at])
            matured = maturity_at(metric.maturity, history.conversions_read_at[at] / 60.0)
            of_day = history.clicks[at] * matured * metric.rate * known
            reported_sum = reported_sum + np.where(known, history.conversions[at], 0.0)
            expected_sum, squares_sum = expected_sum + of_day, squares_sum + of_day**2
        if back + 1 in windows:
            place = windows.index(back + 1)
            reported[place], expected[place], squares[place] = reported_sum, expected_sum, squares_sum
    return reported, expected, squares


def _with_tracking_breaks(state: DetectorState, evidence: Evidence, is_read: Bools, day_variance: Floats) -> Evidence:
    """Mark campaigns of which not one conversion was reported although people click and chance rules it out.

    day_variance: relative variance of a day (n,). A day is one draw of it: over several days it averages out.
    """
    settings, metric = state.settings, state.conversions
    channels = (
        RingChannel.CONVERSIONS,
        RingChannel.EXPECTED_CONVERSIONS,
        RingChannel.CLICKS,
        RingChannel.EXPECTED_CLICKS,
    )
    reported, expected, clicks, clicks_expected = state.half_hours.sums(settings.tracking_hours, channels)
    hours = np.array(settings.tracking_hours)[:, None]
    variance = day_variance / np.maximum(hours / 24.0, 1.0) + 1.0 / (metric.conversions + _PRIOR_CONVERSIONS)
    usable = is_read & (metric.baseline_days > settings.baseline_days)
    usable = usable & (clicks > _LEAST_CLICKS_SHARE * clicks_expected)
    chance = log_probability_of_zero(expected, variance)
    none = usable & (reported < 1)
    broken = none & (expected >= settings.least_conversions) & (chance < np.log(settings.tracking_probability))
    broken |= none & (expected >= 1.0) & _account_reports_nothing(reported, expected, usable, state.campaigns.goal)
    is_broken = broken.any(axis=0)
    first, column = np.argmax(broken, axis=0), np.arange(state.n)
    goes_on = (none & (chance < np.log(_STILL_BROKEN))).any(axis=0)
    score, absolute = np.nan_to_num(evidence.score), np.nan_to_num(evidence.absolute_score)
    ratio = np.nan_to_num(evidence.threshold_ratio)
    return replace(
        evidence,
        score=np.where(is_broken, np.minimum(score, -_BREAK_SCORE), evidence.score),
        absolute_score=np.where(is_broken, np.minimum(absolute, -_BREAK_SCORE), evidence.absolute_score),
        threshold_ratio=np.where(is_broken, np.maximum(ratio, 1.0), evidence.threshold_ratio),
        recent_score=np.where(is_broken | goes_on, _BREAK_SCORE, evidence.recent_score),
        hours=np.where(is_broken, hours[first, 0], evidence.hours),
        observed=np.where(is_broken, 0.0, evidence.observed),
        expected=np.where(is_broken, expected[first, column], evidence.expected),
        is_certain=is_broken,
        is_zero=(none & (chance < np.log(_NAMED_BREAK))).any(axis=0),
    )


def _account_reports_nothing(reported: Floats, expected: Floats, usable: Bools, goal: Ints) -> Bools:
    """Windows in which all of the account's campaigns with a goal report as good as nothing (windows, n)."""
    total, total_expected = (summed_by_goal(one * usable, goal) for one in (reported, expected))
    nothing: Bools = (total_expected >= _ACCOUNT_EXPECTED) & (total <= _ACCOUNT_SHARE * total_expected)
    nothing &= summed_by_goal(usable.astype(float), goal) >= _ACCOUNT_CAMPAIGNS
    return nothing


def expected_conversions(state: DetectorState, campaigns: Ints, clicks: Floats, before: Floats, now: float) -> Floats:
    """Return the conversions expected to be reported between two readings, of clicks of today.

    Parameters
    ----------
    campaigns, clicks
        Positions and new clicks (rows,).
    before, now
        Minutes since midnight of the reading before (rows,) and of this one.

    Notes
    -----
    ``rate × (clicks now × maturity now − clicks before × maturity before)``, never negative.
    """
    metric, clicks_before = state.conversions, state.open_day.counters[CLICKS, campaigns]
    then = maturity_at(metric.maturity, before / 60.0) * clicks_before
    total = maturity_at(metric.maturity, np.full(before.shape, now) / 60.0) * (clicks_before + clicks)
    expected: Floats = np.maximum(total - then, 0.0) * metric.rate[campaigns]
    return expected


def add_late_conversions(state: DetectorState, rows: Ints, campaigns: Ints, reported: Floats, age: Ints) -> None:
    """Add what older days gained since they were last read, and what was expected: a dead pixel stops these too.

    Parameters
    ----------
    rows, campaigns
        Rows of the history and positions, one per reading of an older day.
    reported, age
        Conversions of the day as they read now, and minutes since its midnight.
    """
    metric, history = state.conversions, state.days
    before, read_at = history.conversions[rows, campaigns], history.conversions_read_at[rows, campaigns]
    matured = maturity_at(metric.maturity, age / 60.0) - maturity_at(metric.maturity, read_at / 60.0)
    expected = np.maximum(matured, 0.0) * history.clicks[rows, campaigns] * metric.rate[campaigns]
    known = (read_at > 0) & np.isfinite(reported - before)
    gained = np.where(known, np.maximum(reported - before, 0.0), 0.0)
    state.half_hours.add(RingChannel.CONVERSIONS, campaigns, gained)
    state.half_hours.add(RingChannel.EXPECTED_CONVERSIONS, campaigns, expected * known)


def add_maturity(
    state: DetectorState, rows: Ints | int, campaigns: Ints, reported: Floats, clicks: Floats, hours: Floats
) -> None:
    """Add days as they read at an age to what the maturity curve is made of; days with an alert are left out.

    Parameters
    ----------
    rows, campaigns
        Rows of the history and positions.
    reported, clicks, hours
        Conversions and clicks of the day so far, and its age in hours.
    """
    metric = state.conversions
    expected = clicks * metric.rate[campaigns]
    use = metric.is_baseline_day[rows, campaigns] & ~metric.alerts.is_open[campaigns] & (expected > 0)
    use &= np.isfinite(reported)
    if use.any():
        ages = age_index(hours[use])
        np.add.at(metric.maturity_sums[0], ages, reported[use])
        np.add.at(metric.maturity_sums[1], ages, expected[use])


def learn_maturity(state: DetectorState, keep: float) -> None:
    """Make the maturity curve anew, then add the closed day's error; older days count `keep` times as much.

    Notes
    -----
    The error is ``(reported / expected − 1)²`` less ``1 / expected``, what counting alone explains.
    """
    metric, history, at = state.conversions, state.days, row_of(state.today)
    metric.maturity_sums *= keep
    metric.maturity = fitted_curve(metric.maturity_sums)
    hours = history.conversions_read_at[at] / 60.0
    expected = history.clicks[at] * metric.rate * maturity_at(metric.maturity, hours)
    use = (expected > 1.0) & metric.is_baseline_day[at] & (hours > _LEARN_FROM_HOUR)
    use &= np.isfinite(history.conversions[at])
    safe = np.where(use, expected, 1.0)
    error = np.clip(np.where(use, history.conversions[at], 0.0) / safe - 1.0, *_ERROR_RANGE) ** 2 - 1.0 / safe
    weight = np.where(use, safe / (safe + _HALF_WEIGHT), 0.0)
    metric.variance_sums[0, 0] += weight * error
    metric.variance_sums[1, 0] += weight


def fit_conversions(state: DetectorState, window: BaselineWindow) -> None:
    """Fit conversions per click by the end of the click's day, shrunk to the account's.

    Notes
    -----
    ``(conversions + 4) / (matured clicks + 4 / rate)`` with the rate of the account's campaigns with the same goal: the
    mean of a Gamma–Poisson posterior whose prior weighs four conversions.
    """
    metric, history, rows = state.conversions, state.days, window.rows
    is_reported = np.isfinite(history.conversions[rows])
    weight = window.lasting_weight * metric.is_baseline_day[rows] * is_reported
    matured = maturity_at(metric.maturity, history.conversions_read_at[rows] / 60.0)
    reported = (weight * np.where(is_reported, history.conversions[rows], 0.0)).sum(axis=0)
    clicks = (weight * history.clicks[rows] * matured).sum(axis=0)
    goal = state.campaigns.goal
    account = summed_by_goal(reported, goal) / np.maximum(summed_by_goal(clicks, goal), 1.0)
    prior = _PRIOR_CONVERSIONS / np.where(account > 0, account, 1.0)
    metric.rate = np.where(account > 0, (reported + _PRIOR_CONVERSIONS) / (clicks + prior), 0.0)
    metric.conversions = reported
    metric.baseline_days = (weight * (history.clicks[rows] > 0)).sum(axis=0)
