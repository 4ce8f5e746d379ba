"""Every format that a report can be had in."""

from collections.abc import Callable, Mapping

from fbads_pipeline.domain.reports.report import Report


def _html(report: Report) -> bytes:
    from fbads_pipeline.adapters.rendering.html import render_html

    return render_html(report).encode()


def _pdf(report: Report) -> bytes:
    from fbads_pipeline.adapters.rendering.pdf import render_pdf

    return render_pdf(report)


def _excel(report: Report) -> bytes:
    from fbads_pipeline.adapters.rendering.excel import render_excel

    return render_excel(report)


def _csv(report: Report) -> bytes:
    from fbads_pipeline.adapters.rendering.csv_files import render_csv

    return render_csv(report)


RENDERERS: Mapping[str, Callable[[Report], bytes]] = {"html": _html, "pdf": _pdf, "xlsx": _excel, "csv": _csv}
