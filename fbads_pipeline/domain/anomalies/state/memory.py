"""The detectors' memory of one account as bytes, and its version: another one is never read, but made anew."""

import hashlib
import io
import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from fbads_pipeline.domain.anomalies.alert_budget import Sender
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.arrays import as_arrays, from_arrays
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState

_FORMAT = 1
_IDS, _SENT, _TOLD, _TOLD_METRICS = "campaign_ids", "sender.sent", "sender.told", "sender.told_metrics"


@dataclass
class Remembered:
    """The state, the sender beside it, and the campaigns in the order of their positions."""

    ids: tuple[str, ...]
    state: DetectorState
    sender: Sender


def version_of(settings: DetectionSettings) -> str:
    """Changes with the format, the settings, and the names and shapes of what is remembered."""
    shapes = [(name, array.shape, str(array.dtype)) for name, array in as_arrays(DetectorState(1, settings)).items()]
    return f"{_FORMAT}-{hashlib.sha256(repr((settings, shapes)).encode()).hexdigest()[:12]}"


def pack(held: Remembered) -> bytes:
    """One archive of arrays, lightly compressed."""
    told = sorted(held.sender.told)
    arrays = {
        **as_arrays(held.state),
        _IDS: np.array(held.ids, dtype=np.str_),
        _SENT: np.array([held.sender.day.toordinal() if held.sender.day else 0, held.sender.sent_today]),
        _TOLD: np.array([campaign for campaign, _ in told], dtype=np.int64),
        _TOLD_METRICS: np.array([metric for _, metric in told], dtype=np.str_),
    }
    archive = io.BytesIO()
    np.savez(archive, **arrays)  # type: ignore[arg-type]
    return zlib.compress(archive.getbuffer(), level=1)


def unpack(packed: bytes, settings: DetectionSettings, campaigns: list[str]) -> Remembered:
    """What was packed, with those of `campaigns` that are new at the end."""
    with np.load(io.BytesIO(zlib.decompress(packed)), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    ids = tuple(dict.fromkeys([*arrays.pop(_IDS).tolist(), *campaigns]))
    day, sent_today = arrays.pop(_SENT).tolist()
    told = set(zip(arrays.pop(_TOLD).tolist(), arrays.pop(_TOLD_METRICS).tolist(), strict=True))
    sender = Sender(len(ids), settings, date.fromordinal(day) if day else None, sent_today, told)
    return Remembered(ids, from_arrays(arrays, settings, len(ids)), sender)


def unknown(settings: DetectionSettings, campaigns: list[str]) -> Remembered:
    """Nothing is remembered yet."""
    ids = tuple(dict.fromkeys(campaigns))
    return Remembered(ids, DetectorState(len(ids), settings), Sender(len(ids), settings))
