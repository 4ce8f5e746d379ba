"""What campaigns of the grid are made of: by age, by country, by placement; the same figures over the same days."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from fbads_pipeline.adapters.postgres.metrics.figures import daily_mart, figure_columns
from fbads_pipeline.adapters.postgres.metrics.visible import Row, rows_of_kept
from fbads_pipeline.domain.metrics.grid import MOST_PARTS, PARTS, GridPart, GridScope


class GridParts:
    """Reads only. expressions: gives metric → SQL over a daily mart."""

    def __init__(self, owner: sa.Engine, expressions: Callable[[], Mapping[str, str]]) -> None:
        self._owner, self._expressions = owner, expressions

    def of(
        self, by: GridPart, campaigns: Sequence[Row], scopes: Sequence[GridScope], metrics: Sequence[str]
    ) -> dict[str, list[Row]]:
        """Campaign → its dearest parts, with `part`, `rows` and a column per metric. campaigns: rows of the grid;
        scopes: of their accounts."""
        known = self._expressions()
        query = _query(by, tuple((name, known[name]) for name in metrics))
        days = {one.account_id: one.days for one in scopes}
        values = {
            "accounts": [one["account_id"] for one in campaigns],
            "campaigns": [one["campaign_id"] for one in campaigns],
            "currencies": [one["currency"] for one in campaigns],
            "firsts": [days[one["account_id"]].since for one in campaigns],
            "lasts": [days[one["account_id"]].until for one in campaigns],
        }
        found: dict[str, list[Row]] = {}
        for row in rows_of_kept(self._owner, query, values):
            found.setdefault(row["campaign_id"], []).append(row)
        return found


def _array(name: str, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(sa.bindparam(name), ARRAY(kind))


@lru_cache(maxsize=64)
def _query(by: GridPart, metrics: tuple[tuple[str, str], ...]) -> sa.Select[Any]:
    breakdown, column = PARTS[by]
    names = ("accounts", "campaigns", "currencies")
    days = (_array(name, sa.Date()) for name in ("firsts", "lasts"))
    asked = (
        sa.func.unnest(*(_array(name, sa.Text()) for name in names), *days)
        .table_valued("account_id", "campaign_id", "currency", "first_day", "last_day", name="asked")
        .render_derived()
    )
    daily = daily_mart("campaign_breakdown_daily", column)
    figures = figure_columns(dict(metrics), [name for name, _ in metrics])
    part = sa.func.coalesce(daily.c[column], "unknown").label("part")
    is_asked = sa.and_(
        daily.c.account_id == asked.c.account_id,
        daily.c.campaign_id == asked.c.campaign_id,
        daily.c.currency == asked.c.currency,
        daily.c.day.between(asked.c.first_day, asked.c.last_day),
        daily.c.breakdown == sa.literal(breakdown),
    )
    place = sa.func.row_number().over(
        partition_by=daily.c.campaign_id, order_by=(sa.func.sum(daily.c.spend).desc().nulls_last(), part)
    )
    parts = (
        sa.select(daily.c.campaign_id, part, sa.func.count().label("rows"), place.label("place"), *figures)
        .select_from(daily.join(asked, is_asked))
        .group_by(daily.c.campaign_id, part)
        .subquery("parts")
    )
    return sa.select(parts).where(parts.c.place <= MOST_PARTS).order_by(parts.c.campaign_id, parts.c.place)
