"""Spreadsheets of orders: a row each; `id`, `time`, `value` and `currency` must be there."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fbads_pipeline.adapters.csv_reading import CellKind, read_csv, read_header
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.orders.errors import UnusableOrder
from fbads_pipeline.domain.orders.order import ShopOrder
from fbads_pipeline.domain.orders.order_file import COLUMNS, REQUIRED, OrderRow, read_row, without_repeats

_KINDS: dict[str, CellKind] = {"time": "time", "value": "number", "refunded": "number"}


def read_orders(
    path: Path, *, timezone_name: str, now: datetime
) -> tuple[list[ShopOrder], tuple[date, date], str | None]:
    """The orders of a file, each once, the first and the last day among them, and how it was read if that is not plain.

    timezone_name: of times without an offset, and of the day. Raises WrongUse with file and row: then nothing is kept.
    """
    named = read_header(path, COLUMNS)
    table = read_csv(path, {name: _KINDS.get(name, "text") for name in dict.fromkeys((*REQUIRED, *named))})
    rows: list[OrderRow] = []
    try:
        for number, line in enumerate(table.lines):
            cells = {name: values[number] for name, values in table.columns.items()}
            rows.append(OrderRow(line, read_row(cells, timezone_name=timezone_name, now=now)))
        orders = without_repeats(rows)
    except UnusableOrder as wrong:
        where = "" if wrong.message.key == "orders.wrong.twice" else f", row {table.lines[len(rows)]}"
        raise WrongUse(f"{path.name}{where}: {translator().render(wrong.message, 'en')}") from None
    if not orders:
        raise WrongUse(f"{path.name} has no row below its header: nothing was kept")
    days = [one.placed_at.astimezone(ZoneInfo(timezone_name)).date() for one in orders]
    return orders, (min(days), max(days)), table.note
