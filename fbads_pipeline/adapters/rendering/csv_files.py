"""A report as CSV: one block per table, raw values, texts that no spreadsheet takes for a formula.

UTF-8 behind a byte order mark, without which spreadsheets take ã for two characters; commas between, points as decimal
marks.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain.reports.report import Column, Labels, Report, Section, Table, Value

_PLACES = 6
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def render_csv(report: Report) -> bytes:
    """Long form: section, table, then the columns of that table, a header before each. Numbers have at most six
    decimals; empty where there is no value; a text that begins like a formula gets an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for section in report.sections:
        for table in _tables([_figures(section, report.labels), *section.tables]):
            header = [f"{column.label} ({table.currency})" if _is_money(column.unit, table) else column.label
                      for column in table.columns]  # fmt: skip
            writer.writerow(["section", "table", *header])
            writer.writerows([inert(section.title), table.title, *map(_cell, row)] for row in table.rows)
            writer.writerow([])
    return text.getvalue().encode("utf-8-sig")


def inert(text: str) -> str:
    """The text as a spreadsheet shows it, and computes nothing."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _tables(tables: Iterable[Table]) -> list[Table]:
    return [table for table in tables if table.rows]


def _figures(section: Section, labels: Labels) -> Table:
    """The numbers at the top as a table; they are of several units, so that each row names its own."""
    columns = [
        *(Column(label, "text") for label in (labels.figure, labels.unit)),
        *(Column(label, "count") for label in (labels.now, labels.before)),
        Column(labels.change, "change"),
        Column(labels.provisional, "count"),
    ]
    rows: list[Sequence[Value]] = [
        [
            one.label,
            one.currency or "" if one.unit == "money" else one.unit,
            one.now,
            one.before,
            one.change,
            int(one.is_provisional),
        ]
        for one in section.figures
    ]
    return Table(labels.summary, columns, rows)


def _is_money(unit: str, table: Table) -> bool:
    return unit == "money" and table.currency is not None


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{round(Decimal(value), _PLACES).normalize() + 0:f}"
