"""`fbads sql`: one read-only statement, as the analyst, to a table, CSV or JSON on stdout."""

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.settings import Settings

TABLE_ROWS = 1000


def run_sql(settings: Settings, query: str, fmt: str) -> int:
    """Print the rows; money and other decimals keep every digit. A table shows the first 1,000 rows and says so."""
    from fbads_pipeline.adapters.postgres.server.analyst import read_only_query

    with open_database(settings) as database:
        columns, rows = read_only_query(database.analyst, query, max_rows=TABLE_ROWS + 1 if fmt == "table" else None)
        {"table": _table, "csv": _csv, "json": _json}[fmt](columns, rows)
    return 0


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = list(rows)
    table = Table(box=SIMPLE)
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in shown[:TABLE_ROWS]:
        table.add_row(*(Text(_plain(value)) for value in row))
    width = None if sys.stdout.isatty() else 240
    Console(width=width, highlight=False).print(table)
    if len(shown) > TABLE_ROWS:
        print(f"the first {TABLE_ROWS} rows; --format csv writes all", file=sys.stderr)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_plain(value) for value in row])


def _json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A JSON array with a row per line; decimals are strings, so that no digit is lost."""
    out = sys.stdout
    out.write("[")
    for number, row in enumerate(rows):
        out.write(",\n" if number else "\n")
        out.write(orjson.dumps(dict(zip(columns, row, strict=True)), default=str).decode())
    out.write("\n]\n")


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return orjson.dumps(value, default=str).decode()
    return str(value)
