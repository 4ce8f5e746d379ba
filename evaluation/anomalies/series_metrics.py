"""The standard score of the Numenta Anomaly Benchmark (Lavin and Ahmad, 2015), and F1 by windows detected.

Within a window the first alert counts, more the earlier it comes; an alert outside costs 0.11, less shortly after a
window; a window without an alert costs one. The first 15 % of a series (750 rows at most) are left out. 0 is no
alert at all, 100 is every window detected at its first row without a false alert.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FALSE_ALERT = 0.11
Windows = Sequence[tuple[int, int]]


@dataclass
class SeriesCounts:
    """Sums over series; windows are (first row, last row), both in."""

    score: float = 0.0
    windows: int = 0
    detected: int = 0
    false: int = 0

    def add(self, alerts: NDArray[np.bool_], windows: Windows) -> None:
        """Add one series: alerts per row (rows,) and its labelled windows."""
        start = min(int(0.15 * len(alerts)), 750)
        rows = [int(row) for row in np.flatnonzero(alerts) if row >= start]
        labelled = [window for window in windows if window[1] >= start]
        for first, last in labelled:
            inside = [row for row in rows if first <= row <= last]
            self.windows += 1
            self.detected += bool(inside)
            position = -(last - inside[0] + 1) / (last - first + 1) if inside else 0.0
            self.score += _sigmoid(position) / _sigmoid(-1.0) if inside else -1.0
        for row in rows:
            if not any(first <= row <= last for first, last in labelled):
                self.false += 1
                before = [window for window in labelled if window[1] < row]
                distance = (row - before[-1][1]) / max(before[-1][1] - before[-1][0], 1) if before else np.inf
                self.score += FALSE_ALERT * (_sigmoid(distance) if distance <= 3 else -1.0)

    @property
    def standard(self) -> float:
        """The score from 0 (no alert) to 100."""
        return 100.0 * (self.score + self.windows) / (2.0 * self.windows) if self.windows else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of windows detected and of alerts that were right."""
        return 2.0 * self.detected / max(self.detected + self.false + self.windows, 1)


def _sigmoid(position: float) -> float:
    return float(2.0 / (1.0 + np.exp(5.0 * position)) - 1.0)
