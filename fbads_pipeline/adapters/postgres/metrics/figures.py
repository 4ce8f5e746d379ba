"""Figures of the metric catalogue as columns of a query: sums, and ratios of sums, over the rows of a daily mart."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

_KEYS = ("account_id", "campaign_id", "day", "currency", "spend", "is_provisional", "collected_at", "breakdown")


def daily_mart(name: str, *more: str) -> sa.FromClause:
    """A daily mart, with its keys and the columns named beside them."""
    return sa.table(name, *(sa.column(column) for column in (*_KEYS, *more)), schema="marts").alias("daily")


def figure_columns(catalogue: Mapping[str, str], metrics: Sequence[str]) -> list[sa.Label[Any]]:
    """A column per metric, by its name. catalogue: metric → SQL expression over the columns of a daily mart."""
    return [sa.literal_column(catalogue[name]).label(name) for name in metrics]


def sum_reported(figure: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The sum of a figure that Meta may have left out (null): null as soon as one row lacks it, never the sum of the
    others."""
    return sa.case((sa.func.count() == sa.func.count(figure), sa.func.sum(figure)))
