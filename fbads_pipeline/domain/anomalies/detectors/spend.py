"""Spend and delivery: what was spent against the usual ratio to the budget × the present budget × the time of day."""

from dataclasses import replace

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.baseline import (
    LEARNING_WEIGHT,
    BaselineWindow,
    weighted_mean,
    winsorised,
)
from fbads_pipeline.domain.anomalies.detectors.rhythm import is_weekend, usual_pauses
from fbads_pipeline.domain.anomalies.detectors.spikes import (
    is_rise_of_half_hours,
    spike_scores,
    spike_thresholds,
    take_half_hour,
)
from fbads_pipeline.domain.anomalies.detectors.tails import log_probability_of_zero
from fbads_pipeline.domain.anomalies.detectors.variance import learn_log_errors, relative_variance
from fbads_pipeline.domain.anomalies.detectors.windows import (
    Evidence,
    WindowScores,
    common_movement,
    strongest_window,
)
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HALF_HOURS_A_DAY, RingChannel, row_of
from fbads_pipeline.domain.anomalies.state.metric_states import SpendState
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Bools, Floats, Ints

_FIRST_DEVIATION = 0.3
# Days of a baseline on which a stop may already be reported.
_STOP_BASELINE_DAYS = 0.9
# A stop's variance is never taken as smaller: a campaign's worst hours are not normal ones.
_STOP_VARIANCE = 0.15
_STOP_READINGS = 3
# From this share of the day's usual spend (or budget) on, no more spend is no incident.
_USED_UP = 0.97
# At least so many hours of the day before a window tell something about the day; which window is three hours long.
_HOURS_BEFORE = 2.0
_THREE_HOURS = 1
# Doubt after a budget edit: half of its log, over the days since.
_EDIT_DOUBT, _EDIT_SETTLED_DAYS = 0.5, 3
_LARGEST_LOG = 50
# Learning: days before the last edit, the least coverage of a day that teaches, and what a day's profile weighs.
_BEFORE_EDIT_WEIGHT = 0.15
_LEAST_COVERAGE, _PROFILE_COVERAGE = 0.3, 0.85
_PRIOR_IMPRESSIONS = 2000.0
# A half hour rests where it was idle on so many telling days, and on this share of them; a day is telling where so many
# impressions were expected of it. The profile of no half hour is quite zero, so that what is spent there is seen.
_RESTING_DAYS, _RESTING_SHARE, _TELLING_IMPRESSIONS, _LEAST_SHARE = 2.5, 0.8, 5.0, 1e-7
# Yesterday's error is carried on by at most so much of it, and to at most half a log.
_MOST_AUTOCORRELATION, _LARGEST_ERROR, _AUTOCORRELATION_DAYS = 0.7, 0.5, 14.0
_PRIOR_WEEKDAYS = 1.5
_WEEKDAY_ROUNDS = 2


def spend_evidence(state: DetectorState, is_read: Bools) -> Evidence:
    """Return how far each campaign's spend is from what was expected.

    Parameters
    ----------
    is_read
        Campaigns with a row of today (n,).

    Notes
    -----
    The log of spend over expected spend, less what the day's earlier hours foretold (`movement_of_the_day`). Its
    variance: the campaign's own, that of counting impressions (larger downwards, as Poisson's is), that of the level,
    and a doubt after a budget edit. A rise must be one of most of its half hours (`is_rise_of_half_hours`). A stop is
    no impression in three readings or more although many were expected.
    """
    settings, metric = state.settings, state.spend
    channels = (
        *(RingChannel.SPEND, RingChannel.EXPECTED_SPEND, RingChannel.IMPRESSIONS, RingChannel.EXPECTED_IMPRESSIONS),
        RingChannel.READINGS,
    )
    spend, expected, shown, shown_expected, readings = state.half_hours.sums(settings.spend_hours, channels)
    has_volume = is_read & (shown_expected >= settings.least_impressions) & (expected > 0)
    # A stop is reported on less than a whole baseline; so must its end be.
    has_stopped = metric.alerts.is_open & metric.alerts.is_certain
    # Just after a rest a long window holds a single half hour, and varies as much.
    has_volume &= (readings >= _STOP_READINGS) | ~metric.has_rests
    tested = has_volume & ((metric.baseline_days > settings.baseline_days) | has_stopped)
    log = np.where(tested, _log_ratio(state, spend, expected, tested), np.nan)
    own = relative_variance(metric, settings.spend_floor, _FIRST_DEVIATION)
    counting = 1.0 / np.maximum(shown_expected, 1.0)
    log = log - movement_of_the_day(state, own)
    days_known = np.maximum(metric.baseline_days, 0.5)
    since_edit = (state.minute - state.campaigns.edited_at) / MINUTES_A_DAY
    doubt = (_EDIT_DOUBT * state.campaigns.edit_ratio / (1.0 + np.maximum(since_edit - 1.0, 0.0))) ** 2
    level = own[-1] / days_known + doubt
    error = np.sqrt(own + counting * _skewness(log) + level)
    common = common_movement(log, is_read & ~metric.alerts.is_open & (since_edit > _EDIT_SETTLED_DAYS))
    learn_log_errors(state, metric, log - common, counting, tested)
    stopped = _is_stopped(state, shown, shown_expected, readings, own) & has_volume
    stopped &= metric.baseline_days > _STOP_BASELINE_DAYS
    thresholds = np.where(log < common, *np.array([settings.spend_low_z, settings.spend_high_z])[:, :, None])
    if is_weekend(state.today):
        # Those of spikes stay: they compare with the same day's own hours.
        thresholds = thresholds * settings.weekend_factor
    seen = WindowScores(
        "spend", settings.spend_hours, thresholds, log / error, (log - common) / error, spend, expected, error
    )
    return _without_used_up(state, strongest_window(state, *_with_spikes(state, seen, stopped, level, is_read)))


def _with_spikes(
    state: DetectorState, seen: WindowScores, stopped: Bools, level_variance: Floats, is_read: Bools
) -> tuple[WindowScores, Bools]:
    """The windows of sums and after them those of means of half hours, which see rises alone; stops likewise."""
    take_half_hour(state, is_read)
    settings = state.settings
    common = (seen.absolute - seen.relative) * seen.error
    own = np.log(np.maximum(seen.observed, 1e-9) / np.maximum(seen.expected, 1e-9)) - common
    alone = (seen.relative > 0) & ~is_rise_of_half_hours(state, seen.hours, own)
    tested = is_read & (state.spend.baseline_days > settings.baseline_days)
    spikes = spike_scores(state, level_variance, tested)
    spend, expected = state.half_hours.sums(settings.spike_hours, (RingChannel.SPEND, RingChannel.EXPECTED_SPEND))
    expected = expected * np.exp(np.nan_to_num(spikes.foretold))  # as the scores have it
    thresholds = spike_thresholds(state, spikes.score, level_variance)
    both = WindowScores(
        seen.metric,
        seen.hours + settings.spike_hours,
        np.vstack([np.where(alone, np.inf, seen.thresholds), thresholds]),
        np.vstack([seen.absolute, np.maximum(spikes.score, 0.0)]),
        np.vstack([seen.relative, spikes.score]),
        np.vstack([seen.observed, spend]),
        np.vstack([seen.expected, expected]),
        np.vstack([seen.error, spikes.error]),
    )
    return both, np.vstack([stopped, np.zeros(spend.shape, dtype=np.bool_)])


def _log_ratio(state: DetectorState, spend: Floats, expected: Floats, tested: Bools) -> Floats:
    """log(spend / expected), both with the money of two impressions added, so that nothing spent has a logarithm."""
    little = 2.0 * np.maximum(state.cpm.level, 1e-12)
    log: Floats = np.log((spend + little) / (np.where(tested, expected, 1.0) + little))
    return log


def _skewness(log: Floats) -> Floats:
    """How much farther the logarithm of a small count falls than it rises: about that of Poisson's deviance."""
    factor: Floats = np.clip(np.exp(-0.6 * np.nan_to_num(log)), 1.0, 10.0)
    return factor


def movement_of_the_day(state: DetectorState, own: Floats) -> Floats:
    """Return what the day's hours before each window foretell of it.

    Parameters
    ----------
    own
        Relative variances (windows, n).

    Returns
    -------
    ndarray of shape (windows, n)
        To take off the log of each window; 0 for windows that reach beyond midnight.

    Notes
    -----
    A good or bad day is good or bad from midnight on, so most of the day's own variation cancels where a window lies
    within the day. This is the best linear prediction: the log of the hours before, weighted by
    ``day / (day + hourly / hours + counting)`` with the variances of the day, of an hour and of counting, and clipped
    to two deviations of the day, so that a stop in the morning makes no spike of the afternoon.
    """
    hours = state.settings.spend_hours
    since_midnight = min((state.half_hours.slot - state.today * HALF_HOURS_A_DAY) / 2.0, 24.0)
    inside = [place for place, window in enumerate(hours) if window + _HOURS_BEFORE <= since_midnight]
    moved = np.zeros(own.shape)
    if not inside:
        return moved
    channels = (RingChannel.SPEND, RingChannel.EXPECTED_SPEND, RingChannel.EXPECTED_IMPRESSIONS)
    whole = state.half_hours.sums((since_midnight,), channels)
    spend, expected, shown = whole - state.half_hours.sums(tuple(hours[place] for place in inside), channels)
    has_volume = (shown >= state.settings.least_impressions) & (expected > 0)
    log = np.where(has_volume, _log_ratio(state, spend, expected, has_volume), 0.0)
    day = own[-1]
    hourly = np.maximum(own[_THREE_HOURS] - day, 0.0) * hours[_THREE_HOURS]
    before = since_midnight - np.array([hours[place] for place in inside])[:, None]
    weight = day / (day + hourly / before + 1.0 / np.maximum(shown, 1.0))
    reach = 2.0 * np.sqrt(day)
    moved[inside] = weight * np.clip(log, -reach, reach)
    return moved


def _is_stopped(state: DetectorState, shown: Floats, expected: Floats, readings: Floats, own: Floats) -> Bools:
    """Nothing at all in three readings or more although so much was expected that chance is out of the question."""
    chance = log_probability_of_zero(expected, np.maximum(own, _STOP_VARIANCE))
    none: Bools = (shown < 1) & (readings >= _STOP_READINGS) & (chance < np.log(state.settings.stop_probability))
    return none


def _without_used_up(state: DetectorState, evidence: Evidence) -> Evidence:
    """Without falls of campaigns whose day's money is spent."""
    budget = np.where(state.campaigns.budget > 0, state.campaigns.budget, np.inf)
    spent = state.days.spend[row_of(state.today)]
    quiet = (spent >= _USED_UP * np.minimum(_usual_day(state), budget)) & (evidence.score < 0)
    return replace(
        evidence,
        score=np.where(quiet, 0.0, evidence.score),
        absolute_score=np.where(quiet, 0.0, evidence.absolute_score),
        threshold_ratio=np.where(quiet, 0.0, evidence.threshold_ratio),
        is_certain=evidence.is_certain & ~quiet,
    )


def _usual_day(state: DetectorState) -> Floats:
    """What a whole day like today usually spends."""
    log = state.spend.level + state.spend.weekday[state.today % 7]
    usual: Floats = np.exp(np.clip(log, -_LARGEST_LOG, _LARGEST_LOG))
    return usual * np.where(state.campaigns.budget > 0, state.campaigns.budget, 1.0)


def expected_spend(state: DetectorState, campaigns: Ints, budget_share: Floats) -> Floats:
    """Return the spend expected of campaigns in a part of today.

    Parameters
    ----------
    campaigns
        Positions (rows,).
    budget_share
        Daily budget (1 without one) times the part's share of the day's delivery (rows,).

    Returns
    -------
    ndarray of shape (rows,)
        In the account's currency; 0 for campaigns that are paused, usually rest on such a day, or have no baseline.
    """
    metric = state.spend
    log = metric.level[campaigns] + metric.weekday[state.today % 7, campaigns]
    delivers = (metric.baseline_days[campaigns] > 0) & state.campaigns.is_active[campaigns]
    delivers &= ~metric.is_pause[campaigns]
    expected: Floats = np.exp(np.clip(log, -_LARGEST_LOG, _LARGEST_LOG)) * budget_share * delivers
    return expected


def delivered_share(state: DetectorState, campaigns: Ints, minute: Floats) -> Floats:
    """Return the share of the day's usual delivery up to a minute of the day, (rows,)."""
    slot = np.minimum((minute // 30).astype(np.int64), HALF_HOURS_A_DAY - 1)
    part = minute / 30.0 - slot
    share: Floats = state.spend.cumulative[slot, campaigns] + part * state.spend.profile[slot, campaigns]
    return share


def learn_profile(state: DetectorState, keep: float) -> None:
    """Add the closed day's shares per half hour to the campaigns' profiles; older days count `keep` times as much.

    Notes
    -----
    A day weighs impressions / (impressions + 2,000). Campaign profiles are shrunk to the account's by
    `settings.profile_shrinkage` days, but for the half hours in which a campaign usually rests (`_rests`).
    """
    metric, at = state.spend, row_of(state.today)
    by_slot = state.open_day.spend_by_slot
    total = by_slot.sum(axis=0)
    use = (state.days.coverage[at] > _PROFILE_COVERAGE) & (total > 0) & metric.is_baseline_day[at]
    shown = state.days.impressions[at]
    weight = np.where(use, shown / (shown + _PRIOR_IMPRESSIONS), 0.0)
    metric.profile_sum *= keep
    metric.profile_weight *= keep
    metric.profile_sum += weight * by_slot / np.where(total > 0, total, 1.0)
    metric.profile_weight += weight
    _learn_rests(state, by_slot, shown, use, keep)
    known = metric.profile_weight.sum()
    if known > 0:
        account = (metric.profile_sum.sum(axis=1) + 1.0 / HALF_HOURS_A_DAY) / (known + 1.0)
        metric.account_profile = account / account.sum()
        shrink = state.settings.profile_shrinkage
        own = metric.profile_sum + shrink * metric.account_profile[:, None] * ~_rests(metric) + _LEAST_SHARE
        metric.profile = own / own.sum(axis=0)
        metric.cumulative = np.vstack([np.zeros(state.n), metric.profile.cumsum(axis=0)])


def _learn_rests(state: DetectorState, by_slot: Floats, shown: Floats, use: Bools, keep: float) -> None:
    """Add the closed day's half hours without spend, where so much was expected that none is no chance."""
    metric = state.spend
    is_telling = use & (metric.account_profile[:, None] * shown >= _TELLING_IMPRESSIONS)
    metric.slots_idle = metric.slots_idle * keep + (is_telling & (by_slot <= 0))
    metric.slots_seen = metric.slots_seen * keep + is_telling


def _rests(metric: SpendState) -> Bools:
    """Half hours of the day in which a campaign usually spends nothing (48, n)."""
    rests: Bools = (metric.slots_idle >= _RESTING_DAYS) & (metric.slots_idle >= _RESTING_SHARE * metric.slots_seen)
    return rests


def _usually_rests(state: DetectorState, window: BaselineWindow, day: int) -> Bools:
    """Campaigns that do not usually deliver on such a day (n,)."""
    there = state.days.ordinal[window.rows] == window.days
    is_whole = there[:, None] & (state.days.coverage[window.rows] > _PROFILE_COVERAGE)
    shown = np.where(is_whole, state.days.impressions[window.rows], np.nan)
    return usual_pauses(shown, window.days, day)


def fit_spend(state: DetectorState, window: BaselineWindow) -> None:
    """Fit level and weekdays of log(spend per unit of budget), and carry on a part of yesterday's error.

    Notes
    -----
    Weighted least squares by backfitting (two rounds). Days before the last budget edit count 0.15 of their weight.
    The errors' lag-one autocorrelation, pooled over the account, says how much of yesterday's error is added to the
    level.
    """
    metric, days, rows = state.spend, window.days, window.rows
    spend, budget = state.days.spend[rows], state.days.budget[rows]
    coverage = state.days.coverage[rows]
    use = (coverage > _LEAST_COVERAGE) & (spend > 0) & (budget > 0) & metric.is_baseline_day[rows]
    logs = np.where(use, np.log(np.where(use, spend, 1.0) / np.where(use, budget, 1.0)), 0.0)
    before_edit = (days[:, None] + 1) * MINUTES_A_DAY <= state.campaigns.edited_at + MINUTES_A_DAY
    weight = window.weight * use * np.sqrt(coverage.clip(0, 1)) * np.where(before_edit, _BEFORE_EDIT_WEIGHT, 1.0)
    logs = winsorised(logs, use)
    weekday = np.zeros((7, state.n))
    for _ in range(_WEEKDAY_ROUNDS):
        level = weighted_mean(logs - weekday[days % 7], weight)
        weekday = _weekday_offsets(state, np.where(use, logs - level, 0.0), weight, days)
    metric.is_pause = _usually_rests(state, window, state.today)
    metric.has_rests = metric.is_pause | _usually_rests(state, window, state.today - 1) | _rests(metric).any(axis=0)
    seen = days[state.days.coverage[rows].max(axis=1, initial=0.0) > _LEAST_COVERAGE]
    metric.is_first_weekend = bool(is_weekend(state.today)) and not is_weekend(seen[seen < state.today - 1]).any()
    known = weight.sum(axis=0)
    # A first day counts as one, although each day of a first week weighs little.
    metric.weekday, metric.baseline_days = weekday, np.maximum(known, np.minimum(known / LEARNING_WEIGHT, 1.0))
    error = np.where(use, logs - level - weekday[days % 7], 0.0)
    both = use[1:] & use[:-1]
    carried = (error[1:] * error[:-1] * both).sum() / max((error[1:] ** 2 * both).sum(), 1e-9)
    carried = float(np.clip(carried, 0.0, _MOST_AUTOCORRELATION)) * min(1.0, state.closed_days / _AUTOCORRELATION_DAYS)
    metric.level = level + carried * np.clip(error[0], -_LARGEST_ERROR, _LARGEST_ERROR)


def _weekday_offsets(state: DetectorState, rest: Floats, weight: Floats, days: Ints) -> Floats:
    """Offsets (7, n): the account's per weekday, shrunk to its weekday or weekend mean, plus each campaign's weekend.

    rest: log residuals (days, n). Rows are ``ordinal % 7``: 0 is Sunday, 6 Saturday.
    """
    settings = state.settings
    daily = (rest * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-12)
    counted = (weight.sum(axis=1) > 0).astype(float)
    weekend = ((days - 1) % 7 >= 5).astype(bool)
    account = np.zeros(7)
    for group in (False, True):
        inside = counted * (weekend == group)
        common = (daily * inside).sum() / (inside.sum() + settings.weekday_shrinkage)
        for weekday in range(7):
            if (((weekday - 1) % 7) >= 5) != group:
                continue
            same = counted * (days % 7 == weekday)
            account[weekday] = (((daily - common) * same).sum()) / (same.sum() + _PRIOR_WEEKDAYS) + common
    left = (rest - account[days % 7][:, None]) * weight
    own_weight = np.where(weekend[:, None], weight, 0.0)
    own = (left * weekend[:, None]).sum(axis=0) / (own_weight.sum(axis=0) + settings.own_weekend_shrinkage)
    is_weekend = (np.arange(7) - 1) % 7 >= 5
    offsets: Floats = account[:, None] + own[None, :] * is_weekend[:, None]
    return offsets
