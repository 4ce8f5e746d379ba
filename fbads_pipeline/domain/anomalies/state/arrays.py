"""The state of the detectors as named arrays, to be stored between two readings, and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState

Arrays = dict[str, "np.ndarray[Any, Any]"]


def as_arrays(state: DetectorState) -> Arrays:
    """Every array and number of the state by name; what is kept per family as `name.family`."""
    named: Arrays = {}
    for one in fields(state):
        value = getattr(state, one.name)
        if isinstance(value, dict):
            named |= {f"{one.name}.{family}": array for family, array in value.items()}
        elif not isinstance(value, DetectionSettings):
            named[one.name] = np.asarray(value)
    return named


def from_arrays(arrays: Mapping[str, "np.ndarray[Any, Any]"], settings: DetectionSettings, n: int) -> DetectorState:
    """The state that was stored, for `n` campaigns: at least as many as then, new ones at the end, known of nothing."""
    state = DetectorState(n, settings)
    for name, value in as_arrays(state).items():
        stored = arrays[name]
        if name == "n":
            continue
        if stored.shape != value.shape:
            value[..., : stored.shape[-1]] = stored
            stored = value
        field, _, family = name.partition(".")
        if family:
            getattr(state, field)[int(family)] = stored.copy()
        else:
            setattr(state, field, stored.item() if stored.ndim == 0 else stored.copy())
    return state
