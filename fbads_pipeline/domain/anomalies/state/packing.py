"""An account's detectors as bytes, and their version: detectors of another version are never read but made anew."""

import hashlib
import io
import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from fbads_pipeline.domain.anomalies.alert_budget import AlertBudget
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.arrays import as_arrays, from_arrays
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState

# Raised when stored arrays mean something else than before.
_FORMAT = 2
_IDS, _SELECTED = "campaign_ids", "budget.selected"
_ANNOUNCED, _ANNOUNCED_METRICS = "budget.announced", "budget.announced_metrics"


@dataclass
class AccountDetectors:
    """The state, the budget of alerts, and the campaigns in the order of their positions."""

    ids: tuple[str, ...]
    state: DetectorState
    budget: AlertBudget


def version_of(settings: DetectionSettings) -> str:
    """Changes with the format, the settings, and the names and shapes of the arrays."""
    shapes = [(name, array.shape, str(array.dtype)) for name, array in as_arrays(DetectorState(1, settings)).items()]
    return f"{_FORMAT}-{hashlib.sha256(repr((settings, shapes)).encode()).hexdigest()[:12]}"


def pack(detectors: AccountDetectors) -> bytes:
    """One archive of arrays, lightly compressed."""
    budget = detectors.budget
    announced = sorted(budget.announced)
    arrays = {
        **as_arrays(detectors.state),
        _IDS: np.array(detectors.ids, dtype=np.str_),
        _SELECTED: np.array([budget.day.toordinal() if budget.day else 0, budget.selected_today]),
        _ANNOUNCED: np.array([campaign for campaign, _ in announced], dtype=np.int64),
        _ANNOUNCED_METRICS: np.array([metric for _, metric in announced], dtype=np.str_),
    }
    archive = io.BytesIO()
    np.savez(archive, **arrays)  # type: ignore[arg-type]
    return zlib.compress(archive.getbuffer(), level=1)


def unpack(packed: bytes, settings: DetectionSettings, campaigns: list[str]) -> AccountDetectors:
    """The detectors that were packed, with those of `campaigns` that are new at the end."""
    with np.load(io.BytesIO(zlib.decompress(packed)), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    ids = tuple(dict.fromkeys([*arrays.pop(_IDS).tolist(), *campaigns]))
    day, selected_today = arrays.pop(_SELECTED).tolist()
    announced = set(zip(arrays.pop(_ANNOUNCED).tolist(), arrays.pop(_ANNOUNCED_METRICS).tolist(), strict=True))
    budget = AlertBudget(len(ids), settings, date.fromordinal(day) if day else None, selected_today, announced)
    return AccountDetectors(ids, from_arrays(arrays, settings, len(ids)), budget)


def new_detectors(settings: DetectionSettings, campaigns: list[str]) -> AccountDetectors:
    """Detectors that know nothing of the account yet."""
    ids = tuple(dict.fromkeys(campaigns))
    return AccountDetectors(ids, DetectorState(len(ids), settings), AlertBudget(len(ids), settings))
