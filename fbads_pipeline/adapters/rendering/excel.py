"""A report as a workbook: real numbers, formats per currency, a sheet per table, charts; no name becomes a formula."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from fbads_pipeline.domain.core.money import minor_units
from fbads_pipeline.domain.reports.report import Chart, Column, Report, Section, Table, Unit, Value

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'"))
_LONGEST_SHEET = 31
_WIDEST = 60
_A4 = 9
_LONGEST_CELL = 32_767
_NUMBERS: Mapping[Unit, str] = {
    "count": "#,##0.##",
    "ratio": "0.00%",
    "change": "+0%;-0%;0%",
    "factor": "0.00",
    "score": "0",
    "day": "yyyy-mm-dd",
}


def render_excel(report: Report) -> bytes:
    """The workbook's bytes; alike for alike reports."""
    import xlsxwriter

    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        last = report.period.last
        book.set_properties({"title": report.title, "created": datetime(last.year, last.month, last.day, tzinfo=UTC)})
        sheets = _Sheets(book)
        _summary(sheets, report)
        for section in report.sections:
            prefix = f"{section.title} " if len(report.sections) > 1 else ""
            for table in section.tables:
                if table.rows:
                    _table(sheets, f"{prefix}{table.title}", table)
            for chart in section.charts:
                _chart(sheets, f"{prefix}{chart.title}", chart, report)
    return stream.getvalue()


class _Sheets:
    """Sheets with names of their own, and formats made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._names: set[str] = set()
        self._formats: dict[str, Any] = {}
        self.header = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.text = book.add_format({"valign": "top"})

    def add(self, name: str) -> Any:
        plain = " ".join(name.translate(_FORBIDDEN).split())[:_LONGEST_SHEET] or "sheet"
        unique, number = plain, 2
        while unique.lower() in self._names:
            unique = f"{plain[: _LONGEST_SHEET - 4]} {number}"
            number += 1
        self._names.add(unique.lower())
        return self.book.add_worksheet(unique)

    def number(self, unit: Unit, currency: str | None) -> Any:
        pattern = _NUMBERS.get(unit, "#,##0.##")
        if unit == "money":
            places = "" if minor_units(currency or "") == 1 else ".00"
            pattern = f'"{currency or ""}" #,##0{places}'
        if pattern not in self._formats:
            self._formats[pattern] = self.book.add_format({"num_format": pattern, "valign": "top"})
        return self._formats[pattern]

    def write(self, sheet: Any, row: int, column: int, value: Value, unit: Unit, currency: str | None) -> None:
        """A text is a text, whatever it begins with; a missing value is an empty cell."""
        if value is None:
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value[:_LONGEST_CELL], self.text)
        elif isinstance(value, date):
            moment = datetime(value.year, value.month, value.day)
            sheet.write_datetime(row, column, moment, self.number("day", None))
        else:
            sheet.write_number(row, column, float(value), self.number(unit, currency))


def _summary(sheets: _Sheets, report: Report) -> None:
    sheet = sheets.add(report.labels.summary)
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 4, 20)
    sheet.write_string(0, 0, report.title, sheets.title)
    row = 2
    for section in report.sections:
        row = _figures(sheets, sheet, row, section, report) + 1


def _figures(sheets: _Sheets, sheet: Any, row: int, section: Section, report: Report) -> int:
    """The numbers at the top of a section, what to know and its notes; returns the next free row."""
    labels = report.labels
    sheet.write_string(row, 0, section.title, sheets.title)
    sheet.write_string(row + 1, 0, section.subtitle)
    row += 2
    if section.figures:
        for column, label in enumerate((labels.figure, labels.now, labels.before, labels.change, "")):
            sheet.write(row, column, label or None, sheets.header)
    for figure in section.figures:
        row += 1
        sheet.write_string(row, 0, figure.label)
        sheets.write(sheet, row, 1, figure.now, figure.unit, figure.currency)
        sheets.write(sheet, row, 2, figure.before, figure.unit, figure.currency)
        sheets.write(sheet, row, 3, figure.change, "change", None)
        sheets.write(sheet, row, 4, labels.provisional if figure.is_provisional else None, "text", None)
    for line in (*section.highlights, *section.notes):
        row += 1
        sheet.write_string(row, 0, line)
    return row + 1


def _table(sheets: _Sheets, name: str, table: Table) -> None:
    sheet = sheets.add(name)
    for index, column in enumerate(table.columns):
        sheet.write_string(0, index, column.label, sheets.header)
        sheet.set_column(index, index, _width(column, [row[index] for row in table.rows]))
    for number, row in enumerate(table.rows, 1):
        for index, value in enumerate(row):
            sheets.write(sheet, number, index, value, table.columns[index].unit, table.currency)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _chart(sheets: _Sheets, name: str, chart: Chart, report: Report) -> None:
    """The figures, and beside them a native chart of them."""
    sheet = sheets.add(name)
    labels = (report.labels.day, chart.title, report.labels.before, report.labels.provisional)
    for column, label in enumerate(labels):
        sheet.write_string(0, column, label, sheets.header)
    sheet.set_column(0, 3, 18)
    rows = zip(chart.days, chart.now, chart.before, chart.provisional, strict=True)
    for row, (day, now, before, is_provisional) in enumerate(rows, 1):
        sheets.write(sheet, row, 0, day, "day", None)
        sheets.write(sheet, row, 1, now, chart.unit, chart.currency)
        sheets.write(sheet, row, 2, before, chart.unit, chart.currency)
        sheets.write(sheet, row, 3, int(is_provisional), "count", None)
    last = len(chart.days)
    drawn = sheets.book.add_chart({"type": "column"})
    line = sheets.book.add_chart({"type": "line"})
    for into, column in ((drawn, 1), (line, 2)):
        series: dict[str, Any] = {
            "name": [sheet.get_name(), 0, column],
            "categories": [sheet.get_name(), 1, 0, last, 0],
            "values": [sheet.get_name(), 1, column, last, column],
        }
        into.add_series(series)
    drawn.combine(line)
    drawn.set_title({"name": chart.title, "overlay": False})
    drawn.set_legend({"position": "bottom"})
    sheet.insert_chart(1, 5, drawn, {"x_scale": 1.6, "y_scale": 1.3})
    sheet.freeze_panes(1, 1)


def _width(column: Column, values: list[Value]) -> float:
    """Room for the longest text and the longest number, its separators and its currency."""
    longest = max((_shown_length(value, column.unit) for value in values), default=0)
    return min(max(longest, len(column.label), 12), _WIDEST) + 1


def _shown_length(value: Value, unit: Unit) -> int:
    if value is None or isinstance(value, date):
        return 0
    if isinstance(value, str):
        return len(value)
    return len(f"{value:,.2f}") + (len("BRL ") if unit == "money" else 0)
