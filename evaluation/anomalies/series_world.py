"""Hourly prices of clicks and impressions as ad exchanges show them, with labelled anomalies; made, not recorded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHARE_OF_WINDOWS = 0.1
KINDS = ("spike", "shift", "drop", "wild")


@dataclass(frozen=True)
class Series:
    """Values by the hour; windows (first row, last row) around each anomaly's start, a tenth of the series in all."""

    values: NDArray[np.float64]
    windows: list[tuple[int, int]]


def made_series(seed: int) -> Series:
    """The series of one seed: daily rhythm, heavy tails, slow drift, unlabelled noise, one to four anomalies."""
    rng = np.random.default_rng([seed, 11])
    rows = int(rng.integers(1300, 1750))
    hour = np.arange(rows)
    rhythm = rng.uniform(0.0, 0.5) * np.sin(2 * np.pi * (hour - rng.integers(0, 24)) / 24)
    rhythm = (
        rhythm + rng.uniform(0.0, 0.15) * np.sin(4 * np.pi * hour / 24) + rng.uniform(-0.2, 0.2) * (hour % 168 >= 120)
    )
    drift = np.cumsum(rng.normal(0, rng.uniform(0.0, 0.02), rows))
    shocks = rng.standard_t(rng.uniform(2.8, 7.0), rows)
    noise, memory = np.zeros(rows), rng.uniform(0.0, 0.7)
    for row in range(1, rows):
        noise[row] = memory * noise[row - 1] + shocks[row]
    log = rhythm + drift + rng.uniform(0.05, 0.3) * noise * np.sqrt(1 - memory**2)
    count = int(rng.integers(1, 5))
    width = int(SHARE_OF_WINDOWS * rows / count)
    starts = np.sort(rng.choice(np.arange(int(0.17 * rows), rows - width, 2 * width), count, replace=False))
    typical = float(np.std(np.diff(log))) + 0.1
    for start in starts.tolist():
        _disturb(log, start, str(rng.choice(np.array(KINDS))), typical, rng)
    windows = [(max(0, start - width // 2), min(rows - 1, start + width // 2)) for start in starts.tolist()]
    return Series(rng.uniform(0.05, 2.0) * np.exp(np.clip(log, -6, 6)), windows)


def _disturb(log: NDArray[np.float64], start: int, kind: str, typical: float, rng: np.random.Generator) -> None:
    size = float(rng.uniform(4, 9)) * typical
    if kind == "spike":
        log[start : start + int(rng.integers(1, 5))] += size
    elif kind == "drop":
        log[start : start + int(rng.integers(2, 12))] -= size
    elif kind == "shift":
        log[start : start + int(rng.integers(24, 160))] += 0.5 * size * rng.choice([-1.0, 1.0])
    else:
        length = int(rng.integers(12, 60))
        log[start : start + length] += rng.normal(0, 0.5 * size, length)
