"""Anomalies of one KPI series of any regular step, row by row.

A forecast of level and time of day on a scale between linear and logarithmic. Two statistics are tested: the forecast's
error, and the shift of the last rows against a slower level, each over what it usually reaches in this series. Heavy
tails are the rule in advertising: the scale is a high percentile of the past, not a standard deviation. A row is tested
with itself and the rows before it, never with later ones.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Floats

_DAY = 86_400.0
_UNIT_ROWS = 24
_LEAST_QUIET = 3
# While a whole memory passes, the scale is taken anew so many times.
_REFRESHES = 120
# Median absolute deviation of a normal distribution × this is its standard deviation.
_MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True)
class SeriesSettings:
    """One configuration for every series; counts of rows unless the name says days.

    Attributes
    ----------
    level_rows, slow_rows, shift_rows
        Rows of the forecast's level, of the slower level, and of the shift.
    memory_rows, memory_days, least_rows
        Past errors that the scale is taken from, at most (rows or days, whichever is more) and at least.
    percentile
        Of the past errors, that is the scale.
    error_threshold, shift_threshold
        Multiples of the scale that are an alert.
    season_weight, season_days
        Weight of a new day in the season, and days that no season counts as.
    quiet_rows, quiet_days, least_quiet_days
        Rows without another alert after one; days that they are at most, but three rows, and at least.
    first_rows, first_days, first_deviations, first_error
        Before `least_rows` errors are known: rows from which on anything is assessed, at least so many days of rows
        where rows come more often than daily; and the errors that are an alert then, in robust deviations and at least.
    refresh_rows
        How often the scale is taken anew; less often where the memory is long.
    """

    level_rows: int = 5
    slow_rows: int = 96
    shift_rows: int = 3
    memory_rows: int = 700
    memory_days: float = 4.0
    least_rows: int = 120
    percentile: float = 0.99
    error_threshold: float = 1.7
    shift_threshold: float = 1.2
    season_weight: float = 0.15
    season_days: float = 3.0
    quiet_rows: int = 100
    quiet_days: float = 3.5
    least_quiet_days: float = 0.4
    first_rows: int = 14
    first_days: float = 2.0
    first_deviations: float = 6.0
    first_error: float = 0.9
    refresh_rows: int = 6


def rows_needed(step_seconds: float, settings: SeriesSettings | None = None) -> int:
    """Return from how many rows on a series is assessed at all; fewer are too short.

    Examples
    --------
    >>> rows_needed(86_400.0), rows_needed(3_600.0)
    (14, 48)
    """
    known = settings or SeriesSettings()
    return max(known.first_rows, min(round(known.first_days * _DAY / step_seconds), known.least_rows))


def _quiet_rows(rows_a_day: float, settings: SeriesSettings) -> int:
    """Rows without another alert after one.

    >>> [_quiet_rows(24 * 3600.0 / step, SeriesSettings()) for step in (300.0, 3600.0, 86_400.0)]
    [115, 84, 4]
    """
    at_most = max(round(settings.quiet_days * rows_a_day), _LEAST_QUIET)
    return max(min(settings.quiet_rows, at_most), round(settings.least_quiet_days * rows_a_day))


class SeriesDetector:
    """A detector of one series; values come in the order of time.

    Parameters
    ----------
    step_seconds
        The regular step of the series.
    """

    def __init__(self, step_seconds: float, settings: SeriesSettings | None = None) -> None:
        self.settings = settings or SeriesSettings()
        a_day = _DAY / step_seconds
        self._bins = int(min(max(round(a_day), 1), 24)) if a_day >= 4 else 1
        self._rows_a_bin = max(a_day / self._bins, 1.0)
        self._quiet_rows = _quiet_rows(a_day, self.settings)
        memory = max(self.settings.memory_rows, round(self.settings.memory_days * a_day))
        self._refresh_rows = max(self.settings.refresh_rows, memory // _REFRESHES)
        self.first_rows = rows_needed(step_seconds, self.settings)
        self._season, self._season_days = np.zeros(self._bins), np.zeros(self._bins)
        self._level: deque[float] = deque(maxlen=self.settings.level_rows)
        self._slow: deque[float] = deque(maxlen=self.settings.slow_rows)
        self._errors: deque[float] = deque(maxlen=memory)
        self._shifts: deque[float] = deque(maxlen=memory)
        self._recent: deque[float] = deque(maxlen=self.settings.shift_rows)
        self._first_values: list[float] = []
        self._unit = 1.0
        self._row = 0
        self._quiet_until = -1
        self._scales = (1.0, 1.0)

    def take(self, value: float) -> tuple[float, bool]:
        """Return the score of the next value and whether it is an alert.

        Returns
        -------
        tuple of float and bool
            ``r / (1 + r)`` for the larger ratio r of a statistic to its threshold: 0.5 and more is an alert, unless one
            of the last `quiet_rows` was; a missing value has score 0.
        """
        row, self._row = self._row, self._row + 1
        if not np.isfinite(value):
            return 0.0, False
        y = self._scaled(float(np.clip(value, -1e300, 1e300)))
        place = int(row / self._rows_a_bin) % self._bins
        trust = self._season_days[place] / (self._season_days[place] + self.settings.season_days)
        deseasoned = y - self._season[place] * trust
        ratio = self._threshold_ratio(deseasoned) if self._level else 0.0
        self._learn(y, deseasoned, place)
        alert = ratio >= 1.0 and row >= self._quiet_until
        if alert:
            self._quiet_until = row + self._quiet_rows
        score = ratio / (1.0 + ratio)
        return (score if alert else min(score, 0.499)), alert

    def _scaled(self, value: float) -> float:
        """Sign and logarithm of one plus the value in units of the first day's median."""
        if len(self._first_values) < _UNIT_ROWS:
            self._first_values.append(abs(value))
            middle = float(np.median(self._first_values))
            self._unit = middle if middle > 0 else max(self._first_values) or 1.0
            self._unit = self._unit if self._unit > 0 else 1.0
        return float(np.sign(value) * np.log1p(abs(value) / self._unit))

    def _threshold_ratio(self, deseasoned: float) -> float:
        settings = self.settings
        error = abs(deseasoned - _upper_median(self._level))
        slow = _upper_median(self._slow)
        self._recent.append(deseasoned - slow)
        shift = abs(_upper_median(self._recent)) if len(self._recent) == settings.shift_rows else 0.0
        ratio = 0.0
        if len(self._errors) >= settings.least_rows:
            if self._row % self._refresh_rows == 0 or len(self._errors) == settings.least_rows:
                self._scales = self._usual(self._errors), self._usual(self._shifts)
            error_ratio = error / (settings.error_threshold * self._scales[0])
            shift_ratio = shift / (settings.shift_threshold * self._scales[1])
            ratio = max(error_ratio, shift_ratio)
        elif len(self._errors) >= self.first_rows:
            usual = _MAD_TO_DEVIATION * _upper_median(self._errors)
            ratio = error / max(settings.first_deviations * usual, settings.first_error)
        self._errors.append(error)
        self._shifts.append(shift)
        return ratio

    def _usual(self, past: deque[float]) -> float:
        """A high percentile of the past, never less than a hundredth of the unit."""
        seen = np.fromiter(past, dtype=np.float64)
        at = int(self.settings.percentile * (seen.size - 1))
        return max(float(np.partition(seen, at)[at]), 0.01)

    def _learn(self, y: float, deseasoned: float, place: int) -> None:
        """Level from the deseasoned value, season from what the day's level leaves."""
        self._level.append(deseasoned)
        self._slow.append(deseasoned)
        if len(self._slow) >= min(self._bins * self._rows_a_bin, _UNIT_ROWS) and self._bins > 1:
            left = y - _upper_median(self._slow)
            wide = 3.0 * max(self._scales[0], 0.05)
            step = np.clip(left - self._season[place], -wide, wide)
            rate = max(self.settings.season_weight, 1.0 / (self._season_days[place] + 1.0)) / self._rows_a_bin
            self._season[place] += rate * step
            self._season_days[place] += 1.0 / self._rows_a_bin


def _upper_median(values: deque[float]) -> float:
    """Upper median."""
    return sorted(values)[len(values) // 2]


def detect_series(values: Floats, step_seconds: float) -> tuple[Floats, Floats]:
    """Return scores and alerts of a whole series.

    Parameters
    ----------
    values
        (rows,) in the order of time; NaN is missing.
    step_seconds
        The regular step of the series.

    Returns
    -------
    tuple of ndarray
        Scores (rows,) between 0 and 1, and alerts (rows,), 0 or 1.

    Examples
    --------
    >>> values = 100.0 + np.sin(np.arange(300.0))
    >>> values[250] = 400.0
    >>> _, alerts = detect_series(values, step_seconds=3600.0)
    >>> np.flatnonzero(alerts)
    array([250])
    """
    detector = SeriesDetector(step_seconds)
    rows = [detector.take(float(value)) for value in values]
    return np.array([score for score, _ in rows]), np.array([float(alert) for _, alert in rows])
