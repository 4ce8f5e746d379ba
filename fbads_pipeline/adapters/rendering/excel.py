"""A report as a workbook: real numbers, formats per currency, a sheet per table, charts; no name becomes a formula."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.core.money import minor_units
from fbads_pipeline.domain.reports.report import Cell, Chart, Report, Section, Table, TableColumn, Unit

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'"))
_LONGEST_SHEET = 31
_WIDEST = 60
_A4 = 9
_LONGEST_CELL = 32_767
# Of the summary: its last column, a line's height in points, and how many characters its width holds.
_LAST, _LINE, _CHARACTERS = 4, 15, 115
_NUMBERS: Mapping[Unit, str] = {
    "count": "#,##0.##",
    "ratio": "0.00%",
    "change": "+0%;-0%;0%",
    "factor": "0.00",
    "score": "0",
}
# Rows of a table that fill one page of paper, its width fitted to the page; more pages than that are not printed small.
_ROWS_OF_PAGE, _MOST_PAGES = 60, 3
# Pages of a whole workbook on paper: the summary, the longest table, then the others as they stand. The rest is for the
# screen: its print area is the last cell of the sheet, where nothing is.
PRINTED_PAGES = 6
_NOWHERE = (1_048_575, 16_383)


def render_excel(report: Report, localizer: Localizer) -> bytes:
    """The workbook's bytes; the same for the same report."""
    # xlsxwriter is heavy: imported where it is needed.
    import xlsxwriter

    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        last = report.period.last
        book.set_properties(
            {"title": localizer.render(report.title), "created": datetime(last.year, last.month, last.day, tzinfo=UTC)}
        )
        sheets = _Sheets(book, localizer)
        _summary(sheets, report)
        sheets.share_pages(table for section in report.sections for table in section.tables)
        for section in report.sections:
            prefix = f"{section.title} " if len(report.sections) > 1 else ""
            for table in section.tables:
                if table.rows and table != report.definitions:
                    _table(sheets, f"{prefix}{localizer.render(table.title)}", table)
            for chart in section.charts:
                _chart(sheets, f"{prefix}{localizer.render(chart.title)}", chart)
        if report.definitions is not None and report.definitions.rows:
            _table(sheets, localizer("reports.label.definitions"), report.definitions)
    return stream.getvalue()


def render_sheet(table: Table, localizer: Localizer, currencies: Sequence[str | None]) -> bytes:
    """A workbook of that table alone. currencies: of each row's amounts."""
    # xlsxwriter is heavy: imported where it is needed.
    import xlsxwriter

    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        _table(_Sheets(book, localizer), localizer.render(table.title), table, currencies)
    return stream.getvalue()


class _Sheets:
    """Sheets with names of their own, and formats made once."""

    def __init__(self, book: Any, localizer: Localizer) -> None:
        self.book, self.localizer = book, localizer
        self._names: set[str] = set()
        self._formats: dict[str, Any] = {}
        self._longest: Table | None = None
        self._pages: int | None = None  # no limit, for a table alone
        self.header = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.text = book.add_format({"valign": "top"})
        self.line = book.add_format({"valign": "top", "text_wrap": True})

    def share_pages(self, tables: Iterable[Table]) -> None:
        """Keep as many pages as the longest table fills; what is left of PRINTED_PAGES goes by the order of sheets."""
        self._longest = max((one for one in tables if one.rows), key=lambda one: len(one.rows), default=None)
        self._pages = PRINTED_PAGES - 1 - (0 if self._longest is None else pages_of(self._longest))

    def pages_for(self, table: Table | None) -> int:
        """How many pages the sheet of a table, or of a chart, may print on; 0 where it is for the screen."""
        if self._pages is None:
            return pages_of(table)
        if table is not None and table is self._longest:
            return pages_of(table)
        wanted = pages_of(table)
        given = wanted if wanted <= self._pages else 0
        self._pages -= given
        return given

    def add(self, name: str) -> Any:
        plain = " ".join(name.translate(_FORBIDDEN).split())[:_LONGEST_SHEET] or "–"
        unique, number = plain, 2
        while unique.lower() in self._names:
            unique = f"{plain[: _LONGEST_SHEET - 4]} {number}"
            number += 1
        self._names.add(unique.lower())
        return self.book.add_worksheet(unique)

    def number(self, unit: Unit, currency: str | None) -> Any:
        pattern = self.localizer("formats.sheet_day") if unit == "day" else _NUMBERS.get(unit, "#,##0.##")
        if unit == "money":
            places = "" if minor_units(currency or "") == 1 else ".00"
            pattern = f'"{currency or ""}" #,##0{places}'
        if pattern not in self._formats:
            self._formats[pattern] = self.book.add_format({"num_format": pattern, "valign": "top"})
        return self._formats[pattern]

    def write(self, sheet: Any, row: int, column: int, value: Cell, unit: Unit, currency: str | None) -> None:
        """A text is a text, whatever it begins with; a missing value is an empty cell. A text in the place of a figure
        is the note of an empty cell, so that sums and charts of the sheet see no zero."""
        if value is None:
            return
        if isinstance(value, date):
            moment = datetime(value.year, value.month, value.day)
            sheet.write_datetime(row, column, moment, self.number("day", None))
        elif isinstance(value, Decimal | int):
            sheet.write_number(row, column, float(value), self.number(unit, currency))
        elif unit != "text":
            sheet.write_blank(row, column, None, self.number(unit, currency))
            sheet.write_comment(row, column, self.localizer.render(value)[:_LONGEST_CELL])
        else:
            sheet.write_string(row, column, self.localizer.render(value)[:_LONGEST_CELL], self.text)


def _summary(sheets: _Sheets, report: Report) -> None:
    sheet = sheets.add(sheets.localizer("reports.label.summary"))
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 4, 20)
    sheet.write_string(0, 0, sheets.localizer.render(report.title), sheets.title)
    row = 2
    if report.comment:
        sheet.merge_range(row, 0, row, _LAST, report.comment, sheets.line)
        sheet.set_row(row, _LINE * (report.comment.count("\n") + 1 + len(report.comment) // _CHARACTERS))
        row += 2
    for section in report.sections:
        row = _figures(sheets, sheet, row, section) + 1
    _print_on_a4(sheet, report.brand.name)


def _figures(sheets: _Sheets, sheet: Any, row: int, section: Section) -> int:
    """The numbers at the top of a section, what to know and its notes; returns the next free row."""
    localizer = sheets.localizer
    sheet.write_string(row, 0, section.title, sheets.title)
    sheet.write_string(row + 1, 0, localizer.render(section.subtitle))
    row += 2
    if section.figures:
        for column, name in enumerate(("figure", "now", "before", "change")):
            sheet.write_string(row, column, localizer(f"reports.label.{name}"), sheets.header)
        sheet.write_blank(row, 4, None, sheets.header)
    for figure in section.figures:
        row += 1
        sheet.write_string(row, 0, localizer.render(figure.label))
        sheets.write(sheet, row, 1, figure.shown, figure.unit, figure.currency)
        sheets.write(sheet, row, 2, figure.before, figure.unit, figure.currency)
        sheets.write(sheet, row, 3, figure.change, "change", None)
        provisional = message("reports.label.provisional") if figure.is_provisional else figure.absent
        sheets.write(sheet, row, 4, provisional, "text", None)
    for line in (*section.warnings, *section.highlights, *section.notes):
        row += 1
        text = localizer.render(line)
        sheet.merge_range(row, 0, row, _LAST, "", sheets.line)
        sheet.write_string(row, 0, text, sheets.line)
        sheet.set_row(row, _LINE * (1 + len(text) // _CHARACTERS))
    return row + 1


def _print_on_a4(sheet: Any, name: str = "", *, pages: int = 1) -> None:
    """Landscape, as wide as the page, on at most so many pages, 0 for none; numbered. name: who made it."""
    if pages == 0:
        sheet.print_area(*_NOWHERE, *_NOWHERE)
        pages = 1
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, pages)
    sheet.set_footer(f"&L{name.replace('&', '&&')}&R&P / &N")


def pages_of(table: Table | None) -> int:
    """Pages of paper that a table fills, fitted to their width; a chart fills one."""
    return 1 if table is None else min(_MOST_PAGES, 1 + len(table.rows) // _ROWS_OF_PAGE)


def _table(sheets: _Sheets, name: str, table: Table, currencies: Sequence[str | None] | None = None) -> None:
    """currencies: of each row's amounts, where they differ."""
    sheet = sheets.add(name)
    of_row = currencies if currencies is not None else [table.currency] * len(table.rows)
    for index, column in enumerate(table.columns):
        label = sheets.localizer.render(column.label)
        sheet.write_string(0, index, label, sheets.header)
        sheet.set_column(index, index, _width(label, column, [row[index] for row in table.rows], sheets.localizer))
    for number, (row, currency) in enumerate(zip(table.rows, of_row, strict=True), 1):
        for index, value in enumerate(row):
            sheets.write(sheet, number, index, value, table.columns[index].unit, currency)
    sheet.freeze_panes(1, 1)
    _print_on_a4(sheet, pages=sheets.pages_for(table))
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _chart(sheets: _Sheets, name: str, chart: Chart) -> None:
    """The figures, and beside them a native chart of them."""
    sheet = sheets.add(name)
    localizer = sheets.localizer
    title = localizer.render(chart.title)
    labels = [localizer(f"reports.label.{name}") for name in ("day", "before", "provisional")]
    for column, label in enumerate((labels[0], title, *labels[1:])):
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
    drawn.set_title({"name": title, "overlay": False})
    drawn.set_legend({"position": "bottom"})
    small = {"size": 9, "color": "#5b6474"}
    drawn.set_x_axis({"date_axis": True, "num_format": localizer("formats.sheet_short_day"), "num_font": small})
    pattern = _axis(chart)
    drawn.set_y_axis({"num_format": pattern, "num_font": small, "min": 0, "major_gridlines": {"visible": True}})
    sheet.insert_chart(1, 5, drawn, {"x_scale": 1.6, "y_scale": 1.3})
    sheet.freeze_panes(1, 1)
    _print_on_a4(sheet, pages=sheets.pages_for(None))


def _axis(chart: Chart) -> str:
    """Whole numbers, with the currency of amounts: an axis needs no cents."""
    return f'"{chart.currency or ""}" #,##0' if chart.unit == "money" else "#,##0"


def _width(label: str, column: TableColumn, values: list[Cell], localizer: Localizer) -> float:
    """Room for the longest text and the longest number, its separators and its currency."""
    longest = max((_shown_length(value, column.unit, localizer) for value in values), default=0)
    return min(max(longest, len(label), 12), _WIDEST) + 1


def _shown_length(value: Cell, unit: Unit, localizer: Localizer) -> int:
    if value is None or isinstance(value, date):
        return 0
    if isinstance(value, Decimal | int):
        return len(f"{value:,.2f}") + (len("BRL ") if unit == "money" else 0)
    return len(localizer.render(value))
