"""A report as CSV: one block per table, raw values, texts that no spreadsheet takes for a formula.

UTF-8 behind a byte order mark, without which spreadsheets take ã for two characters; commas between and points as
decimal marks, or as Brazilian spreadsheets open it.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, decimal_text, inert
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.reports.report import Cell, Report, Section, Table, TableColumn, is_absent

_PLACES = 6


def render_csv(report: Report, localizer: Localizer, style: CsvStyle = CsvStyle.PLAIN) -> bytes:
    """Long form: section, table, then the columns of that table, a header before each. Numbers have at most six
    decimals; empty where there is no value; a text that begins like a formula gets an apostrophe. What was not read or
    not reported is said in a last column, where a table has such, and in lines before the tables."""
    text = io.StringIO()
    writer = CsvWriter(text, style)
    of_all = [localizer("reports.label.section"), localizer("reports.label.table")]
    for section in report.sections:
        for warning in section.warnings:
            writer.write([inert(section.title), inert(localizer.render(warning))])
        for table in _tables([_figures(section), *section.tables]):
            has_notes = any(_notes(row, table, localizer) for row in table.rows)
            header = [*of_all, *(_header(column, table, localizer) for column in table.columns)]
            writer.write([*header, localizer("reports.label.note")] if has_notes else header)
            for row in table.rows:
                cells = [_cell(one, column, localizer, style) for one, column in zip(row, table.columns, strict=True)]
                noted = [_notes(row, table, localizer)] if has_notes else []
                writer.write([inert(section.title), localizer.render(table.title), *cells, *noted])
            writer.write([])
    return text.getvalue().encode("utf-8" if style is CsvStyle.BRAZILIAN else "utf-8-sig")


def _tables(tables: Iterable[Table]) -> list[Table]:
    return [table for table in tables if table.rows]


def _figures(section: Section) -> Table:
    """The numbers at the top as a table; they are of several units, so that each row names its own."""
    columns = [
        *(TableColumn(message(f"reports.label.{name}"), "text") for name in ("figure", "unit")),
        *(TableColumn(message(f"reports.label.{name}"), "count") for name in ("now", "before")),
        TableColumn(message("reports.label.change"), "change"),
        TableColumn(message("reports.label.provisional"), "count"),
    ]
    rows: list[Sequence[Cell]] = [
        [
            one.label,
            one.currency or "" if one.unit == "money" else message(f"reports.unit.{one.unit}"),
            one.shown,
            one.before,
            one.change,
            int(one.is_provisional),
        ]
        for one in section.figures
    ]
    return Table(message("reports.label.summary"), columns, rows)


def _header(column: TableColumn, table: Table, localizer: Localizer) -> str:
    label = localizer.render(column.label)
    return f"{label} ({table.currency})" if column.unit == "money" and table.currency is not None else label


def _notes(row: Sequence[Cell], table: Table, localizer: Localizer) -> str:
    """Why figures of the row are missing: the text that stands in the place of each."""
    found = {
        localizer.render(column.label): localizer.cell(value, column.unit)
        for value, column in zip(row, table.columns, strict=True)
        if is_absent(value, column)
    }
    return "; ".join(f"{label}: {text}" for label, text in found.items())


def _cell(value: Cell, column: TableColumn, localizer: Localizer, style: CsvStyle) -> str:
    if value is None or is_absent(value, column):
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | int):
        return decimal_text(f"{round(Decimal(value), _PLACES).normalize() + 0:f}", style)
    return inert(localizer.render(value))
