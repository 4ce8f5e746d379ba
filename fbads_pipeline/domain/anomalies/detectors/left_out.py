"""Rows that a reading leaves out: Meta answers none for a campaign that has delivered nothing."""

from dataclasses import replace

import numpy as np

from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import row_of
from fbads_pipeline.domain.anomalies.state.readings import COUNTERS, Floats, Reading

# Until so many minutes after midnight a reading without any row of the new day is about the day before.
MIDNIGHT_GRACE = 30
# A row that was there today and is missing for less than this was missed; from then on what was known of it holds.
_MISSED_MINUTES = 360
_WHOLE_SHARE = 0.9


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
    )
