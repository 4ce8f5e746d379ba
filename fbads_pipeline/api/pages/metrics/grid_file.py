"""The grid as a file: the same rows, order and columns, raw values, no text that a spreadsheet would compute."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, inert
from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.rendering.excel import render_sheet
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.pages.metrics.grid_view import ABSENT, GridColumns, known_of, label_of, unit_of
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.metrics.grid import MOST_EXPORTED
from fbads_pipeline.domain.reports.report import Cell, Table, TableColumn
from fbads_pipeline.domain.reports.tables import campaign_status

BRAZILIAN = "pt"
_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class GridAccounts:
    """Of each account its name and its days of the period; unread: those of which no day was read."""

    names: Mapping[str, str]
    days: Mapping[str, DayRange]
    unread: frozenset[str]


def grid_csv(rows: Sequence[Row], columns: GridColumns, about: GridAccounts, t: Localizer) -> bytes:
    """As spreadsheets of the reader's language open it. A figure without a value is an empty cell, and the last column
    says why."""
    style = CsvStyle.BRAZILIAN if t.language == BRAZILIAN else CsvStyle.PLAIN
    out = io.StringIO()
    writer = CsvWriter(out, style)
    writer.write([*_labels(columns, t), *(label_of(one, t) for one in columns.metrics), t("reports.label.note")])
    for row in rows:
        known = {
            metric: known_of(row, metric, is_read=row["account_id"] not in about.unread) for metric in columns.metrics
        }
        notes = [f"{label_of(name, t)}: {t(ABSENT[state])}" for name, (_, state) in known.items() if state in ABSENT]
        values = [None if value is None else value.quantize(_PLACES).normalize() for value, _ in known.values()]
        texts = [inert(one) if isinstance(one, str) else one for one in _keys(row, columns, about, t)]
        writer.write([*texts, *(one if one is None else Decimal(f"{one:f}") for one in values), "; ".join(notes)])
    if len(rows) == MOST_EXPORTED:
        writer.write([t("pages.grid.cut", count=MOST_EXPORTED)])
    return out.getvalue().encode("utf-8" if style is CsvStyle.BRAZILIAN else "utf-8-sig")


def grid_excel(rows: Sequence[Row], columns: GridColumns, about: GridAccounts, t: Localizer) -> bytes:
    """One sheet. A figure without a value is an empty cell with a note that says why."""
    heads = [
        *(TableColumn(label, "day" if n in _DAY_COLUMNS else "text") for n, label in enumerate(_labels(columns, t))),
        *(TableColumn(label_of(one, t), unit_of(one)) for one in columns.metrics),
    ]
    table = Table(t(f"pages.grid.level.{columns.level}s"), heads, [_cells(row, columns, about, t) for row in rows])
    return render_sheet(table, t, [row["currency"] for row in rows])


def _cells(row: Row, columns: GridColumns, about: GridAccounts, t: Localizer) -> list[Cell]:
    figures: list[Cell] = []
    for metric in columns.metrics:
        value, state = known_of(row, metric, is_read=row["account_id"] not in about.unread)
        figures.append(message(ABSENT[state]) if value is None and state in ABSENT else value)
    return [*_keys(row, columns, about, t), *figures]


_DAY_COLUMNS = (5, 6)


def _labels(columns: GridColumns, t: Localizer) -> list[str]:
    named = [t(f"pages.grid.level.{columns.level}s"), "id", t("pages.account"), t("pages.grid.status")]
    part = [t("pages.grid.part")] if columns.has_parts else []
    return [*named, t("pages.evidence.currency"), t("pages.frame.from"), t("pages.frame.to"), *part]


def _keys(row: Row, columns: GridColumns, about: GridAccounts, t: Localizer) -> list[str | date]:
    own, account = about.days[row["account_id"]], row["account_id"]
    return [
        plain_line(row["name"] or ""),
        row[f"{columns.level}_id"],
        about.names.get(account, account),
        plain_line(t.render(campaign_status(row["effective_status"]))),
        row["currency"] or "",
        own.since,
        own.until,
        *([row.get("part", "")] if columns.has_parts else ()),
    ]
