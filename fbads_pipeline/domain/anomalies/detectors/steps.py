"""From cumulative readings to steps, each beside what was expected of the same interval.

A step is the difference to the reading before within the account's local day, never negative. A reading that was missed
makes the next interval longer; it is no zero. A figure of today that is restated downwards makes an interval that
tells nothing; one that comes back from a glitch counts only what it gained over the day's highest.
"""

import numpy as np

from fbads_pipeline.domain.anomalies.detectors import maturity
from fbads_pipeline.domain.anomalies.state import detector_state as st
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import (
    CLICKS,
    CONVERSIONS,
    IMPRESSIONS,
    MINUTES_A_DAY,
    SPEND,
    Bools,
    Floats,
    Ints,
    Reading,
)

_GLITCH = 2.0
_CORRECTION = 0.1


def advance(state: DetectorState, minute: int) -> None:
    """Move the ring of half hours on to the one that ends at or after `minute`; what was skipped is empty."""
    slot = -(-minute // 30)
    for passed in range(max(state.slot + 1, slot - st.RING + 1), slot + 1):
        state.ring[:, passed % st.RING] = 0.0
    state.slot = max(state.slot, slot)


def take_today(state: DetectorState, reading: Reading, rows: Ints) -> None:
    """Put the rows of `state.today` into the ring, the day's half hours and the history."""
    who = reading.campaign[rows]
    now = float(min(max(reading.minute - state.today * MINUTES_A_DAY, 0), MINUTES_A_DAY))
    counters, budget = reading.counters[:, rows], reading.budget[rows]
    fresh = state.read_to[who] < now
    if not fresh.all():
        who, counters, budget = who[fresh], counters[:, fresh], budget[fresh]
    if not who.size:
        return
    before = state.read_to[who]
    share = _share(state, who, np.full(who.shape, now)) - _share(state, who, before)
    unit = np.where(budget > 0, budget, 1.0) * share
    weekday = state.weekday[state.today % 7, who]
    e_spend = (
        np.exp(np.clip(state.level[who] + weekday, -50, 50)) * unit * ((state.level_days[who] > 0) & state.active[who])
    )
    steps = _differences(state, who, counters, e_spend)
    _fill_ring(state, who, steps, e_spend, before, now, told=~_is_corrected(state, who, counters))
    _fill_day(state, who, steps, unit, share, before, now)
    state.last[:, who] = counters
    state.high[:, who] = np.maximum(state.high[:, who], counters)
    state.read_to[who] = now
    state.budget[who] = budget


def take_past(state: DetectorState, reading: Reading, rows: Ints) -> None:
    """Keep what older days read now: conversions ripen, spend is restated. Never opens anything again."""
    who, day = reading.campaign[rows], reading.day[rows]
    known = (state.today - day < st.HISTORY) & (state.day_of[day % st.HISTORY] == day)
    who, day, rows = who[known], day[known], rows[known]
    if not who.size:
        return
    at = day % st.HISTORY
    age = reading.minute - day * MINUTES_A_DAY
    newer = state.conversions_to[at, who] < age
    at, who, rows, age = at[newer], who[newer], rows[newer], age[newer]
    _late_conversions(state, reading, at, who, rows, age)
    full = np.maximum(state.cover[at, who], 0.05)
    was_part = state.cover[at, who] > 0.3
    state.unit[at, who] = np.where(was_part, state.unit[at, who] / full, state.unit[at, who])
    state.cover[at, who] = np.where(was_part, 1.0, state.cover[at, who])
    for name, counter in (
        ("spend", SPEND),
        ("impressions", IMPRESSIONS),
        ("clicks", CLICKS),
        ("conversions", CONVERSIONS),
    ):
        getattr(state, name)[at, who] = reading.counters[counter, rows]
    state.conversions_to[at, who] = age
    usable = state.clean[st.F_CONVERSIONS, at, who] & ~state.is_open[st.F_CONVERSIONS, who]
    _ripen(state, reading.counters[CONVERSIONS, rows], reading.counters[CLICKS, rows], who, age / 60.0, usable)


def _late_conversions(state: DetectorState, reading: Reading, at: Ints, who: Ints, rows: Ints, age: Ints) -> None:
    """Conversions that an older day gained since it was last read, beside those due: a dead pixel stops these too."""
    had, had_at = state.conversions[at, who], state.conversions_to[at, who]
    ripened = maturity.ripeness(state.matured, age / 60.0) - maturity.ripeness(state.matured, had_at / 60.0)
    due = np.maximum(ripened, 0.0) * state.clicks[at, who] * state.conversion_rate[who]
    gained = np.maximum(reading.counters[CONVERSIONS, rows] - had, 0.0)
    known = had_at > 0
    place = state.slot % st.RING
    np.add.at(state.ring[st.R_CONVERSIONS, place], who, (gained * known).astype(np.float32))
    np.add.at(state.ring[st.E_CONVERSIONS, place], who, (due * known).astype(np.float32))


def _share(state: DetectorState, who: Ints, minute: Floats) -> Floats:
    """Share of the day's delivery up to a minute of the day."""
    slot = np.minimum((minute // 30).astype(np.int64), st.SLOTS - 1)
    part = minute / 30.0 - slot
    share: Floats = state.cumulative[slot, who] + part * state.profile[slot, who]
    return share


def _differences(state: DetectorState, who: Ints, counters: Floats, e_spend: Floats) -> Floats:
    last, high = state.last[:, who], state.high[:, who]
    step = np.maximum(counters - last, 0.0)
    lost = high - last
    usual = np.where(state.cpm[who] > 0, e_spend / np.maximum(state.cpm[who], 1e-12), 0.0)
    back = (lost[IMPRESSIONS] > _GLITCH * usual) & (counters[IMPRESSIONS] >= high[IMPRESSIONS])
    glitch: Floats = np.where(back & (lost > 0), np.maximum(counters - high, 0.0), step)
    return glitch


def _is_corrected(state: DetectorState, who: Ints, counters: Floats) -> Bools:
    """Rows that read a little less than before: a correction hides what came since, so the interval tells nothing."""
    last = state.last[:, who][[SPEND, IMPRESSIONS]]
    lost = last - counters[[SPEND, IMPRESSIONS]]
    return np.asarray(((lost > 0) & (lost <= _CORRECTION * last)).any(axis=0))


def _fill_ring(
    state: DetectorState, who: Ints, steps: Floats, e_spend: Floats, before: Floats, now: float, *, told: Bools
) -> None:
    """told: rows whose delivery of the interval is known."""
    place = state.slot % st.RING
    e_spend, steps = e_spend * told, steps * told
    hour = min(int(now - 1) // 30, st.SLOTS - 1) if now > 0 else 0
    e_impressions = np.where(
        state.cpm[who] > 0, e_spend / np.maximum(state.cpm[who] * state.cpm_hours[hour], 1e-12), 0.0
    )
    e_clicks = steps[IMPRESSIONS] * state.ctr[who] * state.ctr_hours[hour]
    e_cost = steps[IMPRESSIONS] * state.cpm[who] * state.cpm_hours[hour]
    e_conversions = _conversions_due(state, who, steps[CLICKS], before, now)
    for channel, values in (
        (st.R_SPEND, steps[SPEND]),
        (st.R_IMPRESSIONS, steps[IMPRESSIONS]),
        (st.R_CLICKS, steps[CLICKS]),
        (st.R_CONVERSIONS, steps[CONVERSIONS]),
        (st.E_SPEND, e_spend),
        (st.E_IMPRESSIONS, e_impressions),
        (st.E_CLICKS, e_clicks),
        (st.E_CONVERSIONS, e_conversions),
        (st.E_COST, e_cost),
        (st.READINGS, told.astype(float)),
    ):
        state.ring[channel, place, who] += values.astype(np.float32)


def _conversions_due(state: DetectorState, who: Ints, clicks: Floats, before: Floats, now: float) -> Floats:
    """Conversions expected to be reported between the two readings, for clicks of today."""
    then = ripe_at(state, before) * state.last[CLICKS, who]
    total = ripe_at(state, np.full(before.shape, now)) * (state.last[CLICKS, who] + clicks)
    due: Floats = np.maximum(total - then, 0.0) * state.conversion_rate[who]
    return due


def ripe_at(state: DetectorState, minute: Floats) -> Floats:
    """Maturity at a minute since the day's midnight."""
    return maturity.ripeness(state.matured, minute / 60.0)


def _fill_day(
    state: DetectorState, who: Ints, steps: Floats, unit: Floats, share: Floats, before: Floats, now: float
) -> None:
    """Add the step to the day's totals, spread over the half hours that it covers."""
    at = state.row(state.today)
    state.unit[at, who] += unit
    state.cover[at, who] += share
    for name, counter in (
        ("spend", SPEND),
        ("impressions", IMPRESSIONS),
        ("clicks", CLICKS),
        ("conversions", CONVERSIONS),
    ):
        getattr(state, name)[at, who] += steps[counter]
    state.conversions_to[at, who] = now
    _spread_over_slots(state, who, steps[SPEND], before, now)
    hour = min(int(now - 1) // 30, st.SLOTS - 1) if now > 0 else 0
    usual = state.ctr[who] > 0
    state.hours_sum[0, hour] += steps[CLICKS][usual].sum()
    state.hours_sum[1, hour] += (steps[IMPRESSIONS] * state.ctr[who]).sum()
    cost = np.minimum(steps[IMPRESSIONS], 1e4) / np.maximum(steps[IMPRESSIONS], 1.0)
    usual = state.cpm[who] > 0
    state.hours_sum[2, hour] += (steps[SPEND] / np.maximum(state.cpm[who], 1e-12) * cost)[usual].sum()
    state.hours_sum[3, hour] += (steps[IMPRESSIONS] * cost)[usual].sum()
    usable = ~state.is_open[st.F_CONVERSIONS, who] & state.clean[st.F_CONVERSIONS, at, who]
    hours = np.full(who.shape, now / 60.0)
    _ripen(state, state.conversions[at, who], state.clicks[at, who], who, hours, usable)


def _spread_over_slots(state: DetectorState, who: Ints, spend: Floats, before: Floats, now: float) -> None:
    last = min(int(now - 1) // 30, st.SLOTS - 1) if now > 0 else 0
    first = np.minimum((before // 30).astype(np.int64), last)
    weights = state.cumulative[last + 1, who] - state.cumulative[first, who]
    for slot in range(int(first.min()), last + 1):
        part = np.where(first <= slot, state.profile[slot, who] / np.maximum(weights, 1e-12), 0.0)
        state.day_slots[slot, who] += spend * part


def _ripen(state: DetectorState, reported: Floats, clicks: Floats, who: Ints, hours: Floats, usable: Bools) -> None:
    """Add to the maturity curve what was reported at this age and what a whole day's maturity would be."""
    expected = clicks * state.conversion_rate[who]
    use = usable & (expected > 0)
    if use.any():
        nodes = maturity.node(hours[use])
        np.add.at(state.maturity_sum[0], nodes, reported[use])
        np.add.at(state.maturity_sum[1], nodes, expected[use])
