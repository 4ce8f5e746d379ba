"""The grid's campaigns together by what their names say: product, audience or stage, as the account's pattern reads."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.figures import figure_columns
from fbads_pipeline.adapters.postgres.metrics.grid import (
    GRID_TABLES,
    GridShape,
    grid_key,
    is_same,
    objects_and_sums,
    shape_of,
    values_of,
)
from fbads_pipeline.adapters.postgres.metrics.visible import Row, rows_of_kept
from fbads_pipeline.adapters.postgres.server.kept_answers import KeptAnswers
from fbads_pipeline.domain.metrics.grid import GridGroup, GridRequest

_TABLES = GRID_TABLES | {"ops.client_accounts", "ops.naming_rules"}


class GridGroups:
    """Reads only. expressions: gives metric → SQL over a daily mart."""

    def __init__(self, owner: sa.Engine, expressions: Callable[[], Mapping[str, str]], kept: KeptAnswers) -> None:
        self._owner, self._expressions, self._kept = owner, expressions, kept

    def of(self, group: GridGroup, wanted: GridRequest) -> Sequence[Row]:
        """A row per value and currency, the dearest first: `part` (None: names that do not fit a pattern), `rows`,
        `objects` (campaigns that have rows) and a column per metric. Kept as the grid's pages are."""
        shape, values = shape_of(wanted, self._expressions()), values_of(wanted)
        query = _query(shape, group)
        return self._kept.of(_TABLES, grid_key(shape, values, group), lambda: rows_of_kept(self._owner, query, values))


@lru_cache(maxsize=64)
def _query(shape: GridShape, group: GridGroup) -> sa.Select[Any]:
    objects, sums = objects_and_sums(shape)
    names = sa.table(
        "campaign_names", *(sa.column(name) for name in ("account_id", "campaign_id", group)), schema="marts"
    ).alias("names")
    is_named = sa.and_(names.c.account_id == objects.c.account_id, names.c.campaign_id == objects.c.campaign_id)
    part = names.c[group].label("part")
    figures = figure_columns(dict(shape.metrics), [name for name, _ in shape.metrics])
    counted = (sa.func.count().label("objects"), sa.func.sum(sums.c.rows).label("rows"))
    joined = sums.join(objects, is_same(sums, objects, "campaign_id")).outerjoin(names, is_named)
    made = (
        sa.select(part, sums.c.currency, *counted, *figures)
        .select_from(joined)
        .group_by(part, sums.c.currency)
        .subquery("made")
    )
    dearest = made.c.spend.desc().nulls_last() if "spend" in made.c else made.c.objects.desc()
    return sa.select(made).order_by(made.c.currency, dearest, made.c.part.asc().nulls_last())
