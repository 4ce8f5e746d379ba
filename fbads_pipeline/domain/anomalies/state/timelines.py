"""What was known at an instant: figures by campaign, carried forward from version to version."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import CampaignDayVersion
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

    def of(self, day: date) -> tuple[Ints, Floats]:
        """Campaigns with a row (rows,) and their counters (4, rows), NaN where Meta did not report a figure."""
        if day not in self._counters:
            return np.zeros(0, dtype=np.int64), np.zeros((len(COUNTERS), 0))
        who = np.flatnonzero(self._is_there[day])
        return who, self._counters[day][:, who].copy()
