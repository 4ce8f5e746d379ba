"""The HTML page on paper. Nothing is fetched but the font, from this machine."""

from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from fbads_pipeline.adapters.rendering.html import render_html
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.reports.report import Report

_FONT = "fbads-report"
_FACES = {"DejaVuSans.ttf": "normal", "DejaVuSans-Bold.ttf": "bold"}
_SCHEME = "font:"


class RenderFailed(RuntimeError):
    """The page could not be drawn."""


def render_pdf(report: Report, localizer: Localizer) -> bytes:
    """The report as PDF, dated by its period, so that the same report is the same file."""
    # plutoprint is heavy: imported where it is needed.
    import plutoprint

    faces = "".join(
        f"@font-face {{ font-family: {_FONT}; font-weight: {weight}; src: url({_SCHEME}{name}); }}"
        for name, weight in _FACES.items()
    )
    page = render_html(report, localizer, font=f"{_FONT}, sans-serif", font_face=faces)
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4)
    book.custom_resource_fetcher = _fetcher()
    moment = datetime(report.period.last.year, report.period.last.month, report.period.last.day, tzinfo=UTC)
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    try:
        book.load_html(page)  # which forgets what is known of the file so far
        for name, value in (
            (plutoprint.PDF_METADATA_TITLE, localizer.render(report.title)),
            (plutoprint.PDF_METADATA_CREATOR, report.brand.name or localizer.render(report.title)),
            (plutoprint.PDF_METADATA_CREATION_DATE, stamp),
            (plutoprint.PDF_METADATA_MODIFICATION_DATE, stamp),
        ):
            book.set_metadata(name, value)
        stream = BytesIO()
        book.write_to_pdf_stream(stream)
    except plutoprint.Error as fault:
        raise RenderFailed(f"the report cannot be drawn as PDF: {fault}") from None
    return stream.getvalue()


@cache
def _fetcher() -> Any:
    # plutoprint is heavy: imported where it is needed.
    import plutoprint

    class Fonts(plutoprint.ResourceFetcher):
        """Hands out the two fonts, and refuses every other address.

        The library keeps a font until the process ends, later than Python does: it must read the file itself, for a
        buffer of ours would be given back to an interpreter that is gone.
        """

        def fetch_url(self, url: str) -> Any:
            name = url.removeprefix(_SCHEME)
            if name not in _FACES:
                raise ValueError("nothing is fetched")
            return plutoprint.default_resource_fetcher.fetch_url(_font(name).as_uri())

    return Fonts()


def _font(name: str) -> Path:
    """DejaVu comes with matplotlib and knows Latin, Greek, Cyrillic and the arrows."""
    # matplotlib is heavy: imported where it is needed.
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
