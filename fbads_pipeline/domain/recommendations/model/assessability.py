"""Which campaigns an estimate may be made for, and why not of the others."""

from collections.abc import Collection, Mapping

import numpy as np

from fbads_pipeline.domain.recommendations.inbox.withheld import (
    ANOMALY,
    ANOTHER_GOAL,
    ASSESSED_DAYS,
    LEARNING,
    NOT_DELIVERING,
    NOT_REPORTED,
    RECENTLY_EDITED,
    Withheld,
)
from fbads_pipeline.domain.recommendations.model.campaign_history import Booleans, CampaignHistory, Floats

QUIET_DAYS = 7
_LATEST_READING = 2
_DELIVERS_WITHIN = 3


def reasons_to_withhold(
    history: CampaignHistory, withheld: Collection[str] | Mapping[str, Withheld] = ()
) -> dict[str, Withheld]:
    """Campaigns that are not assessed, and why; each of the others is.

    withheld: campaigns for which something else stands in the way, with the reason where it is known (an anomaly where
    it is not). Own reasons: conversions that were not reported on a day of the window, the first 7 days, an edit of the
    budget within 7 days, no delivery.
    """
    given = dict(withheld) if isinstance(withheld, Mapping) else dict.fromkeys(map(str, withheld), ANOMALY)
    own: tuple[tuple[Withheld, Booleans], ...] = (
        (NOT_DELIVERING, ~delivers(history)),
        (LEARNING, _days_known(history) < QUIET_DAYS),
        (RECENTLY_EDITED, days_since_edit(history) < QUIET_DAYS),
    )
    unreported = ~is_reported(history)
    found: dict[str, Withheld] = {}
    for row, campaign_id in enumerate(history.campaign_ids):
        outside = given.get(campaign_id)
        reasons = [NOT_REPORTED] if unreported[row] else []
        reasons += [outside] if outside and outside != ANOTHER_GOAL else []
        reasons += [name for name, holds in own if holds[row]]
        reasons += [outside] if outside else []
        if reasons:
            found[campaign_id] = reasons[0]
    return found


def is_reported(history: CampaignHistory) -> Booleans:
    """Whether Meta reported the conversions of every row of the window: a campaign's sum is unknown without one."""
    window = history.age <= ASSESSED_DAYS
    return np.asarray(history.total(np.where(window, np.isnan(history.conversions), 0.0)) == 0)


def delivers(history: CampaignHistory) -> Booleans:
    """Active, with a row of the last two days and spend within the last three."""
    latest = np.full(history.size, np.iinfo(np.int64).max)
    np.minimum.at(latest, history.campaign, history.age)
    active = np.zeros(history.size, dtype=bool)
    active[history.campaign] = history.is_active  # rows run from old to new: the latest stays
    spent = history.total(np.where(history.age <= _DELIVERS_WITHIN, history.spend, 0.0)) > 0
    return np.asarray(active & spent & (latest <= _LATEST_READING))


def days_since_edit(history: CampaignHistory) -> Floats:
    """Whole days since the first day of the budget in force; infinite where it never changed."""
    known = history.daily_budget > 0
    campaign, budget, age = history.campaign[known], history.daily_budget[known], history.age[known]
    changed = (campaign[1:] == campaign[:-1]) & (np.abs(np.log(budget[1:] / budget[:-1])) > 1e-3)
    since = np.full(history.size, np.inf)
    since[campaign[1:][changed]] = age[1:][changed]
    return since


def _days_known(history: CampaignHistory) -> Floats:
    first = np.zeros(history.size)
    np.maximum.at(first, history.campaign, history.age)
    return first
