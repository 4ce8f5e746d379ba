"""The HTML page on paper. Nothing is fetched but the font, from this machine."""

from datetime import UTC, datetime
from io import BytesIO

from fbads_pipeline.adapters.rendering.fonts import FONT, font_faces, font_fetcher
from fbads_pipeline.adapters.rendering.html import render_html
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.reports.report import Report


class RenderFailed(RuntimeError):
    """The page could not be drawn."""


def render_pdf(report: Report, localizer: Localizer) -> bytes:
    """The report as PDF, dated by its period, so that the same report is the same file."""
    # plutoprint is heavy: imported where it is needed.
    import plutoprint

    page = render_html(report, localizer, font=f"{FONT}, sans-serif", font_face=font_faces())
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4)
    book.custom_resource_fetcher = font_fetcher()
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
