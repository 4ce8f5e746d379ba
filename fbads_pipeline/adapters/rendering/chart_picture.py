"""The chart of an alert as a PNG, drawn as on the pages, for channels that show pictures alone."""

import re
from dataclasses import dataclass
from io import BytesIO

from fbads_pipeline.adapters.rendering.fonts import FONT, font_faces, font_fetcher
from fbads_pipeline.adapters.rendering.pdf import RenderFailed
from fbads_pipeline.adapters.rendering.svg import HEIGHT, draw, point_text
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.alerts.charts import AlertChart
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.registry import written_unit
from fbads_pipeline.domain.reports.report import Chart

# Dots per point of the drawing: sharp on a phone.
_SCALE = 2
_MARGIN = 16
_POINTS_PER_PIXEL = 0.75
_WIDTH = re.compile(r'viewBox="0 0 (\d+) ')


@dataclass(frozen=True)
class ChartWords:
    """title: what is drawn; description: its days in words, for readers of a screen."""

    title: str
    description: str


@dataclass(frozen=True)
class ChartPicture:
    """png: the file; words: what it shows."""

    png: bytes
    words: ChartWords


def report_chart(chart: AlertChart) -> Chart:
    """The alert's chart as pages and reports draw theirs."""
    days = chart.days
    return Chart(
        title=message(f"metrics.{chart.metric}"),
        unit=written_unit(chart.metric, METRICS[chart.metric].unit),
        days=days,
        now=chart.values,
        before=[None] * len(days),
        provisional=[day in chart.provisional for day in days],
        currency=chart.currency,
        marks={} if chart.since is None else {chart.since: "anomaly"},
        gaps=chart.gaps,
    )


def chart_words(chart: AlertChart, localizer: Localizer) -> ChartWords:
    """What the chart shows, in that language."""
    drawn = report_chart(chart)
    title = localizer("alerts.chart.title", metric=localizer.render(drawn.title), count=len(drawn.days))
    described = "; ".join(point_text(drawn, index, localizer) for index in range(len(drawn.days)))
    return ChartWords(title, f"{title}. {described}")


def chart_picture(chart: AlertChart, localizer: Localizer) -> ChartPicture:
    """The picture in that language. No text in it was written by a stranger. Raises RenderFailed."""
    # plutoprint is heavy: imported where it is needed.
    import plutoprint

    svg = draw(report_chart(chart), localizer)
    found = _WIDTH.search(svg)
    if found is None:
        raise RenderFailed("the chart has no width")
    width, height = _SCALE * int(found[1]), _SCALE * HEIGHT
    sized = re.sub(r' width="\d+" height="\d+"', f' width="{width}" height="{height}"', svg, count=1)
    page = (
        f"<!doctype html><html><head><style>{font_faces()} body {{ margin: {_MARGIN}px; background: #fff;"
        f" font-family: {FONT}, sans-serif; }} svg {{ display: block; }}</style></head><body>{sized}</body></html>"
    )
    wide, high = width + 2 * _MARGIN, height + 2 * _MARGIN
    size = plutoprint.PageSize(wide * _POINTS_PER_PIXEL, high * _POINTS_PER_PIXEL)
    book = plutoprint.Book(size, plutoprint.PageMargins(0, 0, 0, 0))
    book.custom_resource_fetcher = font_fetcher()
    stream = BytesIO()
    try:
        book.load_html(page)
        book.write_to_png_stream(stream, wide, high)
    except plutoprint.Error as fault:
        raise RenderFailed(f"the chart cannot be drawn: {fault}") from None
    return ChartPicture(stream.getvalue(), chart_words(chart, localizer))
