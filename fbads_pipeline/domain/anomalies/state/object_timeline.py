"""Status, schedule and budget of each campaign at an instant, carried forward from version to version."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import ObjectState
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats


class ObjectTimeline:
    """What campaigns were at the instant of `advance`; the first known state holds for the time before it.

    A campaign may deliver while it is active, has begun and has not ended, and while one of its ad sets may, where they
    are known. One without a daily budget of its own has that of its active ad sets together. may_deliver: as
    remembered, for campaigns of which no state is known.
    """

    def __init__(self, states: Sequence[ObjectState], place: Mapping[str, int], may_deliver: Bools) -> None:
        self._place, self._remembered, self._may_deliver = place, may_deliver, may_deliver.copy()
        self._own, self._below = np.zeros(len(place)), np.zeros(len(place))
        self._campaigns: dict[int, ObjectState] = {}
        self._adsets: dict[int, dict[str, ObjectState]] = {}
        first: dict[str, ObjectState] = {}
        for one in states:
            first.setdefault(one.object_id, one)
        self._at_first = [one for one in first.values() if one.campaign_id in place]
        self._states = [one for one in states if first[one.object_id] is not one and one.campaign_id in place]
        edges = {(at, place[one.campaign_id]) for one in self._at_first for at in (one.starts_at, one.ends_at) if at}
        self._edges = sorted(edges)
        self._next, self._next_edge = 0, 0

    def advance(self, at: datetime) -> dict[int, bool]:
        """Campaign → whether it may deliver, where that is another than before."""
        due, self._at_first = self._at_first, []
        while self._next < len(self._states) and self._states[self._next].valid_from <= at:
            due.append(self._states[self._next])
            self._next += 1
        for one in due:
            self._take(one)
        passed = bisect_right(self._edges, at, lo=self._next_edge, key=lambda edge: edge[0])
        touched = {self._place[one.campaign_id] for one in due}
        touched |= {who for _, who in self._edges[self._next_edge : passed]}
        self._next_edge = passed
        changed = {}
        for who in sorted(touched):
            may = self._may(who, at)
            if may != self._may_deliver[who]:
                changed[who] = may
                self._may_deliver[who] = may
        return changed

    def budget(self) -> Floats:
        """Daily budget (n,), zero where there is none."""
        budget: Floats = np.where(self._own > 0, self._own, self._below.round(6))
        return budget

    def may_deliver(self) -> Bools:
        """Whether each campaign may deliver (n,)."""
        return self._may_deliver.copy()

    def _take(self, one: ObjectState) -> None:
        who = self._place[one.campaign_id]
        if one.is_campaign:
            self._own[who], self._campaigns[who] = one.daily_budget or 0.0, one
            return
        adsets = self._adsets.setdefault(who, {})
        self._below[who] += _spendable(one) - _spendable(adsets.get(one.object_id))
        adsets[one.object_id] = one

    def _may(self, who: int, at: datetime) -> bool:
        campaign, adsets = self._campaigns.get(who), self._adsets.get(who, {}).values()
        may = bool(self._remembered[who]) if campaign is None else campaign.is_active and campaign.is_on(at)
        return may and (not adsets or any(not one.is_paused and one.is_on(at) for one in adsets))


def _spendable(adset: ObjectState | None) -> float:
    return adset.daily_budget or 0.0 if adset is not None and adset.is_active else 0.0
