"""What is usual, learned once a day from the closed days: levels, weekdays, time of day, maturity.

The last 28 days, half-life 10 days; days with an alert of their own are left out of that family. Weekday offsets and
the time of day are the account's, with as much of the campaign's own as its days can carry.
"""

import numpy as np

from fbads_pipeline.domain.anomalies.detectors import maturity
from fbads_pipeline.domain.anomalies.state import detector_state as st
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Bools, Floats, Ints

DAYS = 28
_PRIOR_CLICKS = 10.0
_PRIOR_CONVERSIONS = 4.0
_PRIOR_IMPRESSIONS = 2000.0
_SPREAD_DAYS = 10.0
# Conversions have one figure a day where the others have 48: a campaign's own variation is known more slowly.
_SPREAD_DAYS_OF_CONVERSIONS = 40.0
_AFTER_EDIT = 0.15
_LEARNING_WEIGHT = 0.2
_HIGH, _HIGHER, _BEYOND = 0.95, 0.99, 5.0
_NORMAL_REACH = 4.493
_PRIOR_SCORES = 2000.0


def open_day(state: DetectorState, day: int) -> None:
    """Close the day that was open, learn from it, and begin `day`; days in between were not read."""
    if state.today:
        _learn_time_of_day(state)
        _learn_conversion_spread(state)
        state.closed_days += 1
    for passed in range(max(state.today + 1, day - st.HISTORY + 1), day + 1):
        _empty_row(state, passed)
    state.today = day
    state.last[:], state.high[:], state.read_to[:], state.day_slots[:] = 0.0, 0.0, 0.0, 0.0
    _fit(state)


def _empty_row(state: DetectorState, day: int) -> None:
    at = state.row(day)
    state.day_of[at] = day
    for name in ("spend", "unit", "cover", "impressions", "clicks", "conversions", "conversions_to"):
        getattr(state, name)[at] = 0.0
    state.clean[:, at] = ~state.is_open


def _learn_time_of_day(state: DetectorState) -> None:
    """Add the closed day's shares to the campaign's own profile, and forget a little."""
    at = state.row(state.today)
    keep = 0.5 ** (1.0 / state.settings.half_life_days)
    total = state.day_slots.sum(axis=0)
    use = (state.cover[at] > 0.85) & (total > 0) & state.clean[st.F_SPEND, at]
    weight = np.where(use, state.impressions[at] / (state.impressions[at] + _PRIOR_IMPRESSIONS), 0.0)
    state.profile_sum *= keep
    state.profile_weight *= keep
    state.profile_sum += weight * state.day_slots / np.where(total > 0, total, 1.0)
    state.profile_weight += weight
    known = state.profile_weight.sum()
    if known > 0:
        account = (state.profile_sum.sum(axis=1) + 1.0 / st.SLOTS) / (known + 1.0)
        state.account_profile = account / account.sum()
        shrink = state.settings.profile_shrinkage
        own = state.profile_sum + shrink * state.account_profile[:, None]
        state.profile = own / (state.profile_weight + shrink)
        state.cumulative = np.vstack([np.zeros(state.n), state.profile.cumsum(axis=0)])
    state.hours_sum *= keep
    state.maturity_sum *= keep
    for sums in state.spread.values():
        sums *= keep
    for family, counts in state.tails.items():
        counts *= keep
        state.scale[family] = _scale(counts)
    state.matured = maturity.learned(state.maturity_sum)
    state.ctr_hours = _hours(state.hours_sum[0], state.hours_sum[1], 100.0)
    state.cpm_hours = _hours(state.hours_sum[2], state.hours_sum[3], 1e4)


def _scale(counts: Floats) -> Floats:
    """How much farther than normal ones the account's own scores reach, per side and window.

    The 95th and 99th percentiles, drawn on as an exponential tail to one in 15,000: far enough out to tell heavy
    tails, and not yet made of the incidents themselves. It keeps one set of thresholds honest for all accounts.
    """
    total = counts.sum(axis=-1)
    high, higher = _percentile(counts, total, _HIGH), _percentile(counts, total, _HIGHER)
    reach = higher + _BEYOND * (higher - high) / np.log((1.0 - _HIGH) / (1.0 - _HIGHER))
    scale = (total * reach / _NORMAL_REACH + _PRIOR_SCORES) / (total + _PRIOR_SCORES)
    within: Floats = np.clip(scale, 0.9, 1.8)
    return within


def _percentile(counts: Floats, total: Floats, share: float) -> Floats:
    """Score below which that share of the counts lies, within its bin as if they were spread evenly."""
    running, wanted = counts.cumsum(axis=-1), (share * np.maximum(total, 1.0))[..., None]
    at = np.argmax(running >= wanted, axis=-1)[..., None]
    inside = np.take_along_axis(counts, at, axis=-1)
    before = np.take_along_axis(running, at, axis=-1) - inside
    score: Floats = (at + (wanted - before) / np.maximum(inside, 1.0))[..., 0] / st.BINS_A_UNIT
    return score


def _hours(seen: Floats, usual: Floats, prior: float) -> Floats:
    """Factor per half hour, one where nothing is known."""
    factor: Floats = (seen + prior) / (usual + prior)
    return factor


def _learn_conversion_spread(state: DetectorState) -> None:
    """Squared relative error of the day's conversions beyond counting noise."""
    at = state.row(state.today)
    hours = state.conversions_to[at] / 60.0
    due = state.clicks[at] * state.conversion_rate * maturity.ripeness(state.matured, hours)
    use = (due > 1.0) & state.clean[st.F_CONVERSIONS, at] & (hours > 18)
    safe = np.where(use, due, 1.0)
    error = np.clip(state.conversions[at] / safe - 1.0, -1.0, 1.5) ** 2 - 1.0 / safe
    weight = np.where(use, safe / (safe + 5.0), 0.0)
    state.spread[st.F_CONVERSIONS][0, 0] += weight * error
    state.spread[st.F_CONVERSIONS][1, 0] += weight


def _fit(state: DetectorState) -> None:
    ages = np.arange(1, DAYS + 1)
    days = state.today - ages
    rows = days % st.HISTORY
    there = state.day_of[rows] == days
    weight = (0.5 ** (ages / state.settings.half_life_days))[:, None] * there[:, None]
    after_learning = days[:, None] * MINUTES_A_DAY >= state.created + state.settings.learning_days * MINUTES_A_DAY
    weight = weight * np.where(after_learning, 1.0, _LEARNING_WEIGHT)
    _fit_spend(state, rows, days, weight)
    state.level_days = np.maximum(state.level_days, np.minimum(state.level_days / _LEARNING_WEIGHT, 1.0))
    lasting = (
        weight * (0.5 ** (ages / state.settings.rate_half_life_days - ages / state.settings.half_life_days))[:, None]
    )
    _fit_ctr(state, rows, lasting)
    _fit_cpm(state, rows, weight)
    _fit_conversions(state, rows, days, lasting)


def _fit_spend(state: DetectorState, rows: Ints, days: Ints, weight: Floats) -> None:
    """Level of log(spend per unit of budget), weekday offsets, and what yesterday's error tells of today."""
    spend, unit = state.spend[rows], state.unit[rows]
    use = (state.cover[rows] > 0.3) & (spend > 0) & (unit > 0) & state.clean[st.F_SPEND, rows]
    logs = np.where(use, np.log(np.where(use, spend, 1.0) / np.where(use, unit, 1.0)), 0.0)
    before_edit = (days[:, None] + 1) * MINUTES_A_DAY <= state.edited_at + MINUTES_A_DAY
    w = weight * use * np.sqrt(state.cover[rows].clip(0, 1)) * np.where(before_edit, _AFTER_EDIT, 1.0)
    logs = _winsorised(logs, w, use)
    weekday = np.zeros((7, state.n))
    for _ in range(2):
        level = _mean(logs - weekday[days % 7], w)
        rest = np.where(use, logs - level, 0.0)
        weekday = _weekdays(state, rest, w, days)
    state.weekday, state.level_days = weekday, w.sum(axis=0)
    error = np.where(use, logs - level - weekday[days % 7], 0.0)
    both = use[1:] & use[:-1]
    memory = (error[1:] * error[:-1] * both).sum() / max((error[1:] ** 2 * both).sum(), 1e-9)
    memory = float(np.clip(memory, 0.0, 0.7)) * min(1.0, state.closed_days / 14.0)
    state.level = level + memory * np.clip(error[0], -0.5, 0.5)


def _winsorised(logs: Floats, weight: Floats, use: Bools) -> Floats:
    """Each campaign's days pulled to within 2.5 robust deviations of their median."""
    masked = np.where(use, logs, np.nan)
    has = use.any(axis=0)
    middle, spread = np.zeros(logs.shape[1]), np.full(logs.shape[1], 0.3)
    if has.any():
        middle[has] = np.nanmedian(masked[:, has], axis=0)
        spread[has] = 1.4826 * np.nanmedian(np.abs(masked[:, has] - middle[has]), axis=0)
    width = 2.5 * np.maximum(spread, 0.15)
    return np.where(use, np.clip(logs, middle - width, middle + width), 0.0)


def _weekdays(state: DetectorState, rest: Floats, weight: Floats, days: Ints) -> Floats:
    """Offsets (7, n): the account's per weekday, held to its weekday or weekend group, and one's own weekend."""
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
            account[weekday] = (((daily - common) * same).sum()) / (same.sum() + 1.5) + common
    left = (rest - account[days % 7][:, None]) * weight
    own_weight = np.where(weekend[:, None], weight, 0.0)
    own = (left * weekend[:, None]).sum(axis=0) / (own_weight.sum(axis=0) + settings.own_weekend_shrinkage)
    is_weekend = (np.arange(7) - 1) % 7 >= 5
    offsets: Floats = account[:, None] + own[None, :] * is_weekend[:, None]
    return offsets


def _mean(values: Floats, weight: Floats) -> Floats:
    mean: Floats = (values * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    return mean


def _fit_ctr(state: DetectorState, rows: Ints, weight: Floats) -> None:
    w = weight * state.clean[st.F_CTR, rows]
    clicks, shown = (w * state.clicks[rows]).sum(axis=0), (w * state.impressions[rows]).sum(axis=0)
    account = clicks.sum() / max(shown.sum(), 1.0)
    state.ctr = (clicks + _PRIOR_CLICKS) / (shown + _PRIOR_CLICKS / account) if account > 0 else np.zeros(state.n)
    state.ctr_clicks, state.ctr_days = clicks, (w * (state.impressions[rows] > 0)).sum(axis=0)


def _fit_cpm(state: DetectorState, rows: Ints, weight: Floats) -> None:
    """Spend per impression; each day counts by the root of its impressions at most."""
    use = state.clean[st.F_CPM, rows] & (state.impressions[rows] >= 30) & (state.spend[rows] > 0)
    shown = np.where(use, state.impressions[rows], 1.0)
    logs = np.where(use, np.log(np.where(use, state.spend[rows], 1.0) / shown), 0.0)
    w = weight * use * np.minimum(1.0, shown / 300.0)
    logs = _winsorised(logs, w, use)
    state.cpm_days = w.sum(axis=0)
    state.cpm = np.where(state.cpm_days > 0, np.exp(_mean(logs, w)), 0.0)


def _fit_conversions(state: DetectorState, rows: Ints, days: Ints, weight: Floats) -> None:
    """Conversions per click by the end of the click's day, held to the account's."""
    w = weight * state.clean[st.F_CONVERSIONS, rows]
    ripe = maturity.ripeness(state.matured, state.conversions_to[rows] / 60.0)
    made, due = (w * state.conversions[rows]).sum(axis=0), (w * state.clicks[rows] * ripe).sum(axis=0)
    account = made.sum() / max(due.sum(), 1.0)
    if account > 0:
        state.conversion_rate = (made + _PRIOR_CONVERSIONS) / (due + _PRIOR_CONVERSIONS / account)
    else:
        state.conversion_rate = np.zeros(state.n)
    state.conversion_weight, state.conversion_days = made, (w * (state.clicks[rows] > 0)).sum(axis=0)


def spread_of(state: DetectorState, family: int, floor: float, first: float) -> Floats:
    """Own relative variance (windows, n), held to the account's; `first` stands before anything is known."""
    seen, days = state.spread[family]
    known = days.sum(axis=1, keepdims=True)
    account = (seen.sum(axis=1, keepdims=True) + 5.0 * first**2) / (known + 5.0)
    patience = _SPREAD_DAYS_OF_CONVERSIONS if family == st.F_CONVERSIONS else _SPREAD_DAYS
    own: Floats = (seen + patience * np.maximum(account, floor**2)) / (days + patience)
    return np.maximum(own, floor**2)
