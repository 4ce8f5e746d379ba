"""The tests of one reading: for every campaign and family how far it is from what was expected, over which window."""

from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.detection import maturity
from fbads_pipeline.domain.detection import state as st
from fbads_pipeline.domain.detection.baseline import spread_of
from fbads_pipeline.domain.detection.readings import MINUTES_A_DAY, Bools, Floats
from fbads_pipeline.domain.detection.state import DetectorState
from fbads_pipeline.domain.detection.tails import count_score, log_none

_COUNTING = 1.0


@dataclass(frozen=True)
class Evidence:
    """One family at one reading; arrays over all campaigns, NaN where nothing could be tested.

    score: signed standard score of the window that says most, the account's own movement taken off; raw: with it left in;
    calm: the largest |score| of the windows that answer whether it is over. hours: that window; observed and expected:
    its sums; error: standard deviation of log(observed / expected). hard: a stop, or a tracking break.
    """

    family: int
    score: Floats
    raw: Floats
    calm: Floats
    hours: Floats
    observed: Floats
    expected: Floats
    error: Floats
    hard: Bools


def window_sums(state: DetectorState, hours: tuple[float, ...], channels: tuple[int, ...]) -> Floats:
    """Sums of the ring's channels over the last hours: (channel, window, n); hours ascend."""
    order = np.arange(state.slot, state.slot - st.RING, -1) % st.RING
    sums = np.empty((len(channels), len(hours), state.n))
    begin = 0
    for number, window in enumerate(hours):
        end = min(int(window * 2), st.RING)
        for place, channel in enumerate(channels):
            part = state.ring[channel, order[begin:end]].sum(axis=0, dtype=np.float64)
            sums[place, number] = part + (sums[place, number - 1] if number else 0.0)
        begin = end
    return sums


def spend_evidence(state: DetectorState, read: Bools) -> Evidence:
    """Spend against usual ratio × current budget × profile; a stop is no impression where many were due."""
    settings = state.settings
    channels = (st.R_SPEND, st.E_SPEND, st.R_IMPRESSIONS, st.E_IMPRESSIONS, st.READINGS)
    spend, due, shown, shown_due, readings = window_sums(state, settings.spend_hours, channels)
    enough = read & (shown_due >= settings.least_impressions) & (due > 0) & (state.level_days > 0.9)
    little = 2.0 * np.maximum(state.cpm, 1e-12)
    log = np.where(enough, np.log((spend + little) / (np.where(enough, due, 1.0) + little)), np.nan)
    own = spread_of(state, st.F_SPEND, settings.spend_floor, 0.3)
    counting = _COUNTING / np.maximum(shown_due, 1.0)
    days_known = np.maximum(state.level_days, 0.5)
    since_edit = (state.slot * 30 - state.edited_at) / MINUTES_A_DAY
    unsure = (0.5 * state.edit_ratio / (1.0 + np.maximum(since_edit - 1.0, 0.0))) ** 2
    error = np.sqrt(own + counting + own[-1] / days_known + unsure)
    common = _common(log, read & ~state.is_open[st.F_SPEND] & (since_edit > 3))
    _remember(state, st.F_SPEND, log - common, counting, enough)
    sudden = _stop(state, shown, shown_due, readings, own) & enough
    evidence = _strongest(st.F_SPEND, log, common, error, settings.spend_hours, spend, due, sudden)
    today = state.row(state.today)
    used_up = (state.budget > 0) & (state.spend[today] >= 0.97 * state.budget)
    quiet = used_up & (evidence.score < 0)
    return _silenced(evidence, quiet)


def _stop(state: DetectorState, shown: Floats, due: Floats, readings: Floats, own: Floats) -> Bools:
    """Nothing at all in at least three readings although so much was due that chance is out of the question."""
    variance = np.maximum(own, 0.15)
    none: Bools = (shown < 1) & (readings >= 3) & (log_none(due, variance) < np.log(state.settings.stop_probability))
    return none


def ctr_evidence(state: DetectorState, read: Bools) -> Evidence:
    """Clicks given impressions, negative binomial with the campaign's own variation."""
    settings = state.settings
    clicks, due = window_sums(state, settings.ctr_hours, (st.R_CLICKS, st.E_CLICKS))
    enough = read & (due >= settings.least_clicks) & (state.ctr_days > 0.9)
    safe = np.where(enough, due, 1.0)
    own = spread_of(state, st.F_CTR, settings.ctr_floor, 0.2)
    variance = own + 1.0 / np.maximum(state.ctr_clicks, 10.0) + own[-1] / np.maximum(state.ctr_days, 0.5)
    log = np.where(enough, np.log((clicks + 0.5) / (safe + 0.5)), np.nan)
    common = _common(np.where(safe >= 20, log, np.nan), read & ~state.is_open[st.F_CTR])
    error = np.sqrt(variance + 1.0 / safe)
    raw = np.where(enough, count_score(clicks, safe, variance), np.nan)
    apart = np.where(enough, count_score(clicks, safe * np.exp(common), variance), np.nan)
    _remember_counts(state, clicks, safe * np.exp(common), enough)
    return _picked(st.F_CTR, raw, apart, settings.ctr_hours, clicks, due, error)


def cpm_evidence(state: DetectorState, read: Bools) -> Evidence:
    """Spend against what the impressions usually cost."""
    settings = state.settings
    spend, due, shown = window_sums(state, settings.cpm_hours, (st.R_SPEND, st.E_COST, st.R_IMPRESSIONS))
    enough = read & (shown >= 10 * settings.least_impressions) & (due > 0) & (spend > 0) & (state.cpm_days > 0.9)
    log = np.where(enough, np.log(np.where(enough, spend, 1.0) / np.where(enough, due, 1.0)), np.nan)
    own = spread_of(state, st.F_CPM, settings.cpm_floor, 0.15)
    error = np.sqrt(own + own[-1] / np.maximum(state.cpm_days, 0.5))
    common = _common(log, read & ~state.is_open[st.F_CPM])
    _remember(state, st.F_CPM, log - common, np.zeros_like(log), enough)
    return _strongest(st.F_CPM, log, common, error, settings.cpm_hours, spend, due, np.zeros_like(enough))


def conversion_evidence(state: DetectorState, read: Bools) -> Evidence:
    """Conversions reported so far against ripe clicks, today to four days back; and none at all in the last hours."""
    settings = state.settings
    made, due, squares = _stock(state)
    day_variance = np.minimum(spread_of(state, st.F_CONVERSIONS, 0.2, settings.conversion_cv)[0], 1.0)
    enough = read & (due >= settings.least_conversions) & (state.conversion_days > 2.0)
    safe = np.where(enough, due, 1.0)
    rate_error = 1.0 / (state.conversion_weight + 4.0) + day_variance / np.maximum(state.conversion_days, 0.5)
    variance = day_variance * squares / np.maximum(due, 1e-9) ** 2 + rate_error
    log = np.where(enough, np.log((made + 0.5) / (safe + 0.5)), np.nan)
    common = _common(log, read & ~state.is_open[st.F_CONVERSIONS])
    raw = np.where(enough, count_score(made, safe, variance), np.nan)
    apart = np.where(enough, count_score(made, safe * np.exp(common), variance), np.nan)
    hours = tuple(24.0 * days for days in settings.conversion_days)
    evidence = _picked(st.F_CONVERSIONS, raw, apart, hours, made, due, np.sqrt(variance + 1.0 / safe))
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
    normal = clicks > 0.5 * clicks_due
    # A day is one draw of the daily variation: over several days it averages out.
    hours = np.array(settings.tracking_hours)[:, None]
    variance = day_variance / np.maximum(hours / 24.0, 1.0)
    enough = (due >= settings.least_conversions) & (state.conversion_days > 2.0) & normal & read
    none = enough & (made < 1) & (log_none(due, variance) < np.log(settings.tracking_probability))
    hard = none.any(axis=0)
    first = np.argmax(none, axis=0)
    column = np.arange(state.n)
    calm = np.where(enough.any(axis=0) & (made[-1] < 1), settings.conversions_z, evidence.calm)
    return Evidence(
        st.F_CONVERSIONS,
        np.where(hard, np.minimum(np.nan_to_num(evidence.score), -settings.conversions_z - 1.0), evidence.score),
        np.where(hard, np.minimum(np.nan_to_num(evidence.raw), -settings.conversions_z - 1.0), evidence.raw),
        np.where(hard, settings.conversions_z, calm),
        np.where(hard, hours[first, 0], evidence.hours),
        np.where(hard, 0.0, evidence.observed),
        np.where(hard, due[first, column], evidence.expected),
        evidence.error,
        hard,
    )


def _common(log: Floats, use: Bools) -> Floats:
    """Movement that the account's campaigns share, per window (windows, 1); less the fewer they are."""
    shared = np.zeros((log.shape[0], 1))
    for window in range(log.shape[0]):
        there = log[window][use & np.isfinite(log[window])]
        if there.size > 5:
            shared[window, 0] = float(np.median(there)) * (there.size - 5) / (there.size + 5)
    return shared


def _strongest(
    family: int,
    log: Floats,
    common: Floats,
    error: Floats,
    hours: tuple[float, ...],
    observed: Floats,
    expected: Floats,
    hard: Bools,
) -> Evidence:
    return _picked(family, log / error, (log - common) / error, hours, observed, expected, error, hard)


def _picked(
    family: int,
    raw: Floats,
    apart: Floats,
    hours: tuple[float, ...],
    observed: Floats,
    expected: Floats,
    error: Floats,
    hard: Bools | None = None,
) -> Evidence:
    """The window that says most; the score is the smaller of the two views where they agree, else nothing."""
    agreed = np.where(np.sign(raw) == np.sign(apart), np.sign(raw) * np.minimum(np.abs(raw), np.abs(apart)), 0.0)
    score = np.where(np.isnan(raw), np.nan, agreed)
    stopped = np.zeros(raw.shape, dtype=np.bool_) if hard is None else hard
    weight = np.where(stopped, np.inf, np.abs(np.nan_to_num(score)))
    best, column = np.argmax(weight, axis=0), np.arange(raw.shape[1])
    tested = np.isfinite(score).any(axis=0)
    short = np.array(hours) <= max(12.0, hours[0])
    calm_scores = np.where(np.isnan(score), -1.0, np.abs(score))[short].max(axis=0)
    chosen = np.where(tested, score[best, column], np.nan)
    first = stopped[best, column]
    chosen = np.where(first, np.minimum(np.nan_to_num(chosen), -8.0), chosen)
    return Evidence(
        family,
        chosen,
        np.where(tested, raw[best, column], np.nan),
        np.where(first, 8.0, np.where(calm_scores < 0, np.nan, calm_scores)),
        np.array(hours)[best],
        observed[best, column],
        expected[best, column],
        error[best, column],
        first,
    )


def _silenced(evidence: Evidence, quiet: Bools) -> Evidence:
    score = np.where(quiet, 0.0, evidence.score)
    return Evidence(
        evidence.family,
        score,
        np.where(quiet, 0.0, evidence.raw),
        evidence.calm,
        evidence.hours,
        evidence.observed,
        evidence.expected,
        evidence.error,
        evidence.hard & ~quiet,
    )


def _usual(state: DetectorState, family: int) -> Bools:
    """Campaigns whose variation may be learned from: known for long enough, and no alert open."""
    known: Bools = (state.slot * 30 - state.created) >= state.settings.learning_days * MINUTES_A_DAY
    return known & ~state.is_open[family] & (state.closed_days >= state.settings.known_days)


def _remember(state: DetectorState, family: int, log: Floats, counting: Floats, enough: Bools) -> None:
    use = enough & _usual(state, family)
    cap = 9.0 * spread_of(state, family, 0.1, 0.3)
    seen = np.minimum(np.where(use, log, 0.0) ** 2, cap) - counting
    state.spread[family][0] += np.where(use, seen, 0.0) / st.SLOTS
    state.spread[family][1] += use / st.SLOTS


def _remember_counts(state: DetectorState, clicks: Floats, due: Floats, enough: Bools) -> None:
    use = enough & _usual(state, st.F_CTR)
    safe = np.where(use, due, 1.0)
    cap = 9.0 * (spread_of(state, st.F_CTR, 0.1, 0.2) + 1.0 / safe)
    seen = np.minimum((clicks / safe - 1.0) ** 2, cap) - 1.0 / safe
    weight = np.where(use, safe / (safe + 50.0), 0.0) / st.SLOTS
    state.spread[st.F_CTR][0] += weight * seen
    state.spread[st.F_CTR][1] += weight


