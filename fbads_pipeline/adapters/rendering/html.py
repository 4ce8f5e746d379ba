"""A report as one HTML page that needs nothing from anywhere: inline CSS, inline SVG, every text escaped."""

import base64
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from markupsafe import Markup

from fbads_pipeline.adapters.rendering.svg import draw
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.reports.facts import ReportPicture
from fbads_pipeline.domain.reports.report import Cell, Figure, Report, Table, is_absent

_SCREEN_FONT = "system-ui, 'Segoe UI', Roboto, sans-serif"


def render_html(report: Report, localizer: Localizer, *, font: str = _SCREEN_FONT, font_face: str = "") -> str:
    """The page; the same for the same report. font_face: CSS that brings the font, for paper."""
    page: str = _template().render(
        report=report,
        font=Markup(font),
        font_face=Markup(font_face),
        is_landscape=any(len(table.columns) > 8 for section in report.sections for table in section.tables),
        t=localizer,
        text=localizer.render,
        cell=localizer.cell,
        brand=report.brand,
        picture=_data_address,
        draw=lambda chart: Markup(draw(chart, localizer, ink=report.brand.ink)),
        change=lambda figure: change_text(figure, localizer),
        tone=tone_of,
        shown=_shown,
        is_absent=is_absent,
        has_cover=bool(font_face) and report.has_cover,
    )
    return page


@cache
def _template() -> Any:
    # Jinja2 is heavy: imported where it is needed.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("fbads_pipeline.adapters.rendering", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css_text"] = _css_text
    return environment.get_template("report.html.j2")


def _data_address(picture: ReportPicture) -> str:
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()}"


def _css_text(text: str) -> str:
    """Text inside a CSS string: letters, digits, blanks and plain punctuation alone."""
    return "".join(one if one.isalnum() or one in " .,-/()" else " " for one in text)


def change_text(figure: Figure, localizer: Localizer) -> str:
    """With an arrow, so that colour is not the only sign."""
    change = _rounded(figure)
    if change is None:
        return localizer.cell(None, "change")
    return f"{'▲' if change > 0 else '▼' if change < 0 else '■'} {localizer.cell(change, 'change')}"


def _rounded(figure: Figure) -> Decimal | None:
    """The change as it is shown: one that reads 0 % is none."""
    return None if figure.change is None else figure.change.quantize(Decimal("0.01"), ROUND_HALF_UP)


def tone_of(figure: Figure) -> str:
    """`good`, `bad`, or nothing where a change is neither."""
    change = _rounded(figure)
    if change is None or not change or figure.good == "none":
        return ""
    return "good" if (change > 0) == (figure.good == "up") else "bad"


def _shown(table: Table) -> list[list[Cell]]:
    return [list(row) for row in table.rows[: table.most_shown]]
