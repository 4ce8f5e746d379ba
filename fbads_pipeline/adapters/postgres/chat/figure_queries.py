"""Plan → one select over the marts with bound parameters. Nothing that a person wrote becomes SQL.

Every identifier comes from the metric registry or from the tables below; every query is joined to the accounts that the
user may see and to the days that each of them has by its own calendar.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import Grouping

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
from fbads_pipeline.domain.chat.plan import LEVELS, TIMES, Comparison, Level, Plan, Threshold
from fbads_pipeline.domain.chat.result import ChatAccount, Query, ResultColumn, unreported

Expression = sa.ColumnElement[Any]
_COMPARISONS: dict[Comparison, str] = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}


def compile_figures(
    plan: Plan, catalogue: Catalogue, accounts: Sequence[ChatAccount], level: Level | None = None
) -> Query:
    """The query of a validated plan: one row per currency and group, ordered, limited.

    level: that of the rows, where it is not the highest that has what the plan asks for.
    """
    shown = (plan.mean_of,) if plan.mean_of else plan.dimensions
    parameters = parameters_of(plan, shown, accounts)
    for number, threshold in enumerate(plan.thresholds):
        parameters[f"bound_{number}"] = threshold.value
        if threshold.values:
            parameters[f"bound_{number}_accounts"] = [account for account, _ in threshold.values]
            parameters[f"bound_{number}_values"] = [value for _, value in threshold.values]
        if threshold.currency:
            parameters[f"bound_{number}_currency"] = threshold.currency
    made = _mean_statement if plan.mean_of else _statement
    sql = made(shape_of(plan), catalogue, level)
    return Query(sql, parameters, _columns(plan, catalogue), f"marts.{mart_of(plan, level=level)}")


def compile_averages(plan: Plan, catalogue: Catalogue, accounts: Sequence[ChatAccount]) -> Query:
    """The query of the mean of the plan's metric over its groups, by account; null where some group's is not known."""
    sql = _average_statement(shape_of(plan), catalogue)
    columns = [one for one in _columns(plan, catalogue) if one.name in ("currency", "account") or one.metric]
    return Query(sql, parameters_of(plan, plan.dimensions, accounts), tuple(columns), f"marts.{mart_of(plan)}")


@lru_cache(maxsize=256)
def _mean_statement(plan: Plan, catalogue: Catalogue, level: Level | None) -> str:
    """The mean of each metric over the objects that have rows, by currency; null where some object's is not known.

    parts: of how many objects it is the mean.
    """
    assert plan.mean_of is not None
    parts = _aggregate(replace(plan, dimensions=(plan.mean_of,)), catalogue, "now", level)
    chosen: list[Expression] = [parts.c.currency]
    for name in plan.metrics:
        lacking = sa.func.max(parts.c[unreported(name)])
        mean = sa.case((lacking.is_(None), sa.func.avg(parts.c[name])))
        chosen += [mean.label(name), lacking.label(unreported(name))]
    chosen += [
        sa.func.count().label("parts"),
        sa.func.bool_or(parts.c.is_provisional).label("is_provisional"),
        sa.func.max(parts.c.as_of).label("as_of"),
        sa.func.sum(parts.c.source_rows).label("source_rows"),
        sa.func.count().over().label("groups"),
    ]
    return text_of(sa.select(*chosen).group_by(parts.c.currency).order_by(parts.c.currency))


@lru_cache(maxsize=256)
def _average_statement(plan: Plan, catalogue: Catalogue) -> str:
    groups = _aggregate(plan, catalogue, "now", None)
    metric = plan.metrics[0]
    lacking = sa.func.max(groups.c[unreported(metric)])
    mean = sa.case((lacking.is_(None), sa.func.avg(groups.c[metric])))
    chosen = [
        groups.c.currency,
        groups.c.account,
        mean.label(metric),
        lacking.label(unreported(metric)),
        sa.func.bool_or(groups.c.is_provisional).label("is_provisional"),
        sa.func.max(groups.c.as_of).label("as_of"),
        sa.func.sum(groups.c.source_rows).label("source_rows"),
        sa.func.count().over().label("groups"),
    ]
    keys = (groups.c.currency, groups.c.account)
    return text_of(sa.select(*chosen).group_by(*keys).order_by(*keys))


@lru_cache(maxsize=1024)
def _statement(plan: Plan, catalogue: Catalogue, level: Level | None) -> str:
    """The text for every plan of that shape; composing one costs as much as running it."""
    now = _aggregate(plan, catalogue, "now", level)
    keys = ["currency", *plan.dimensions]
    labels = [column_label(one) for one in plan.dimensions if one in LEVELS]
    if plan.compare is None:
        source: sa.FromClause = now
        figures = [one for name in plan.metrics for one in (name, unreported(name))]
        chosen: list[Expression] = [
            now.c[name] for name in (*keys, *labels, *figures, "is_provisional", "as_of", "source_rows")
        ]
    else:
        before = _aggregate(plan, catalogue, "before", level)
        # Bounds and ranks hold for the days of the plan: what is not among them does not join from before.
        is_full = not plan.thresholds and (plan.rank is None or plan.rank.of_change)
        source = now.join(before, sa.and_(*(now.c[key] == before.c[key] for key in keys)), isouter=True, full=is_full)
        chosen = [sa.func.coalesce(now.c[name], before.c[name]).label(name) for name in (*keys, *labels)]
        for name in plan.metrics:
            chosen += _compared(now, before, name, catalogue)
        chosen += both_sides(now, before)
    unknown = _unknown(plan, source)
    if unknown is not None:
        chosen += [unknown.label("is_left_out"), sa.func.count().filter(unknown).over().label("left_out")]
    select = sa.select(*chosen, sa.func.count().over().label("groups")).select_from(source)
    return text_of(_ordered(plan, catalogue, select, unknown))


def _unknown(plan: Plan, source: sa.FromClause) -> Expression | None:
    """Whether Meta did not report the figure that a row is ranked or bounded by; None where none is."""
    names = [f"now_{unreported(one.metric)}" for one in plan.thresholds]
    if plan.rank is not None:
        names.append(f"now_{unreported(plan.rank.metric)}")
    if plan.rank is not None and plan.rank.of_change and plan.compare is not None:
        names.append(f"before_{unreported(plan.rank.metric)}")
    columns = {f"{column.table.name}_{column.name}": column for column in source.c} if names else {}
    found = [columns[name].is_not(None) for name in dict.fromkeys(names)]
    return sa.or_(*found) if found else None


def both_sides(now: sa.FromClause, before: sa.FromClause) -> list[Expression]:
    """Whether a row of either side is provisional, how fresh it is, and how many rows of the mart it was made of."""
    provisional = sa.or_(
        sa.func.coalesce(now.c.is_provisional, sa.false()), sa.func.coalesce(before.c.is_provisional, sa.false())
    )
    rows = _or_zero(now.c.source_rows) + _or_zero(before.c.source_rows)
    freshest = sa.func.greatest(now.c.as_of, before.c.as_of)
    return [provisional.label("is_provisional"), freshest.label("as_of"), rows.label("source_rows")]


def _columns(plan: Plan, catalogue: Catalogue) -> tuple[ResultColumn, ...]:
    columns = [ResultColumn("currency", "key"), *(ResultColumn(one, "key", dimension=one) for one in plan.dimensions)]
    columns += [ResultColumn(column_label(one), "label", dimension=one) for one in plan.dimensions if one in LEVELS]
    for name in plan.metrics:
        columns += [
            ResultColumn(name, "value", name, catalogue[name].unit),
            ResultColumn(unreported(name), "unreported", name),
        ]
    for name in plan.metrics if plan.compare is not None else ():
        columns += [
            ResultColumn(f"{name}_before", "before", name, catalogue[name].unit),
            ResultColumn(unreported(f"{name}_before"), "unreported", name),
            ResultColumn(f"{name}_change", "change", name, catalogue[name].unit),
            ResultColumn(f"{name}_change_ratio", "change_ratio", name, "ratio"),
        ]
    return tuple(columns)


def _compared(now: sa.FromClause, before: sa.FromClause, name: str, catalogue: Catalogue) -> list[Expression]:
    """Now, before, difference and relative difference; of sums a side without rows is 0, of ratios it is unknown."""
    figures: list[Expression] = [one.c[name] for one in (now, before)]
    if _is_sum(name, catalogue):
        figures = [sa.case((one.c.source_rows.is_(None), constant("0")), else_=one.c[name]) for one in (now, before)]
    change = figures[0] - figures[1]
    ratio = sa.cast(change, sa.Numeric) / sa.func.nullif(sa.func.abs(figures[1]), constant("0"))
    return [
        figures[0].label(name),
        now.c[unreported(name)],
        figures[1].label(f"{name}_before"),
        before.c[unreported(name)].label(unreported(f"{name}_before")),
        change.label(f"{name}_change"),
        ratio.label(f"{name}_change_ratio"),
    ]


def _aggregate(plan: Plan, catalogue: Catalogue, side: str, level: Level | None) -> sa.Subquery:
    figures = FigureRows(plan, plan.dimensions, side, level)
    values = [_value(name, plan, catalogue, figures).label(name) for name in plan.metrics]
    values += [_lacking(name, catalogue).label(unreported(name)) for name in plan.metrics]
    # The bounds hold for the days of the plan; what they are compared with is only shown.
    bounds = [
        bound
        for number, threshold in enumerate(plan.thresholds if side == "now" else ())
        for bound in _bounds(number, threshold, catalogue, figures)
    ]
    used = (*plan.metrics, *(one.metric for one in plan.thresholds))
    return grouped(figures, values, bounds, by_currency=any(catalogue.is_of_money(name) for name in used)).subquery(
        side
    )


def _value(name: str, plan: Plan, catalogue: Catalogue, figures: FigureRows) -> Expression:
    """The registry's expression; per day where the plan says so and the metric adds up over days."""
    expression: Expression = constant(catalogue[name].expression)
    if not plan.per_day or not _is_sum(name, catalogue):
        return expression
    return sa.cast(expression, sa.Numeric) / sa.func.nullif(sa.func.max(figures.scope.c.day_count), constant("0"))


def _lacking(name: str, catalogue: Catalogue) -> Expression:
    """The figure that some row lacks and the metric needs; null where every row has them all."""
    return sa.case(
        *((sa.func.count() > sa.func.count(constant(one)), constant(f"'{one}'")) for one in catalogue[name].columns)
    )


def _bounds(number: int, threshold: Threshold, catalogue: Catalogue, figures: FigureRows) -> list[Expression]:
    """What a group must meet. One that Meta did not report the figure of stays, to be counted as left out."""
    expression: Expression = constant(catalogue[threshold.metric].expression)
    bound: Expression = sa.cast(sa.bindparam(f"bound_{number}"), sa.Numeric)
    if threshold.values:
        # Each row belongs to one account, whose average is its bound.
        known = sa.cast(sa.bindparam(f"bound_{number}_accounts"), postgresql.ARRAY(sa.Text))
        values = sa.cast(sa.bindparam(f"bound_{number}_values"), postgresql.ARRAY(sa.Numeric))
        bound = Grouping(values)[sa.func.array_position(known, sa.func.max(figures.facts.c.account_id))]
    is_met = expression.op(_COMPARISONS[threshold.comparison], is_comparison=True)(bound)
    found: list[Expression] = [sa.or_(is_met, _lacking(threshold.metric, catalogue).is_not(None))]
    if threshold.currency is not None:
        found.append(figures.facts.c.currency == sa.bindparam(f"bound_{number}_currency"))
    return found


def _ordered(plan: Plan, catalogue: Catalogue, statement: sa.Select[Any], unknown: Expression | None) -> sa.Select[Any]:
    """Ordered and cut. Money of two currencies has no common order: the best of each currency, then.

    Without a rank times come in their own order, else the first metric, the largest first. Keys make the order the same
    each time. unknown: rows that are only counted, after all others.
    """
    last = [] if unknown is None else [unknown]
    now, rows = statement.selected_columns, sa.bindparam("rows", type_=sa.Integer)
    keys = [_key(now, name) for name in (*plan.dimensions, "currency")]
    if plan.rank is None:
        times = [_key(now, one) for one in plan.dimensions if one in TIMES]
        largest = _plain(now[plan.metrics[0]]).desc().nulls_last()
        first = [_key(now, "currency"), *(times or [largest])]
        return statement.order_by(*last, *first, *keys).limit(rows)
    ranked = _ranked_by(plan, catalogue, now)
    statement = statement.where(sa.or_(ranked.is_not(None), *last))
    order = [*last, ranked.desc() if plan.rank.descending else ranked.asc(), *keys]
    if catalogue[plan.rank.metric].unit != "money":
        cut = statement.order_by(*order)
        return cut.limit(constant("1")).offset(rows - constant("1")) if plan.rank.place else cut.limit(rows)
    place = sa.func.row_number().over(partition_by=_key(now, "currency"), order_by=order).label("place")
    best = statement.add_columns(place).subquery("ranked")
    within = best.c.place == rows if plan.rank.place else best.c.place <= rows
    return sa.select(best).where(within).order_by(best.c.currency, best.c.place)


def _ranked_by(plan: Plan, catalogue: Catalogue, columns: Any) -> Expression:
    rank = plan.rank
    assert rank is not None
    is_change = rank.of_change and plan.compare is not None
    return _plain(columns[f"{rank.metric}_change" if is_change else rank.metric])


def _key(columns: Any, name: str) -> Expression:
    return _plain(columns[name])


def _plain(column: Expression) -> Expression:
    """The expression that a label stands for: PostgreSQL orders by labels, but not by expressions over them."""
    return column.element if isinstance(column, sa.Label) else column


def _is_sum(name: str, catalogue: Catalogue) -> bool:
    return "days" in catalogue[name].additive


def _or_zero(expression: Expression) -> Expression:
    return sa.func.coalesce(expression, constant("0"))
