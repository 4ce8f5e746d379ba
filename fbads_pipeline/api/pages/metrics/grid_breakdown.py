"""The grid's campaigns by age, country or placement: rows beneath each, and how far such rows were read."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends

from fbads_pipeline.adapters.postgres.metrics.analytics import Scope
from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import AnalyticsDep, GridPartsDep, at_once
from fbads_pipeline.api.pages.frame.page_frame import PageFrame
from fbads_pipeline.api.pages.metrics.audience import part_word
from fbads_pipeline.api.pages.metrics.grid_view import GridColumns, figure_cell, known_of
from fbads_pipeline.domain.metrics.coverage import coverage_of_accounts
from fbads_pipeline.domain.metrics.grid import PARTS, GridPart, GridRequest
from fbads_pipeline.domain.reports.report import Period


class GridBreakdown:
    """A dependency: the parts of campaigns."""

    def __init__(self, parts: GridPartsDep, analytics: AnalyticsDep) -> None:
        self._parts, self._analytics = parts, analytics

    def of(self, by: GridPart | None, rows: Sequence[Row], wanted: GridRequest) -> dict[str, list[Row]]:
        """Campaign → its dearest parts; empty where the grid is not broken down."""
        return {} if by is None or not rows else self._parts.of(by, rows, wanted.scopes, wanted.metrics)

    def note(self, by: GridPart | None, frame: PageFrame, t: Localizer) -> str:
        """How many days were read by that breakdown, where some were not: the parts of a campaign are then no whole."""
        if by is None or not frame.chosen:
            return ""
        days = [frame.days(one) for one in frame.chosen]
        period = Period(min(one.since for one in days), max(one.until for one in days))
        read = self._analytics.coverage(Scope(frame.ids, frame.now, period=period), "campaign", PARTS[by][0])
        note = coverage_of_accounts(read.now).note()
        return "" if note is None else t("pages.grid.by_note", by=t(f"pages.grid.by.{by}"), note=t.render(note))


GridBreakdownDep = Annotated[GridBreakdown, Depends(at_once(GridBreakdown))]


def part_cells(
    parts: dict[str, list[Row]], rows: Sequence[Row], columns: GridColumns, t: Localizer
) -> dict[str, list[dict[str, Any]]]:
    """Campaign → a row per part, as the template shows it."""
    currencies = {row["campaign_id"]: row["currency"] for row in rows}
    return {
        campaign_id: [
            {
                "name": part_word(row["part"], t),
                "cells": [
                    figure_cell(known_of(row, one, is_read=True), one, currencies[campaign_id], t)
                    for one in columns.metrics
                ],
            }
            for row in found
        ]
        for campaign_id, found in parts.items()
    }


def with_part_rows(rows: Sequence[Row], parts: dict[str, list[Row]], t: Localizer) -> list[Row]:
    """For a file: beneath each campaign its parts, as rows with `part`."""
    return [
        one
        for row in rows
        for one in (
            row,
            *({**row, **part, "part": part_word(part["part"], t)} for part in parts.get(row["campaign_id"], ())),
        )
    ]
