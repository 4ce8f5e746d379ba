"""The grid's campaigns together by what their names say, as rows of the page and of its files."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends

from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, inert
from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.rendering.excel import render_sheet
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import GridGroupsDep, NamingDep, at_once
from fbads_pipeline.api.pages.frame.page_frame import PageFrame
from fbads_pipeline.api.pages.metrics.grid_file import BRAZILIAN
from fbads_pipeline.api.pages.metrics.grid_view import ABSENT, GridColumns, group_cell, label_of, unit_of
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Message, message
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.grid import GROUPS, GridGroup, GridRequest
from fbads_pipeline.domain.metrics.states import known_figure
from fbads_pipeline.domain.reports.report import Cell, Table, TableColumn


class GridGrouping:
    """A dependency: what campaigns are taken together by, and the groups."""

    def __init__(self, groups: GridGroupsDep, naming: NamingDep) -> None:
        self._groups, self._naming = groups, naming

    def offered(self, frame: PageFrame) -> list[GridGroup]:
        """The dimensions that the patterns of the chosen accounts read from names."""
        known = {one for rule in self._naming.rules(frame.ids).values() for one in rule.dimensions}
        return [one for one in GROUPS if one in known]

    def of(self, group: GridGroup | None, wanted: GridRequest) -> Sequence[Row]:
        """The groups over all pages; none where campaigns stand by themselves."""
        return () if group is None else self._groups.of(group, replace(wanted, offset=0))


GridGroupingDep = Annotated[GridGrouping, Depends(at_once(GridGrouping))]


def group_rows(found: Sequence[Row], columns: GridColumns, t: Localizer) -> list[dict[str, Any]]:
    """A row per value and currency; what of the names fits no pattern is named so."""
    return [
        {
            "name": plain_line(one["part"]) if one["part"] else t("pages.grid.group.other"),
            "is_other": not one["part"],
            "about": t("pages.grid.count.campaigns", count=int(one["objects"])),
            "cells": [group_cell(one, metric, t) for metric in columns.metrics],
        }
        for one in found
    ]


def group_file(found: Sequence[Row], group: GridGroup, columns: GridColumns, kind: str, t: Localizer) -> bytes:
    """The groups as CSV or XLSX: the same rows, order and columns; a figure without a value says why."""
    labels = [t(f"pages.grid.group.{group}"), t("pages.grid.level.campaigns"), t("pages.evidence.currency")]
    heads = [TableColumn(label, "text") for label in labels]
    heads += [TableColumn(label_of(one, t), unit_of(one)) for one in columns.metrics]
    rows = [_cells(one, columns, t) for one in found]
    if kind == "xlsx":
        return render_sheet(Table(labels[0], heads, rows), t, [one["currency"] for one in found])
    style = CsvStyle.BRAZILIAN if t.language == BRAZILIAN else CsvStyle.PLAIN
    out = io.StringIO()
    writer = CsvWriter(out, style)
    writer.write([one.label for one in heads])
    for row in rows:
        writer.write([inert(one) if isinstance(one, str) else _written(one, t) for one in row])
    return out.getvalue().encode("utf-8" if style is CsvStyle.BRAZILIAN else "utf-8-sig")


def _cells(one: Row, columns: GridColumns, t: Localizer) -> list[Cell]:
    name = plain_line(one["part"]) if one["part"] else t("pages.grid.group.other")
    figures: list[Cell] = []
    for metric in columns.metrics:
        value, state = known_figure(METRICS[metric], one, is_read=True)
        figures.append(message(ABSENT[state]) if value is None and state in ABSENT else value)
    return [name, str(one["objects"]), one["currency"] or "", *figures]


def _written(cell: Cell, t: Localizer) -> Any:
    return t.render(cell) if isinstance(cell, Message) else cell
