"""One day that is assessed, and the days that it is compared with."""

from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.daily.day_grid import DayGrid
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.anomalies.detectors.rhythm import usual_pauses
from fbads_pipeline.domain.anomalies.state.readings import Bools, Ints


@dataclass(frozen=True)
class AssessedDay:
    """A position in a grid of days, and what is known of it beforehand.

    Attributes
    ----------
    at
        Its position in the grid.
    taught
        Positions of the days of its baseline (baseline days,).
    pauses_by_weekday
        Whether campaigns usually do not deliver, rows ``ordinal % 7`` (7, n).
    pauses
        The same of each of the last days, the assessed one last (days, n).
    is_known
        Campaigns with enough days in the baseline (n,).
    """

    at: int
    taught: Ints
    pauses_by_weekday: Bools
    pauses: Bools
    is_known: Bools

    def span(self, windows: tuple[int, ...]) -> slice:
        """Positions of the days of the longest window, which ends with this day."""
        return slice(self.at - max(windows) + 1, self.at + 1)


def assessed_day(grid: DayGrid, at: int, settings: DaySettings) -> AssessedDay:
    """The day at that position with its baseline."""
    last = at - settings.untaught_days
    taught = np.arange(max(0, last - settings.baseline_days + 1), max(last, 0) + 1)
    shown, days = grid.impressions[taught], grid.days[taught]
    longest = max(settings.conversion_windows)
    newest = int(grid.days[at])
    asked = np.arange(newest - 6, newest + 1)
    pauses = np.array([usual_pauses(shown, days, int(one)) for one in asked])
    by_weekday = pauses[np.argsort(asked % 7)]
    is_known = (shown > 0).sum(axis=0) >= settings.least_baseline_days
    return AssessedDay(at, taught, by_weekday, pauses[-longest:], is_known)
