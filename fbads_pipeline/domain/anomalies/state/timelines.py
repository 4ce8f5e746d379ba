"""What was known at an instant: figures and budgets by campaign, carried forward from version to version."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import CampaignDayVersion, ObjectState
from fbads_pipeline.domain.anomalies.state.readings import COUNTERS, Bools, Floats, Ints


class FigureTimeline:
    """The newest version of each campaign and day up to the instant of `advance`.

    versions: oldest first. A reading that found nothing new left no version: what was known before still holds.
    """

    def __init__(self, versions: Sequence[CampaignDayVersion], place: Mapping[str, int]) -> None:
        self._versions, self._place, self._next = versions, place, 0
        self._counters: dict[date, Floats] = {}
        self._is_there: dict[date, Bools] = {}

    def advance(self, at: datetime) -> None:
        """Take what was known at that instant."""
        while self._next < len(self._versions) and self._versions[self._next].known_from <= at:
            self._take(self._versions[self._next])
            self._next += 1

    def _take(self, one: CampaignDayVersion) -> None:
        who = self._place[one.campaign_id]
        if one.day not in self._counters:
            self._counters[one.day] = np.zeros((len(COUNTERS), len(self._place)))
            self._is_there[one.day] = np.zeros(len(self._place), dtype=np.bool_)
        figures = (0.0,) * 4 if one.is_removed else (one.impressions, one.clicks, one.spend, one.conversions)
        self._counters[one.day][:, who] = [np.nan if figure is None else figure for figure in figures]
        self._is_there[one.day][who] = True

    def of(self, day: date, *, is_whole: bool) -> tuple[Ints, Floats]:
        """Campaigns (rows,) and their counters (4, rows), NaN where Meta did not report a figure.

        is_whole: a campaign without a row counts with zeros.
        """
        n = len(self._place)
        counters = self._counters.get(day, np.zeros((len(COUNTERS), n)))
        who = np.arange(n) if is_whole else np.flatnonzero(self._is_there.get(day, np.zeros(n, dtype=np.bool_)))
        return who, counters[:, who].copy()


class ObjectTimeline:
    """Status and daily budget of each campaign at an instant; the first known state holds for the time before it.

    A campaign without a daily budget of its own has that of its active ad sets together. is_active: as remembered.
    """

    def __init__(self, states: Sequence[ObjectState], place: Mapping[str, int], is_active: Bools) -> None:
        self._place, self._is_active = place, is_active.copy()
        self._own, self._below = np.zeros(len(place)), np.zeros(len(place))
        self._adsets: dict[str, float] = {}
        first: dict[str, ObjectState] = {}
        for one in states:
            first.setdefault(one.object_id, one)
        self._at_first = list(first.values())
        self._states, self._next = [one for one in states if first[one.object_id] is not one], 0

    def advance(self, at: datetime) -> dict[int, bool]:
        """Campaign → whether it may deliver, where that is another than before."""
        due, self._at_first = self._at_first, []
        while self._next < len(self._states) and self._states[self._next].valid_from <= at:
            due.append(self._states[self._next])
            self._next += 1
        before = self._is_active.copy()
        for one in due:
            self._take(one)
        changed = np.flatnonzero(before != self._is_active)
        return {int(who): bool(self._is_active[who]) for who in changed}

    def _take(self, one: ObjectState) -> None:
        who = self._place.get(one.campaign_id)
        if who is None:
            return
        budget = one.daily_budget or 0.0
        if one.is_campaign:
            self._own[who], self._is_active[who] = budget, one.is_active
        else:
            now = budget if one.is_active else 0.0
            self._below[who] += now - self._adsets.get(one.object_id, 0.0)
            self._adsets[one.object_id] = now

    def budget(self) -> Floats:
        """Daily budget (n,), zero where there is none."""
        budget: Floats = np.where(self._own > 0, self._own, self._below.round(6))
        return budget
