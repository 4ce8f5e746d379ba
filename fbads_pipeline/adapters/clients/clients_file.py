"""Spreadsheets of clients: a row each, with the fields of the form as columns; only `name` must be there."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from fbads_pipeline.adapters.csv_reading import CellKind, read_csv, read_header
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.clients.client_form import FIELDS, ClientForm, KnownAccount, read_form
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.core.errors import WrongUse

_KINDS: dict[str, CellKind] = {"budget": "number", "cpa": "number", "roas": "number"}
_DAYS: dict[str, CellKind] = {"budget_from": "day", "budget_until": "day"}


def read_clients(path: Path, *, known: Sequence[KnownAccount], now: datetime) -> tuple[list[ClientForm], str | None]:
    """The clients of a file, and how it was read where that is not plain. known: as in `read_form`. Raises WrongUse
    with file and row."""
    named = read_header(path, FIELDS)
    kinds: dict[str, CellKind] = dict.fromkeys(("name", *named), "text")
    table = read_csv(path, {name: {**_KINDS, **_DAYS}.get(name, "text") for name in kinds})
    made: list[ClientForm] = []
    for number, line in enumerate(table.lines):
        given = {name: cells[number] for name, cells in table.columns.items()}
        try:
            made.append(read_form(given, known=known, now=now))
        except UnusableClient as wrong:
            raise WrongUse(f"{path.name} row {line}: {translator().render(wrong.message, 'en')}") from None
    if not made:
        raise WrongUse(f"{path.name} has no row below its header: nothing was set")
    return made, table.note
