"""Half hours of spend as the detectors keep them."""

import numpy as np

from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import RING_SLOTS, RingChannel

SETTINGS = DetectionSettings()


def filled_state(logs, *, half_hour=0.09, day=0.04, memory=0.0, before=None):
    """A state whose ring holds those logs of today's half hours (half hours, n), and those of the whole day before."""
    state = DetectorState(logs.shape[1], SETTINGS)
    state.today, ring = 739_000, state.half_hours
    ring.slot = state.today * 48 + len(logs)
    every = logs if before is None else np.concatenate([before, logs])
    slots = (ring.slot + 1 - len(every) + np.arange(len(every))) % RING_SLOTS
    variation = state.half_hour_variation
    variation.half_hour[:], variation.day[:], variation.memory = half_hour, day, memory
    ring.ring[RingChannel.LOG_WEIGHT, slots] = 1.0 / half_hour
    ring.ring[RingChannel.WEIGHTED_LOG, slots] = every / half_hour
    ring.ring[RingChannel.READINGS, slots], ring.ring[RingChannel.EXPECTED_IMPRESSIONS, slots] = 1.0, 100.0
    return state
