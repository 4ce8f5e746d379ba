"""The grid as plain texts for the template: no figure is calculated here, only written out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.alerts.message_layout import sparkline
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.delivery.messages import object_link
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.grid import OF_GOAL, PAGE_ROWS, GridLevel
from fbads_pipeline.domain.metrics.registry import written_unit
from fbads_pipeline.domain.metrics.states import Known, known_figure
from fbads_pipeline.domain.reports.report import Unit
from fbads_pipeline.domain.reports.tables import campaign_status

# State of a figure without value → what stands in its place.
ABSENT = {
    "not_reported": "reports.label.not_reported",
    "not_read": "reports.label.not_read",
    "no_tax_rate": "clients.budget.no_rate",
}
# Amounts and ratios of amounts that say whether tax is in them; those with tax are called so by themselves.
_WITHOUT_TAX = frozenset({"spend", "cpa", "roas", "cpm", "cpc"})


@dataclass(frozen=True)
class GridColumns:
    """metrics: in their order; has_parts: whether rows of parts stand between."""

    level: GridLevel
    metrics: tuple[str, ...]
    has_parts: bool = False

    @property
    def has_budget(self) -> bool:
        """Ads hold none."""
        return self.level != "ad"


def unit_of(metric: str) -> Unit:
    """How a figure of that metric is written."""
    return written_unit(metric, METRICS[metric].unit)


def label_of(metric: str, t: Localizer) -> str:
    """As people call it, with the word on tax where it is an amount."""
    label = t(f"metrics.{metric}")
    return f"{label} ({t('pages.money.spend')})" if metric in _WITHOUT_TAX else label


def known_of(row: Row, metric: str, *, is_read: bool) -> Known:
    """The figure and its state; of an object without rows nothing was delivered, where its account was read."""
    return known_figure(METRICS[metric], row if row["rows"] else None, is_read=is_read)


def figure_cell(known: Known, metric: str, currency: str | None, t: Localizer) -> dict[str, Any]:
    """The figure, or why there is none."""
    value, state = known
    absent = ABSENT.get(state, "") if value is None else ""
    text = t(absent) if absent else t.cell(value, unit_of(metric), currency)
    return {"text": text, "is_absent": bool(absent), "why": t("coverage.not_reported") if "reported" in absent else ""}


def heads(columns: GridColumns, sort: str, link: Callable[[str], str], t: Localizer) -> list[dict[str, Any]]:
    """Headings that sort: the biggest first, a second time the other way round."""
    names = {"name": t(f"pages.grid.level.{columns.level}s")}
    names |= {"budget": t("pages.grid.budget")} if columns.has_budget else {}
    names |= {metric: label_of(metric, t) for metric in columns.metrics}
    return [_head(name, label, sort, link) for name, label in names.items()]


def _head(name: str, label: str, sort: str, link: Callable[[str], str]) -> dict[str, Any]:
    is_here = sort.removeprefix("-") == name
    first = name if name == "name" else f"-{name}"
    other = name if sort.startswith("-") else f"-{name}"
    return {
        "label": label,
        "link": link(other if is_here else first),
        "is_number": name != "name",
        "order": ("descending" if sort.startswith("-") else "ascending") if is_here else "",
    }


def grid_rows(
    rows: Sequence[Row],
    columns: GridColumns,
    accounts: Mapping[str, str],
    unread: frozenset[str],
    pictures: Mapping[str, str],
    t: Localizer,
) -> list[dict[str, Any]]:
    """accounts: names to show, none where only one is shown; unread: accounts of which no day was read."""
    return [
        {
            "id": row[f"{columns.level}_id"],
            "name": plain_name(row["name"], row[f"{columns.level}_id"]),
            "link": _own_page(columns.level, row),
            "picture": pictures.get(row["ad_id"]) if columns.level == "ad" else None,
            "about": " · ".join(filter(None, _about(row, columns.level, accounts, t))),
            "is_on": row["effective_status"] == "ACTIVE",
            "status": plain_line(t.render(campaign_status(row["effective_status"]))),
            "at_meta": object_link(columns.level, row["account_id"], row[f"{columns.level}_id"]),
            "budget": budget_text(row, t) if columns.has_budget else None,
            "cells": [
                figure_cell(known_of(row, metric, is_read=row["account_id"] not in unread), metric, row["currency"], t)
                for metric in columns.metrics
            ],
        }
        for row in rows
    ]


def spark_of(days: DayRange, spends: Mapping[date, Decimal | None], missing: Sequence[DayRange]) -> str:
    """A bar per day; nothing was spent on a day that was read and has no row. missing: days that were not read."""
    values = [
        None if any(day in one for one in missing) else spends.get(day, Decimal(0))
        for day in (days.since + timedelta(days=n) for n in range(len(days)))
    ]
    return sparkline([None if one is None else float(one) for one in values])


def total_rows(totals: Sequence[Row], columns: GridColumns, t: Localizer) -> list[dict[str, Any]]:
    """A row per currency: amounts of two are never added, nor are results of different goals."""
    return [
        {
            "name": t("pages.grid.total", number=t.cell(Decimal(one["objects"]), "count"), currency=one["currency"]),
            "cells": [_total_cell(one, metric, t) for metric in columns.metrics],
        }
        for one in totals
        if one["currency"] is not None
    ]


def group_cell(one: Row, metric: str, t: Localizer) -> dict[str, Any]:
    """A figure over several campaigns; of results of different goals there is none."""
    return figure_cell(known_figure(METRICS[metric], one, is_read=True), metric, one["currency"], t)


def _total_cell(one: Row, metric: str, t: Localizer) -> dict[str, Any]:
    if one["goals"] > 1 and metric in OF_GOAL:
        return {"text": "–", "is_absent": True, "why": t("pages.grid.goals_differ")}
    return figure_cell(known_figure(METRICS[metric], one, is_read=True), metric, one["currency"], t)


def last_page(rows: int, page_rows: int = PAGE_ROWS) -> int:
    """The number of the last page of so many rows."""
    return max(1, ceil(rows / page_rows))


def pager(last: int, page: int, link: Callable[[int], str], t: Localizer) -> dict[str, Any]:
    """Where this page stands, and the ones beside it."""
    return {
        "text": t("pages.grid.page", page=str(page), last=str(last)) if last > 1 else "",
        "before": link(page - 1) if page > 1 else None,
        "after": link(page + 1) if page < last else None,
    }


def budget_text(row: Row, t: Localizer) -> str:
    """Per day or for the whole flight; a dash where another level holds it."""
    for name, key in (("daily_budget", "pages.adsets.daily"), ("lifetime_budget", "pages.adsets.lifetime")):
        if row[name] is not None:
            return t(key, budget=t.cell(row[name], "money", row["currency"]))
    return "–"


def _about(row: Row, level: GridLevel, accounts: Mapping[str, str], t: Localizer) -> list[str]:
    campaign = "" if level == "campaign" else plain_name(row["campaign_name"], row["campaign_id"])
    return [campaign, accounts.get(row["account_id"], "")]


def _own_page(level: GridLevel, row: Row) -> str:
    page = f"/campaigns/{row['campaign_id']}"
    return page if level == "campaign" else f"{page}/{level}s/{row[f'{level}_id']}"
