"""The tests of one reading: for every campaign and family how far it is from what was expected, over which window."""

from dataclasses import replace

import numpy as np

from fbads_pipeline.domain.anomalies.detectors import maturity
from fbads_pipeline.domain.anomalies.detectors.baseline import spread_of
from fbads_pipeline.domain.anomalies.detectors.tails import count_score, log_none
from fbads_pipeline.domain.anomalies.detectors.windows import (
    Evidence,
    Windows,
    column,
    common_movement,
    is_usual,
    loudest,
    window_sums,
)
from fbads_pipeline.domain.anomalies.state import detector_state as st
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Bools, Floats

_COUNTING = 1.0
_STOP_DAYS = 0.9
_USED_UP = 0.97
# At least so many hours of the day before a window say something of the day; which of the windows is three hours long.
_HOURS_BEFORE = 2.0
_THREE_HOURS = 1


def spend_evidence(state: DetectorState, read: Bools) -> Evidence:
    """Spend against usual ratio × current budget × profile; a stop is no impression where many were due."""
    settings = state.settings
    channels = (st.R_SPEND, st.E_SPEND, st.R_IMPRESSIONS, st.E_IMPRESSIONS, st.READINGS)
    spend, due, shown, shown_due, readings = window_sums(state, settings.spend_hours, channels)
    due_enough = read & (shown_due >= settings.least_impressions) & (due > 0)
    # A stop speaks on less than a whole baseline; so must its end.
    stopped = state.is_open[st.F_SPEND] & state.is_hard[st.F_SPEND]
    enough = due_enough & ((state.level_days > settings.baseline_days) | stopped)
    little = 2.0 * np.maximum(state.cpm, 1e-12)
    log = np.where(enough, np.log((spend + little) / (np.where(enough, due, 1.0) + little)), np.nan)
    own = spread_of(state, st.F_SPEND, settings.spend_floor, 0.3)
    counting = _COUNTING / np.maximum(shown_due, 1.0)
    log = log - day_so_far(state, own)
    days_known = np.maximum(state.level_days, 0.5)
    since_edit = (state.slot * 30 - state.edited_at) / MINUTES_A_DAY
    unsure = (0.5 * state.edit_ratio / (1.0 + np.maximum(since_edit - 1.0, 0.0))) ** 2
    error = np.sqrt(own + counting * _skew(log) + own[-1] / days_known + unsure)
    common = common_movement(log, read & ~state.is_open[st.F_SPEND] & (since_edit > 3))
    _remember(state, st.F_SPEND, log - common, counting, enough)
    sudden = _stop(state, shown, shown_due, readings, own) & due_enough & (state.level_days > _STOP_DAYS)
    bars = np.where(log < common, *np.array([settings.spend_low_z, settings.spend_high_z])[:, :, None])
    apart = (log - common) / error
    seen = Windows(st.F_SPEND, settings.spend_hours, bars, log / error, apart, spend, due, error)
    evidence = loudest(state, seen, sudden)
    used_up = state.spend[state.row(state.today)] >= _USED_UP * np.minimum(_usual_day(state), _budget(state))
    quiet = used_up & (evidence.score < 0)
    return _silenced(evidence, quiet)


def _skew(log: Floats) -> Floats:
    """How much farther the logarithm of a small count falls than it rises: about that of Poisson's deviance."""
    factor: Floats = np.clip(np.exp(-0.6 * np.nan_to_num(log)), 1.0, 10.0)
    return factor


def day_so_far(state: DetectorState, own: Floats) -> Floats:
    """What the day's hours before each window tell of the day as such: to take off its log (windows, n).

    A good or bad day is good or bad from midnight on, so that most of the day's own variation cancels where a window
    lies within the day. A best linear prediction: the hours before count by how far the day's variation stands out of
    theirs, and never for more than two deviations, so that a stop in the morning makes no spike of the afternoon.
    """
    hours = state.settings.spend_hours
    since_midnight = min((state.slot - state.today * st.SLOTS) / 2.0, 24.0)
    inside = [place for place, window in enumerate(hours) if window + _HOURS_BEFORE <= since_midnight]
    moved = np.zeros(own.shape)
    if not inside:
        return moved
    channels = (st.R_SPEND, st.E_SPEND, st.E_IMPRESSIONS)
    whole = window_sums(state, (since_midnight,), channels)
    spend, due, shown_due = whole - window_sums(state, tuple(hours[place] for place in inside), channels)
    enough = (shown_due >= state.settings.least_impressions) & (due > 0)
    little = 2.0 * np.maximum(state.cpm, 1e-12)
    log = np.where(enough, np.log((spend + little) / (np.where(enough, due, 1.0) + little)), 0.0)
    day = own[-1]
    hourly = np.maximum(own[_THREE_HOURS] - day, 0.0) * hours[_THREE_HOURS]
    before = since_midnight - np.array([hours[place] for place in inside])[:, None]
    weight = day / (day + hourly / before + _COUNTING / np.maximum(shown_due, 1.0))
    reach = 2.0 * np.sqrt(day)
    moved[inside] = weight * np.clip(log, -reach, reach)
    return moved


def _usual_day(state: DetectorState) -> Floats:
    """What a whole day like today usually spends."""
    usual: Floats = np.exp(np.clip(state.level + state.weekday[state.today % 7], -50, 50))
    return usual * np.where(state.budget > 0, state.budget, 1.0)


def _budget(state: DetectorState) -> Floats:
    budget: Floats = np.where(state.budget > 0, state.budget, np.inf)
    return budget


def _stop(state: DetectorState, shown: Floats, due: Floats, readings: Floats, own: Floats) -> Bools:
    """Nothing at all in at least three readings although so much was due that chance is out of the question."""
    variance = np.maximum(own, 0.15)
    none: Bools = (shown < 1) & (readings >= 3) & (log_none(due, variance) < np.log(state.settings.stop_probability))
    return none


def ctr_evidence(state: DetectorState, read: Bools) -> Evidence:
    """Clicks given impressions, negative binomial with the campaign's own variation."""
    settings = state.settings
    clicks, due = window_sums(state, settings.ctr_hours, (st.R_CLICKS, st.E_CLICKS))
    enough = read & (due >= settings.least_clicks) & (state.ctr_days > settings.baseline_days)
    safe = np.where(enough, due, 1.0)
    own = spread_of(state, st.F_CTR, settings.ctr_floor, 0.2)
    variance = own + 1.0 / np.maximum(state.ctr_clicks, 10.0) + own[-1] / np.maximum(state.ctr_days, 0.5)
    log = np.where(enough, np.log((clicks + 0.5) / (safe + 0.5)), np.nan)
    common = common_movement(np.where(safe >= 20, log, np.nan), read & ~state.is_open[st.F_CTR])
    error = np.sqrt(variance + 1.0 / safe)
    raw = count_score(clicks, safe, variance, enough)
    apart = count_score(clicks, safe * np.exp(common), variance, enough)
    _remember_counts(state, clicks, safe * np.exp(common), enough)
    return loudest(state, Windows(st.F_CTR, settings.ctr_hours, column(settings.ctr_z), raw, apart, clicks, due, error))


def cpm_evidence(state: DetectorState, read: Bools) -> Evidence:
    """Spend against what the impressions usually cost."""
    settings = state.settings
    spend, due, shown = window_sums(state, settings.cpm_hours, (st.R_SPEND, st.E_COST, st.R_IMPRESSIONS))
    enough = (
        read
        & (shown >= 10 * settings.least_impressions)
        & (due > 0)
        & (spend > 0)
        & (state.cpm_days > settings.baseline_days)
    )
    log = np.where(enough, np.log(np.where(enough, spend, 1.0) / np.where(enough, due, 1.0)), np.nan)
    own = spread_of(state, st.F_CPM, settings.cpm_floor, 0.15)
    error = np.sqrt(own + own[-1] / np.maximum(state.cpm_days, 0.5))
    common = common_movement(log, read & ~state.is_open[st.F_CPM])
    _remember(state, st.F_CPM, log - common, np.zeros_like(log), enough)
    raw, apart = log / error, (log - common) / error
    return loudest(state, Windows(st.F_CPM, settings.cpm_hours, column(settings.cpm_z), raw, apart, spend, due, error))


def conversion_evidence(state: DetectorState, read: Bools) -> Evidence:
    """Conversions reported so far against ripe clicks, today to four days back; and none at all in the last hours."""
    settings = state.settings
    made, due, squares = _stock(state)
    day_variance = np.minimum(spread_of(state, st.F_CONVERSIONS, 0.2, settings.conversion_cv)[0], 1.0)
    enough = read & (due >= settings.least_conversions) & (state.conversion_days > settings.baseline_days)
    safe = np.where(enough, due, 1.0)
    rate_error = 1.0 / (state.conversion_weight + 4.0) + day_variance / np.maximum(state.conversion_days, 0.5)
    variance = day_variance * squares / np.maximum(due, 1e-9) ** 2 + rate_error
    log = np.where(enough, np.log((made + 0.5) / (safe + 0.5)), np.nan)
    common = common_movement(log, read & ~state.is_open[st.F_CONVERSIONS])
    raw = count_score(made, safe, variance, enough)
    apart = count_score(made, safe * np.exp(common), variance, enough)
    hours = tuple(24.0 * days for days in settings.conversion_days)
    error = np.sqrt(variance + 1.0 / safe)
    bars = column(settings.conversions_z) + settings.few_conversions_z * (due < settings.few_conversions)
    seen = Windows(st.F_CONVERSIONS, hours, bars, raw, apart, made, due, error)
    evidence = loudest(state, seen)
    return _with_tracking(state, evidence, read, day_variance)


def _stock(state: DetectorState) -> tuple[Floats, Floats, Floats]:
    """Reported, due, and the sum of squares of due over the last 1, 2, … days: three arrays (windows, n)."""
    days = state.settings.conversion_days
    made, due, squares = (np.zeros((len(days), state.n)) for _ in range(3))
    total, expected, squared = np.zeros(state.n), np.zeros(state.n), np.zeros(state.n)
    usable = np.ones(state.n, dtype=np.bool_)
    for back in range(max(days)):
        at = state.row(state.today - back)
        if state.day_of[at] == state.today - back:
            usable &= state.clean[st.F_CONVERSIONS, at] | state.is_open[st.F_CONVERSIONS]
            ripe = maturity.ripeness(state.matured, state.conversions_to[at] / 60.0)
            one = state.clicks[at] * ripe * state.conversion_rate * usable
            total, expected, squared = total + state.conversions[at] * usable, expected + one, squared + one**2
        if back + 1 in days:
            place = days.index(back + 1)
            made[place], due[place], squares[place] = total, expected, squared
    return made, due, squares


def _with_tracking(state: DetectorState, evidence: Evidence, read: Bools, day_variance: Floats) -> Evidence:
    """Mark campaigns of which not one conversion was reported although chance would not have it."""
    settings = state.settings
    channels = (st.R_CONVERSIONS, st.E_CONVERSIONS, st.R_CLICKS, st.E_CLICKS)
    made, due, clicks, clicks_due = window_sums(state, settings.tracking_hours, channels)
    hours = np.array(settings.tracking_hours)[:, None]
    # A day is one draw of the daily variation: over several days it averages out.
    variance = day_variance / np.maximum(hours / 24.0, 1.0) + 1.0 / (state.conversion_weight + 4.0)
    usable = read & (state.conversion_days > settings.baseline_days) & (clicks > 0.5 * clicks_due)
    chance = log_none(due, variance)
    empty = usable & (made < 1)
    certain = empty & (due >= settings.least_conversions) & (chance < np.log(settings.tracking_probability))
    certain |= empty & (due >= 1.0) & _account_silent(made, due, usable)
    hard = certain.any(axis=0)
    first, column = np.argmax(certain, axis=0), np.arange(state.n)
    still = (empty & (chance < np.log(0.3))).any(axis=0)
    return replace(
        evidence,
        score=np.where(hard, np.minimum(np.nan_to_num(evidence.score), -5.0), evidence.score),
        raw=np.where(hard, np.minimum(np.nan_to_num(evidence.raw), -5.0), evidence.raw),
        loudness=np.where(hard, np.maximum(np.nan_to_num(evidence.loudness), 1.0), evidence.loudness),
        calm=np.where(hard | still, 5.0, evidence.calm),
        hours=np.where(hard, hours[first, 0], evidence.hours),
        observed=np.where(hard, 0.0, evidence.observed),
        expected=np.where(hard, due[first, column], evidence.expected),
        hard=hard,
        none=(empty & (chance < np.log(0.02))).any(axis=0),
    )


def _account_silent(made: Floats, due: Floats, usable: Bools) -> Bools:
    """Windows (windows, 1) in which the whole account, at least three campaigns, reports as good as nothing."""
    total, expected = (made * usable).sum(axis=1), (due * usable).sum(axis=1)
    silent: Bools = (expected >= 25.0) & (total <= 0.02 * expected) & (usable.sum(axis=1) >= 3)
    return silent[:, None]


def _silenced(evidence: Evidence, quiet: Bools) -> Evidence:
    return replace(
        evidence,
        score=np.where(quiet, 0.0, evidence.score),
        raw=np.where(quiet, 0.0, evidence.raw),
        loudness=np.where(quiet, 0.0, evidence.loudness),
        hard=evidence.hard & ~quiet,
    )


def _remember(state: DetectorState, family: int, log: Floats, counting: Floats, enough: Bools) -> None:
    use = enough & is_usual(state, family)
    cap = 9.0 * spread_of(state, family, 0.1, 0.3)
    seen = np.minimum(np.where(use, log, 0.0) ** 2, cap) - counting
    state.spread[family][0] += np.where(use, seen, 0.0) / st.SLOTS
    state.spread[family][1] += use / st.SLOTS


def _remember_counts(state: DetectorState, clicks: Floats, due: Floats, enough: Bools) -> None:
    use = enough & is_usual(state, st.F_CTR)
    safe = np.where(use, due, 1.0)
    cap = 9.0 * (spread_of(state, st.F_CTR, 0.1, 0.2) + 1.0 / safe)
    seen = np.minimum((clicks / safe - 1.0) ** 2, cap) - 1.0 / safe
    weight = np.where(use, safe / (safe + 50.0), 0.0) / st.SLOTS
    state.spread[st.F_CTR][0] += weight * seen
    state.spread[st.F_CTR][1] += weight
