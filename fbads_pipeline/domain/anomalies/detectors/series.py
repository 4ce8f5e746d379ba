"""Anomalies of one KPI series of any regular step, row by row.

A forecast of level and time of day on a scale between linear and logarithmic; the error, and the shift of the last rows
against a slower level, each measured by what this series' own errors usually reach. Heavy tails are the rule in
advertising: the yardstick is a high percentile of the past, not a standard deviation. Every row is judged with itself
and with what came before it, never with what comes after.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Floats

_DAY = 86_400.0
_FIRST_ROWS = 24


@dataclass(frozen=True)
class SeriesSettings:
    """One configuration for every series; counts of rows unless the name says hours or days."""

    level_rows: int = 6
    slow_rows: int = 96
    shift_rows: int = 3
    memory_rows: int = 700
    least_rows: int = 120
    percentile: float = 0.99
    error_bar: float = 1.6
    shift_bar: float = 1.2
    season_weight: float = 0.15
    season_days: float = 3.0
    quiet_rows: int = 80
    refresh_rows: int = 6


class SeriesDetector:
    """Feed it values in the order of time. `step_seconds`: the regular step of the series."""

    def __init__(self, step_seconds: float, settings: SeriesSettings | None = None) -> None:
        self.settings = settings or SeriesSettings()
        a_day = _DAY / step_seconds
        self._bins = int(min(max(round(a_day), 1), 24)) if a_day >= 4 else 1
        self._rows_a_bin = max(a_day / self._bins, 1.0)
        self._season, self._seasons = np.zeros(self._bins), np.zeros(self._bins)
        self._level: deque[float] = deque(maxlen=self.settings.level_rows)
        self._slow: deque[float] = deque(maxlen=self.settings.slow_rows)
        self._errors: deque[float] = deque(maxlen=self.settings.memory_rows)
        self._shifts: deque[float] = deque(maxlen=self.settings.memory_rows)
        self._recent: deque[float] = deque(maxlen=self.settings.shift_rows)
        self._first: list[float] = []
        self._unit = 1.0
        self._row = 0
        self._quiet_until = -1
        self._yardsticks = (1.0, 1.0)

    def take(self, value: float) -> tuple[float, bool]:
        """Score from 0 to 1 (0.5 and more is an alert) and whether to alert; a missing value has score 0."""
        row, self._row = self._row, self._row + 1
        if not np.isfinite(value):
            return 0.0, False
        y = self._scaled(float(np.clip(value, -1e300, 1e300)))
        place = int(row / self._rows_a_bin) % self._bins
        trust = self._seasons[place] / (self._seasons[place] + self.settings.season_days)
        plain = y - self._season[place] * trust
        loudness = self._loudness(plain) if self._level else 0.0
        self._learn(y, plain, place)
        alert = loudness >= 1.0 and row >= self._quiet_until
        if alert:
            self._quiet_until = row + self.settings.quiet_rows
        score = loudness / (1.0 + loudness)
        return (score if alert else min(score, 0.499)), alert

    def _scaled(self, value: float) -> float:
        """Sign and logarithm of one plus the value in units of the first day's median."""
        if len(self._first) < _FIRST_ROWS:
            self._first.append(abs(value))
            middle = float(np.median(self._first))
            self._unit = middle if middle > 0 else max(self._first) or 1.0
            self._unit = self._unit if self._unit > 0 else 1.0
        return float(np.sign(value) * np.log1p(abs(value) / self._unit))

    def _loudness(self, plain: float) -> float:
        settings = self.settings
        error = abs(plain - _middle(self._level))
        slow = _middle(self._slow)
        self._recent.append(plain - slow)
        shift = abs(_middle(self._recent)) if len(self._recent) == settings.shift_rows else 0.0
        loudness = 0.0
        if len(self._errors) >= settings.least_rows:
            if self._row % settings.refresh_rows == 0 or len(self._errors) == settings.least_rows:
                self._yardsticks = self._usual(self._errors), self._usual(self._shifts)
            by_error = error / (settings.error_bar * self._yardsticks[0])
            by_shift = shift / (settings.shift_bar * self._yardsticks[1])
            loudness = max(by_error, by_shift)
        self._errors.append(error)
        self._shifts.append(shift)
        return loudness

    def _usual(self, past: deque[float]) -> float:
        """A high percentile of the past, never less than a hundredth of the unit."""
        seen = np.fromiter(past, dtype=np.float64)
        at = int(self.settings.percentile * (seen.size - 1))
        return max(float(np.partition(seen, at)[at]), 0.01)

    def _learn(self, y: float, plain: float, place: int) -> None:
        """Level from the plain value, season from what the day's level leaves."""
        self._level.append(plain)
        self._slow.append(plain)
        if len(self._slow) >= min(self._bins * self._rows_a_bin, _FIRST_ROWS) and self._bins > 1:
            left = y - _middle(self._slow)
            wide = 3.0 * max(self._yardsticks[0], 0.05)
            step = np.clip(left - self._season[place], -wide, wide)
            rate = max(self.settings.season_weight, 1.0 / (self._seasons[place] + 1.0)) / self._rows_a_bin
            self._season[place] += rate * step
            self._seasons[place] += 1.0 / self._rows_a_bin


def _middle(values: deque[float]) -> float:
    """Upper median."""
    return sorted(values)[len(values) // 2]


def detect_series(values: Floats, step_seconds: float) -> tuple[Floats, Floats]:
    """Scores and alerts (0.0 or 1.0) of a whole series, row by row; values in the order of time."""
    detector = SeriesDetector(step_seconds)
    rows = [detector.take(float(value)) for value in values]
    return np.array([score for score, _ in rows]), np.array([float(alert) for _, alert in rows])
