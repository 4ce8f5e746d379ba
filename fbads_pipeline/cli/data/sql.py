"""`fbads sql`: one read-only statement, to a table, CSV or JSON on stdout."""

import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, cell_text
from fbads_pipeline.adapters.postgres.server.analyst import QueryRefused, read_only_query
from fbads_pipeline.adapters.postgres.server.database import Database, open_database
from fbads_pipeline.bootstrap.metrics import readiness
from fbads_pipeline.cli.options import CsvForm, DatabaseRole
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)

TABLE_ROWS = 1000
# Said where a table is asked for that the first collection makes.
NOTHING_READ = (
    "nothing was read in this home yet: its tables are made by the first collection, `fbads sync --from DAY --to DAY`"
    " or `fbads up`; `fbads demo` shows invented figures"
)


class RowFormat(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One read-only statement.")],
    fmt: Annotated[RowFormat, typer.Option("--format", help="How rows are written.")] = RowFormat.TABLE,
    role: Annotated[DatabaseRole, typer.Option(help="Who logs in.")] = DatabaseRole.ANALYST,
    style: CsvForm = CsvStyle.PLAIN,
) -> None:
    """Read the database with one read-only statement.

    The analyst sees the marts alone; the owner sees every schema. Money and other decimals keep every digit. A table
    shows the first 1,000 rows and says so.
    """
    most = TABLE_ROWS + 1 if fmt is RowFormat.TABLE else None
    with open_database(load_settings()) as database:
        columns, rows = _answer(database, query, role, most)
        if fmt is RowFormat.CSV:
            _csv(columns, rows, style)
        else:
            {RowFormat.TABLE: _table, RowFormat.JSON: _json}[fmt](columns, rows)


def _answer(
    database: Database, query: str, role: DatabaseRole, most: int | None
) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Columns and rows; where the home holds no tables yet, WrongUse says what makes them."""
    missing = readiness(database).missing()
    if missing == "not_migrated":
        raise WrongUse(NOTHING_READ)
    engine = database.analyst if role is DatabaseRole.ANALYST else database.owner
    try:
        return read_only_query(engine, query, max_rows=most)
    except QueryRefused as refusal:
        raise refusal if missing is None else WrongUse(f"{refusal}; {NOTHING_READ}") from None


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    shown = list(rows)
    table = Table(box=SIMPLE)
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in shown[:TABLE_ROWS]:
        table.add_row(*(Text(cell_text(value, CsvStyle.PLAIN)) for value in row))
    width = None if sys.stdout.isatty() else 240
    Console(width=width, highlight=False).print(table)
    if len(shown) > TABLE_ROWS:
        print(f"the first {TABLE_ROWS} rows; --format csv writes all", file=sys.stderr)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], style: CsvStyle) -> None:
    writer = CsvWriter(sys.stdout, style)
    writer.write(columns)
    for row in rows:
        writer.write(row)


def _json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A JSON array with a row per line; decimals are strings, so that no digit is lost."""
    out = sys.stdout
    out.write("[")
    for number, row in enumerate(rows):
        out.write(",\n" if number else "\n")
        out.write(orjson.dumps(dict(zip(columns, row, strict=True)), default=str).decode())
    out.write("\n]\n")
