"""The plots of a backtest: findings per day, and the spend of the campaigns with most of them."""

import html
import io
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from fbads_pipeline.adapters.translation.translator import Localizer, localizer
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.formatting import Language

_COLOURS = {"anomaly": "#c0392b", "drift": "#d68910", "explained": "#2e86c1", "resolved": "#1e8449"}
_CAMPAIGNS = 6


class PlotMark(NamedTuple):
    """What is drawn of a finding: the campaign's id, when, and of what kind (`anomaly`, `drift`, `explained`,
    `resolved`)."""

    campaign_id: str
    at: datetime
    kind: str


def write_plots(
    path: Path,
    found: Sequence[PlotMark],
    readings: pd.DataFrame,
    language: Language,
    titles: Mapping[str, str] | None = None,
) -> None:
    """Findings per day, and spend per day of the campaigns with most: readings with `campaign_id, date, spend`.

    A day without delivery is 0, one that is not known is missing. titles: of campaigns, by id.

    An SVG, or an HTML page around it, by the name's ending; the same input gives the same bytes."""
    if path.suffix.lower() not in (".svg", ".html"):
        raise WrongUse(f"--plots {path} should end in .svg or .html")
    t = localizer(language)
    svg = _svg(found, readings, titles or {}, t)
    about = f"<meta charset='utf-8'><title>{html.escape(path.stem)}</title>"
    page = f"<!doctype html><html lang='{t.tag}'>{about}\n{svg}</html>"
    try:
        path.write_text(svg if path.suffix.lower() == ".svg" else page, encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {error.strerror}") from None


def _svg(found: Sequence[PlotMark], readings: pd.DataFrame, titles: Mapping[str, str], t: Localizer) -> str:
    import matplotlib  # half a second, which a backtest without plots need not wait for

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    most_findings = [
        name for name, _ in Counter(one.campaign_id for one in found if one.kind == "anomaly").most_common(_CAMPAIGNS)
    ]
    with matplotlib.rc_context({"svg.hashsalt": "fbads", "svg.fonttype": "none"}):
        figure = Figure(figsize=(11, 2.6 * (1 + len(most_findings))), layout="constrained")
        axes = figure.subplots(1 + len(most_findings), 1, squeeze=False)[:, 0]
        bottom: Counter[object] = Counter()
        for kind, colour in _COLOURS.items():
            days = Counter(one.at.date() for one in found if one.kind == kind)
            if days:
                label = t(f"anomalies.plot.{kind}")
                below = [bottom[day] for day in days]
                axes[0].bar(list(days), list(days.values()), bottom=below, color=colour, label=label)
            bottom.update(days)
        axes[0].set_title(t("anomalies.plot.findings"))
        if found:
            axes[0].legend(loc="upper left")
        daily = readings.groupby(["campaign_id", "date"])["spend"].max()
        for axis, name in zip(axes[1:], most_findings, strict=True):
            if name in daily.index.get_level_values(0):
                spend = daily[name].asfreq("D")  # a day that is not known is a gap
                axis.plot(spend.index, spend.to_numpy(), color="#555555", marker=".")
                axis.set_ylim(bottom=0)
            for one in (one for one in found if one.campaign_id == name):
                axis.axvline(pd.Timestamp(one.at).to_pydatetime(), color=_COLOURS[one.kind], linewidth=1)
            axis.set_title(t("anomalies.plot.spend", campaign=titles.get(name, name)))
        text = io.StringIO()
        with warnings.catch_warnings():
            # Names are text, which who opens the page draws in a font of its own.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
            figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
