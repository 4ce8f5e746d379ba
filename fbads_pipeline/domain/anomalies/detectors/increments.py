"""From cumulative readings to increments, each beside what was expected of the same interval.

An increment is the difference to the reading before within the account's local day, never negative. A reading that was
missed makes the next interval longer; it is no zero. A figure of today that is restated downwards leaves its interval
unknown; one that comes back after a dip counts only what it gained over the day's highest. Conversions that were not
reported at either end of an interval leave its conversions unknown, and nothing was expected of it.
"""

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.conversions import (
    add_late_conversions,
    add_maturity,
    expected_conversions,
)
from fbads_pipeline.domain.anomalies.detectors.cpm import add_cpm_hour
from fbads_pipeline.domain.anomalies.detectors.ctr import add_ctr_hour
from fbads_pipeline.domain.anomalies.detectors.left_out import take_back
from fbads_pipeline.domain.anomalies.detectors.spend import delivered_share, expected_spend
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HALF_HOURS_A_DAY, HISTORY_DAYS, RingChannel, row_of
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

# A fall by more usual impressions than this, made up by the next reading, was a dip in the report and no restatement.
_DIP_IMPRESSIONS = 2.0
# A fall by at most this share is a restatement.
_RESTATED_SHARE = 0.1
# A reading so shortly before the end of a half hour closes it.
_EARLY_MINUTES = 5
# Below this coverage a past day that is read anew keeps its budget; coverage is never divided by less than the second.
_PARTIAL_COVERAGE, _LEAST_COVERAGE = 0.3, 0.05


def take_today(state: DetectorState, reading: Reading, rows: Ints) -> None:
    """Put the reading's rows of `state.today` into the half hours, the open day and the history."""
    campaigns, day = reading.campaign[rows], state.open_day
    now = float(min(max(reading.minute - state.today * MINUTES_A_DAY, 0), MINUTES_A_DAY))
    counters, budget = reading.counters[:, rows], reading.budget[rows]
    fresh = day.read_to[campaigns] < now
    if not fresh.all():
        campaigns, counters, budget = campaigns[fresh], counters[:, fresh], budget[fresh]
    if not campaigns.size:
        return
    is_row = _is_row(reading, rows)[fresh] & (counters[IMPRESSIONS] > 0)
    came_back = is_row & (counters[IMPRESSIONS] > day.counters[IMPRESSIONS, campaigns])
    take_back(state, campaigns[came_back], budget[came_back])
    before = day.read_to[campaigns]
    share = delivered_share(state, campaigns, np.full(campaigns.shape, now)) - delivered_share(state, campaigns, before)
    budget_share = np.where(budget > 0, budget, 1.0) * share
    spend_expected = expected_spend(state, campaigns, budget_share)
    if state.spend.is_first_weekend:
        # Campaigns of weekdays rest now, and no weekend has shown it yet.
        spend_expected = spend_expected * (counters[IMPRESSIONS] > 0)
    steps = _increments(state, campaigns, counters, spend_expected)
    is_known = ~_is_restated(state, campaigns, counters)
    _fill_half_hour(state, campaigns, steps * is_known, spend_expected * is_known, before, now, is_known)
    _fill_day(state, campaigns, steps, counters, budget_share, share, before, now)
    day.counters[:, campaigns] = counters
    day.highest[:, campaigns] = np.fmax(day.highest[:, campaigns], counters)
    day.read_to[campaigns] = now
    day.row_read_to[campaigns[is_row]] = now
    day.rows_missed[campaigns] = np.where(is_row, 0, day.rows_missed[campaigns] + 1)
    state.campaigns.budget[campaigns] = budget


def _is_row(reading: Reading, rows: Ints) -> Bools:
    """Rows that were read; one of zeros tells no more than one that was left out."""
    if reading.is_left_out is None:
        return np.ones(rows.size, dtype=np.bool_)
    return ~reading.is_left_out[rows]


def take_past(state: DetectorState, reading: Reading, rows: Ints) -> None:
    """Keep what older days read now: conversions arrive late, spend is restated. Never opens anything again."""
    campaigns, day, history = reading.campaign[rows], reading.day[rows], state.days
    known = (state.today - day < HISTORY_DAYS) & (history.ordinal[day % HISTORY_DAYS] == day)
    campaigns, day, rows = campaigns[known], day[known], rows[known]
    if not campaigns.size:
        return
    at = day % HISTORY_DAYS
    age = reading.minute - day * MINUTES_A_DAY
    newer = history.conversions_read_at[at, campaigns] < age
    at, campaigns, rows, age = at[newer], campaigns[newer], rows[newer], age[newer]
    counters = reading.counters[:, rows]
    add_late_conversions(state, at, campaigns, counters[CONVERSIONS], age)
    coverage = history.coverage[at, campaigns]
    full, was_part = np.maximum(coverage, _LEAST_COVERAGE), coverage > _PARTIAL_COVERAGE
    budget = history.budget[at, campaigns]
    history.budget[at, campaigns] = np.where(was_part, budget / full, budget)
    history.coverage[at, campaigns] = np.where(was_part, 1.0, coverage)
    history.spend[at, campaigns], history.impressions[at, campaigns] = counters[SPEND], counters[IMPRESSIONS]
    history.clicks[at, campaigns], history.conversions[at, campaigns] = counters[CLICKS], counters[CONVERSIONS]
    history.conversions_read_at[at, campaigns] = age
    add_maturity(state, at, campaigns, counters[CONVERSIONS], counters[CLICKS], age / 60.0)


def _increments(state: DetectorState, campaigns: Ints, counters: Floats, spend_expected: Floats) -> Floats:
    """What came since the reading before, (4, rows); after a dip only what came over the day's highest."""
    last, highest = state.open_day.counters[:, campaigns], state.open_day.highest[:, campaigns]
    step = np.maximum(counters - last, 0.0)
    lost, cost = highest - last, state.cpm.level[campaigns]
    usual = np.where(cost > 0, spend_expected / np.maximum(cost, 1e-12), 0.0)
    is_back = (lost[IMPRESSIONS] > _DIP_IMPRESSIONS * usual) & (counters[IMPRESSIONS] >= highest[IMPRESSIONS])
    increments: Floats = np.where(is_back & (lost > 0), np.maximum(counters - highest, 0.0), step)
    return increments


def _is_restated(state: DetectorState, campaigns: Ints, counters: Floats) -> Bools:
    """Rows that read a little less than before: the restatement hides what came since."""
    last = state.open_day.counters[:, campaigns][[SPEND, IMPRESSIONS]]
    lost = last - counters[[SPEND, IMPRESSIONS]]
    return np.asarray(((lost > 0) & (lost <= _RESTATED_SHARE * last)).any(axis=0))


def _half_hour_of(minute: float) -> int:
    """Half hour of the day, 0 to 47, that ends at or after a minute of the day."""
    return min(int(minute - 1) // 30, HALF_HOURS_A_DAY - 1) if minute > 0 else 0


def _fill_half_hour(
    state: DetectorState,
    campaigns: Ints,
    steps: Floats,
    spend_expected: Floats,
    before: Floats,
    now: float,
    is_known: Bools,
) -> None:
    """Add increments and expectations (rows,) to the newest half hour; is_known: rows whose interval is known."""
    hour, ring = _half_hour_of(now), state.half_hours
    cost = state.cpm.level[campaigns]
    cost_now = cost * state.cpm.hour_factors[hour]
    shown_expected = np.where(cost > 0, spend_expected / np.maximum(cost_now, 1e-12), 0.0)
    ctr_now = state.ctr.level[campaigns]
    converts = expected_conversions(state, campaigns, steps[CLICKS], before, now)
    is_reported = np.isfinite(steps[CONVERSIONS])
    for channel, values in (
        (RingChannel.SPEND, steps[SPEND]),
        (RingChannel.IMPRESSIONS, steps[IMPRESSIONS]),
        (RingChannel.CLICKS, steps[CLICKS]),
        (RingChannel.CONVERSIONS, np.where(is_reported, steps[CONVERSIONS], 0.0)),
        (RingChannel.EXPECTED_SPEND, spend_expected),
        (RingChannel.EXPECTED_IMPRESSIONS, shown_expected),
        (RingChannel.EXPECTED_CLICKS, steps[IMPRESSIONS] * ctr_now * state.ctr.hour_factors[hour]),
        (RingChannel.EXPECTED_CONVERSIONS, np.where(is_reported, converts, 0.0)),
        (RingChannel.EXPECTED_COST, steps[IMPRESSIONS] * cost * state.cpm.hour_factors[hour]),
        (RingChannel.READINGS, (is_known & (spend_expected > 0)).astype(float)),
    ):
        ring.add(channel, campaigns, values)


def _fill_day(
    state: DetectorState,
    campaigns: Ints,
    steps: Floats,
    counters: Floats,
    budget_share: Floats,
    share: Floats,
    before: Floats,
    now: float,
) -> None:
    """Add the increments to the day's totals, spread over the half hours that they cover."""
    at, days = row_of(state.today), state.days
    days.budget[at, campaigns] += budget_share
    days.coverage[at, campaigns] += share
    days.spend[at, campaigns] += steps[SPEND]
    days.impressions[at, campaigns] += steps[IMPRESSIONS]
    days.clicks[at, campaigns] += steps[CLICKS]
    days.conversions[at, campaigns] = _conversions_of_day(state, campaigns, steps[CONVERSIONS], counters[CONVERSIONS])
    days.conversions_read_at[at, campaigns] = now
    _spread_over_slots(state, campaigns, steps[SPEND], before, now)
    hour, ctr = _half_hour_of(now), state.ctr.level[campaigns]
    add_ctr_hour(state, hour, steps[CLICKS], steps[IMPRESSIONS] * ctr, ctr > 0)
    add_cpm_hour(state, hour, steps[SPEND], steps[IMPRESSIONS], state.cpm.level[campaigns])
    hours = np.full(campaigns.shape, now / 60.0)
    add_maturity(state, at, campaigns, days.conversions[at, campaigns], days.clicks[at, campaigns], hours)


def _conversions_of_day(state: DetectorState, campaigns: Ints, steps: Floats, counter: Floats) -> Floats:
    """The day's conversions so far: NaN while they are not reported, the whole counter once they are again."""
    so_far = state.days.conversions[row_of(state.today), campaigns]
    total: Floats = np.where(np.isfinite(so_far) & np.isfinite(steps), so_far + steps, counter)
    return total


def _spread_over_slots(state: DetectorState, campaigns: Ints, spend: Floats, before: Floats, now: float) -> None:
    """Spread the spend of an interval over its half hours in proportion to the usual profile."""
    last = _half_hour_of(now)
    first = np.minimum(((before + _EARLY_MINUTES) // 30).astype(np.int64), last)
    weights = state.spend.cumulative[last + 1, campaigns] - state.spend.cumulative[first, campaigns]
    for slot in range(int(first.min()), last + 1):
        part = np.where(first <= slot, state.spend.profile[slot, campaigns] / np.maximum(weights, 1e-12), 0.0)
        state.open_day.spend_by_slot[slot, campaigns] += spend * part
