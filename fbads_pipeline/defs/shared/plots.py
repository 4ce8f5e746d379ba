"""Small pictures for the metadata of assets: made in memory, shown by Dagster's UI as they are."""

import base64
import io
from collections.abc import Sequence
from typing import Any

_SIZE = (5.0, 1.8)


def histogram(values: Sequence[float], title: str) -> bytes:
    """A PNG of how often which tenth of 0..100 occurs."""
    return _drawn(title, lambda axes: axes.hist(list(values), bins=range(0, 101, 10), color="#3b6fb6"))


def curve(points: Sequence[tuple[float, float]], title: str) -> bytes:
    """A PNG of a line through the points."""
    across, up = ([one[side] for one in points] for side in (0, 1))
    return _drawn(title, lambda axes: axes.plot(across, up, color="#3b6fb6"))


def as_markdown(png: bytes) -> str:
    """The picture inside its own text: nothing is written to a disk."""
    return f"![](data:image/png;base64,{base64.b64encode(png).decode()})"


def _drawn(title: str, draw: Any) -> bytes:
    # matplotlib is heavy: imported where it is needed.
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    draw(axes)
    axes.set_title(title, fontsize=8)
    axes.tick_params(labelsize=7)
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=100, metadata={"Software": None})
    return written.getvalue()
