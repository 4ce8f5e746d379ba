"""What a change is made of: how much each group contributed to it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.chat.figure_queries import both_sides
from fbads_pipeline.adapters.postgres.chat.groups import (
    FigureRows,
    column_label,
    constant,
    grouped,
    mart_of,
    parameters_of,
    shape_of,
    text_of,
)
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import LEVELS, Dimension, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Query, ResultColumn

_ZERO = constant("0")


def compile_contributions(
    plan: Plan, dimension: Dimension, catalogue: Catalogue, accounts: Sequence[ChatAccount]
) -> Query:
    """How much each group contributed to a metric's change; the contributions of a currency add up to the change.

    Of a ratio N/D with the earlier value R: (n − R·d)/D of the later days minus that of the earlier ones, whose sum is
    zero; so a group counts by what it does and by its weight.
    """
    metric = catalogue[plan.metrics[0]]
    columns = [ResultColumn("currency", "key"), ResultColumn(dimension, "key", dimension=dimension)]
    columns += [ResultColumn(column_label(dimension), "label", dimension=dimension)] if dimension in LEVELS else []
    columns += [
        ResultColumn(metric.name, "value", metric.name, metric.unit),
        ResultColumn(f"{metric.name}_before", "before", metric.name, metric.unit),
        ResultColumn("contribution", "change", metric.name, metric.unit),
        ResultColumn("share", "change_ratio", metric.name, "ratio"),
    ]
    sql = _statement(shape_of(plan), dimension, catalogue)
    parameters = parameters_of(plan, (dimension,), accounts)
    return Query(sql, parameters, tuple(columns), f"marts.{mart_of(plan, (dimension,))}")


@lru_cache(maxsize=256)
def _statement(plan: Plan, dimension: Dimension, catalogue: Catalogue) -> str:
    metric = catalogue[plan.metrics[0]]
    numerator, denominator = metric.parts or (metric.expression, "sum(0) + 1")

    def side(name: str) -> sa.Subquery:
        values = [constant(numerator).label("n"), constant(denominator).label("d")]
        by_currency = catalogue.is_of_money(metric.name)
        return grouped(FigureRows(plan, (dimension,), name), values, by_currency=by_currency).subquery(name)

    keys = ["currency", dimension]
    names = [column_label(dimension)] if dimension in LEVELS else []
    weighed = _weighed(_joined(side("now"), side("before"), keys, names), is_ratio=metric.parts is not None)
    rows = _placed(weighed, dimension).c
    statement = (
        sa.select(
            *(rows[name] for name in (*keys, *names)),
            rows.figure.label(metric.name),
            rows.figure_before.label(f"{metric.name}_before"),
            rows.contribution,
            (rows.contribution / sa.func.nullif(rows.whole_change, _ZERO)).label("share"),
            *(rows[name] for name in ("is_provisional", "as_of", "source_rows")),
            rows.groups,
        )
        .where(rows.place <= sa.bindparam("rows", type_=sa.Integer))
        .order_by(rows.currency, rows.place)
    )
    return text_of(statement)


def _placed(weighed: sa.CTE, dimension: Dimension) -> sa.CTE:
    """The groups that contributed, each with its place within its currency, the most first; and how many they are."""
    one = weighed.c
    order = (sa.func.abs(one.contribution).desc(), one[dimension])
    place = sa.func.row_number().over(partition_by=one.currency, order_by=order).label("place")
    groups = sa.func.count().over().label("groups")
    return sa.select(weighed, place, groups).where(one.contribution != _ZERO).cte("placed")


def _joined(now: sa.Subquery, before: sa.Subquery, keys: Sequence[str], names: Sequence[str]) -> sa.CTE:
    """Numerator and denominator now (n1, d1) and before (n0, d0) per group; 0 where it has no rows on that side."""
    columns: list[sa.ColumnElement[Any]] = [
        sa.func.coalesce(now.c[name], before.c[name]).label(name) for name in (*keys, *names)
    ]
    for name, side in (("1", now), ("0", before)):
        columns += [
            sa.case((side.c.source_rows.is_(None), _ZERO), else_=side.c[part]).label(f"{part}{name}")
            for part in ("n", "d")
        ]
    same = sa.and_(*(now.c[key] == before.c[key] for key in keys))
    return sa.select(*columns, *both_sides(now, before)).select_from(now.join(before, same, full=True)).cte("joined")


def _weighed(joined: sa.CTE, *, is_ratio: bool) -> sa.CTE:
    """Each group's figures and contribution, and the change of the whole of its currency.

    Both are null, of every group, where Meta did not report the figure of one of them.
    """

    def whole(name: str) -> sa.ColumnElement[Any]:
        currency, part = joined.c.currency, joined.c[name]
        are_all_known = sa.func.count().over(partition_by=currency) == sa.func.count(part).over(partition_by=currency)
        return sa.case((are_all_known, sa.func.sum(part).over(partition_by=currency)))

    totals = {f"all_{name}": whole(name).label(f"all_{name}") for name in ("n1", "d1", "n0", "d0")}
    ratio = (whole("n0") / sa.func.nullif(whole("d0"), _ZERO)).label("ratio_before")
    summed = sa.select(joined, *totals.values(), ratio).cte("summed")
    one = summed.c
    if not is_ratio:
        whole_change = one.all_n1 - one.all_n0
        figures: list[sa.ColumnElement[Any]] = [
            sa.case((whole_change.is_not(None), one.n1 - one.n0)),
            whole_change,
            one.n1,
            one.n0,
        ]
    else:
        after = (one.n1 - one.ratio_before * one.d1) / _divisor(one.all_d1)
        figures = [
            after - (one.n0 - one.ratio_before * one.d0) / _divisor(one.all_d0),
            one.all_n1 / _divisor(one.all_d1) - one.all_n0 / _divisor(one.all_d0),
            one.n1 / _divisor(one.d1),
            one.n0 / _divisor(one.d0),
        ]
    names = ("contribution", "whole_change", "figure", "figure_before")
    return sa.select(summed, *(figure.label(name) for figure, name in zip(figures, names, strict=True))).cte("weighed")


def _divisor(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.nullif(sa.cast(column, sa.Numeric), _ZERO)
