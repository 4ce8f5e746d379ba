"""The state of the detectors as named arrays, to be stored between two readings, and back."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState

Arrays = dict[str, "np.ndarray[Any, Any]"]


def as_arrays(state: DetectorState) -> Arrays:
    """Every array and number of the state by its path, such as ``spend.alerts.is_open``."""
    return _named(state, "")


def _named(group: Any, path: str) -> Arrays:
    named: Arrays = {}
    for one in fields(group):
        value = getattr(group, one.name)
        if is_dataclass(value) and not isinstance(value, DetectionSettings):
            named |= _named(value, f"{path}{one.name}.")
        elif not isinstance(value, DetectionSettings):
            named[f"{path}{one.name}"] = np.asarray(value)
    return named


def from_arrays(arrays: Mapping[str, "np.ndarray[Any, Any]"], settings: DetectionSettings, n: int) -> DetectorState:
    """The state that was stored, for `n` campaigns.

    Parameters
    ----------
    arrays
        As `as_arrays` named them.
    settings
        Those that the state was made with.
    n
        At least as many campaigns as then; new ones come last and nothing is known of them.
    """
    state = DetectorState(n, settings)
    for path, value in as_arrays(state).items():
        stored, (*groups, name) = arrays[path], path.split(".")
        if name == "n":
            continue
        if stored.shape != value.shape:
            value[..., : stored.shape[-1]] = stored
            stored = value
        group: Any = state
        for one in groups:
            group = getattr(group, one)
        setattr(group, name, stored.item() if stored.ndim == 0 else stored.copy())
    return state


def nbytes(state: DetectorState) -> int:
    """Bytes that the state's arrays take."""
    return sum(array.nbytes for array in as_arrays(state).values())
