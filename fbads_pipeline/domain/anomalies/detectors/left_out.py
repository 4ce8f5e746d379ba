"""Rows that a reading leaves out: Meta answers none for a campaign that has delivered nothing."""

from dataclasses import replace

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.spend import delivered_share
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HALF_HOURS_A_DAY, RING_SLOTS, row_of
from fbads_pipeline.domain.anomalies.state.readings import COUNTERS, Bools, Floats, Ints, Reading

# Until so many minutes after midnight a reading without any row of the new day is about the day before.
MIDNIGHT_GRACE = 30
# A row that was there today and is missing for less than this was missed; from then on what was known of it holds.
_MISSED_MINUTES = 360
_WHOLE_SHARE = 0.9
# So many readings without a row say that nothing was delivered; fewer may have missed it.
TELLING_READINGS = 3


def with_rows_left_out(state: DetectorState, reading: Reading) -> Reading:
    """Return the reading with a row of today for every campaign.

    Notes
    -----
    Without a row today yet: nothing was delivered, zeros. With one earlier today: what it said holds, once the row has
    been missing for six hours in which others were read. Campaigns that are not made yet or not active have none. An
    export's reading without the rows of more
    than a tenth of the campaigns that delivered says nothing of any: it was cut short, or is about earlier days.
    """
    if not reading.reads_today:
        return reading
    today = reading.at.toordinal()
    of_today = reading.day == today
    is_open = state.today == today
    counters: Floats = state.open_day.counters if is_open else np.zeros((len(COUNTERS), state.n))
    had_a_row = (counters != 0).any(axis=0)
    delivered = had_a_row if is_open else state.days.impressions[row_of(today - 1)] > 0
    if reading.budgets is None and of_today.sum() < max(_WHOLE_SHARE * delivered.sum(), 1):
        return reading
    missing = (reading.minute >= state.campaigns.created) & state.campaigns.is_active
    missing[reading.campaign[of_today]] = False
    lag = state.open_day.read_to.max(initial=0.0) - state.open_day.read_to
    who = np.flatnonzero(missing & (~had_a_row | (lag >= _MISSED_MINUTES)))
    if not who.size:
        return reading
    budgets = state.campaigns.budget_read if reading.budgets is None else reading.budgets
    return replace(
        reading,
        campaign=np.concatenate([reading.campaign, who]),
        day=np.concatenate([reading.day, np.full(who.size, today)]),
        counters=np.hstack([reading.counters, counters[:, who]]),
        budget=np.concatenate([reading.budget, budgets[who]]),
        is_left_out=np.arange(reading.campaign.size + who.size) >= reading.campaign.size,
    )


def is_just_missed(state: DetectorState) -> Bools:
    """Campaigns whose row was left out by too few readings to say that nothing was delivered (n,)."""
    missed = state.open_day.rows_missed
    just: Bools = (missed > 0) & (missed < TELLING_READINGS)
    return just


def take_back(state: DetectorState, campaigns: Ints, budget: Floats) -> None:
    """Make one interval of the readings that left out a row and the one that has it again, if they were few.

    Parameters
    ----------
    campaigns, budget
        Those with a row at this reading, with more impressions than before (rows,).

    Notes
    -----
    What a row says after one to three readings without it may have been delivered in any of them: no zero was read,
    and no sudden rise. Their expectations go; the coming interval begins where the last row ended.
    """
    day, ring, at = state.open_day, state.half_hours, row_of(state.today)
    missed = day.rows_missed[campaigns]
    is_short = (missed > 0) & (missed <= TELLING_READINGS)
    if not is_short.any():
        return
    who, from_row, own = campaigns[is_short], day.row_read_to[campaigns[is_short]], budget[is_short]
    share = delivered_share(state, who, day.read_to[who]) - delivered_share(state, who, from_row)
    state.days.coverage[at, who] -= share
    state.days.budget[at, who] -= np.where(own > 0, own, 1.0) * share
    first = state.today * HALF_HOURS_A_DAY + -(-from_row.astype(np.int64) // 30)
    for back in range(1, min(ring.slot - int(first.min()), RING_SLOTS)):
        ring.ring[:, (ring.slot - back) % RING_SLOTS, who[ring.slot - back > first]] = 0.0
    day.read_to[who] = from_row
