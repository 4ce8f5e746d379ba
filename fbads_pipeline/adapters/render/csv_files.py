"""A report as CSV: one block per table, raw values, texts that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from fbads_pipeline.domain.reports import Report, Table, Value

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def render_csv(report: Report) -> str:
    """Long form: section, table, then the columns of that table, a header before each. Points as decimal marks; empty
    where there is no value; a text that begins like a formula gets an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for section in report.sections:
        for table in _tables(section.tables):
            header = [f"{column.label} ({table.currency})" if _is_money(column.unit, table) else column.label
                      for column in table.columns]  # fmt: skip
            writer.writerow(["section", "table", *header])
            writer.writerows([inert(section.title), table.title, *map(_cell, row)] for row in table.rows)
            writer.writerow([])
    return text.getvalue()


def inert(text: str) -> str:
    """The text as a spreadsheet shows it, and computes nothing."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _tables(tables: Iterable[Table]) -> list[Table]:
    return [table for table in tables if table.rows]


def _is_money(unit: str, table: Table) -> bool:
    return unit == "money" and table.currency is not None


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return inert(value)
    return value.isoformat() if isinstance(value, date) else f"{value:f}" if not isinstance(value, int) else str(value)
