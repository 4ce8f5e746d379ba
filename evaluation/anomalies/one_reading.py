"""What one reading of a large account costs, its history in memory."""

import time
from datetime import datetime, timedelta

import numpy as np

from fbads_pipeline.domain.anomalies.detection import observe
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.arrays import nbytes
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import Reading

_DAYS = 8


def seconds_of_a_reading(campaigns: int) -> tuple[float, float]:
    """Median seconds of a reading on the ninth day, and the size of the state in MiB."""
    rng = np.random.default_rng(5)
    state = DetectorState(campaigns, DetectionSettings())
    start = datetime(2026, 3, 2)
    level = rng.lognormal(7, 1.5, campaigns)
    total = np.zeros((4, campaigns))
    taken = []
    for step in range(_DAYS * 6 + 8):
        hours = step * 4 if step < _DAYS * 6 else _DAYS * 24 + (step - _DAYS * 6) / 2
        at = start + timedelta(hours=hours, minutes=30)
        if at.hour < 4 and at.minute == 30 and at.hour == 0:
            total[:] = 0.0
        total += np.maximum(rng.poisson(level * np.array([[1.0], [0.02], [0.01], [0.001]])), 0)
        day = np.full(campaigns, at.toordinal())
        reading = Reading(at, np.arange(campaigns), day, total.copy(), level / 50)
        begun = time.perf_counter()
        observe(state, reading)
        taken.append(time.perf_counter() - begun)
    return float(np.median(taken[-6:])), nbytes(state) / 2**20
