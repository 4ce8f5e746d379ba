"""The plots of a backtest: findings per day, and the spend of the campaigns with most of them."""

import html
import io
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from fbads_pipeline.domain.core.errors import WrongUse

_COLOURS = {"anomaly": "#c0392b", "drift": "#d68910", "explained": "#2e86c1", "resolved": "#1e8449"}
_CAMPAIGNS = 6


class PlotMark(NamedTuple):
    """What is drawn of a finding: whose, when, and of what kind (`anomaly`, `drift`, `explained`, `resolved`)."""

    campaign: str
    at: datetime
    kind: str


def write_plots(path: Path, found: Sequence[PlotMark], readings: pd.DataFrame) -> None:
    """Findings per day, and spend per day of the campaigns with most: readings with `campaign_id, date, spend`.

    An SVG, or an HTML page around it, by the name's ending; the same input gives the same bytes."""
    if path.suffix.lower() not in (".svg", ".html"):
        raise WrongUse(f"--plots {path} should end in .svg or .html")
    svg = _svg(found, readings)
    page = f"<!doctype html><meta charset='utf-8'><title>{html.escape(path.stem)}</title>\n{svg}"
    try:
        path.write_text(svg if path.suffix.lower() == ".svg" else page, encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {error.strerror}") from None


def _svg(found: Sequence[PlotMark], readings: pd.DataFrame) -> str:
    import matplotlib  # half a second, which a backtest without plots need not wait for

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    most_findings = [
        name for name, _ in Counter(one.campaign for one in found if one.kind == "anomaly").most_common(_CAMPAIGNS)
    ]
    with matplotlib.rc_context({"svg.hashsalt": "fbads", "svg.fonttype": "none"}):
        figure = Figure(figsize=(11, 2.6 * (1 + len(most_findings))), layout="constrained")
        axes = figure.subplots(1 + len(most_findings), 1, squeeze=False)[:, 0]
        bottom: Counter[object] = Counter()
        for kind, colour in _COLOURS.items():
            days = Counter(one.at.date() for one in found if one.kind == kind)
            axes[0].bar(list(days), list(days.values()), bottom=[bottom[day] for day in days], color=colour, label=kind)
            bottom.update(days)
        axes[0].set_title("findings per day")
        axes[0].legend(loc="upper left")
        daily = readings.groupby(["campaign_id", "date"])["spend"].max()
        for axis, name in zip(axes[1:], most_findings, strict=True):
            if name in daily.index.get_level_values(0):
                axis.plot(daily[name].index, daily[name].to_numpy(), color="#555555")
            for one in (one for one in found if one.campaign == name):
                axis.axvline(pd.Timestamp(one.at).to_pydatetime(), color=_COLOURS[one.kind], linewidth=1)
            axis.set_title(f"{name}: spend per day")
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
