"""Every format that a report can be had in."""

from collections.abc import Callable, Mapping

from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.reports.report import Report

# Each format's library is imported when the first report is rendered in it.


def _html(report: Report, language: str) -> bytes:
    # Jinja2 is heavy: imported where it is needed.
    from fbads_pipeline.adapters.rendering.html import render_html

    return render_html(report, localizer(language)).encode()


def _pdf(report: Report, language: str) -> bytes:
    # plutoprint is heavy: imported where it is needed.
    from fbads_pipeline.adapters.rendering.pdf import render_pdf

    return render_pdf(report, localizer(language))


def _excel(report: Report, language: str) -> bytes:
    # xlsxwriter is heavy: imported where it is needed.
    from fbads_pipeline.adapters.rendering.excel import render_excel

    return render_excel(report, localizer(language))


def _csv(report: Report, language: str) -> bytes:
    """As spreadsheets of the language open it."""
    return _brazilian_csv(report, language) if language == "pt" else _plain_csv(report, language)


def _plain_csv(report: Report, language: str) -> bytes:
    # Loaded like the other formats, when it is asked for.
    from fbads_pipeline.adapters.rendering.csv_files import render_csv

    return render_csv(report, localizer(language))


def _brazilian_csv(report: Report, language: str) -> bytes:
    # Loaded like the other formats, when it is asked for.
    from fbads_pipeline.adapters.csv_writing import CsvStyle
    from fbads_pipeline.adapters.rendering.csv_files import render_csv

    return render_csv(report, localizer(language), CsvStyle.BRAZILIAN)


# Scheduled reports are made in each of these.
RENDERERS: Mapping[str, Callable[[Report, str], bytes]] = {"html": _html, "pdf": _pdf, "xlsx": _excel, "csv": _csv}
# Made where somebody asks for them.
ON_REQUEST: Mapping[str, Callable[[Report, str], bytes]] = {"csv_br": _brazilian_csv, "csv_plain": _plain_csv}
