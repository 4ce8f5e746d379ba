"""Campaigns, ad sets and ads with the figures of a period, a page of them in any order, and their totals."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from fbads_pipeline.adapters.postgres.metrics.figures import daily_mart, figure_columns, sum_reported
from fbads_pipeline.adapters.postgres.metrics.visible import Row, rows_of_kept
from fbads_pipeline.adapters.postgres.server.kept_answers import KeptAnswers
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.grid import OF_GOAL, GridLevel, GridRequest, GridState

_TABLES: Mapping[GridLevel, str] = {"campaign": "campaigns", "adset": "adsets", "ad": "ads"}
_KEYS: Mapping[GridLevel, tuple[str, ...]] = {
    "campaign": ("campaign_id",),
    "adset": ("campaign_id", "adset_id"),
    "ad": ("campaign_id", "adset_id", "ad_id"),
}
_BUDGETS = ("daily_budget", "lifetime_budget")
_CAMPAIGNS = sa.table(
    "campaigns", *map(sa.column, ("account_id", "campaign_id", "name", "goal_family")), schema="marts"
).alias("campaign")
_HAS_BUDGET: frozenset[GridLevel] = frozenset({"campaign", "adset"})


# What marts of objects and of their days are made of, beside dbt's own tables.
GRID_TABLES = frozenset(
    {
        *("raw.accounts", "raw.account_readings", "raw.campaigns", "raw.adsets", "raw.ads"),
        *("ops.targets", "ops.campaign_goals", "ops.tax_periods"),
    }
)
_OF_NO_CURRENCY = frozenset(name for name, metric in METRICS.items() if metric.unit != "money")


class GridShape(NamedTuple):
    """What a composed query depends on; everything else is bound."""

    level: GridLevel
    metrics: tuple[tuple[str, str], ...]
    sort: str
    is_down: bool
    state: GridState
    periods: int


class GridPage(NamedTuple):
    """rows: with their keys, name, status, budgets, currency, `rows` (days with a row; 0: none) and one column per
    metric; total: how many there are in all; totals: a row per currency, with `objects` and `goals` (how many different
    goals the campaigns have)."""

    rows: Sequence[Row]
    total: int
    totals: Sequence[Row]


class GridReader:
    """Reads only; one query, however many rows there are. expressions: gives metric → SQL over a daily mart."""

    def __init__(self, owner: sa.Engine, expressions: Callable[[], Mapping[str, str]], kept: KeptAnswers) -> None:
        self._owner, self._expressions, self._kept = owner, expressions, kept

    def page(self, wanted: GridRequest) -> GridPage:
        """One page, and the totals over all of its pages; kept until something is written to what they come from."""
        shape, values = shape_of(wanted, self._expressions()), values_of(wanted)
        return self._kept.of(GRID_TABLES, grid_key(shape, values), lambda: self._read_page(shape, values))

    def _read_page(self, shape: GridShape, values: Mapping[str, Any]) -> GridPage:
        found = rows_of_kept(self._owner, _page(shape), values)
        totals = [one for one in found if one["is_total"]]
        rows = [one for one in found if not one["is_total"]]
        return GridPage(rows, sum(one["objects"] for one in totals), totals)

    def rows(self, wanted: GridRequest) -> list[Row]:
        """The rows alone."""
        return rows_of_kept(self._owner, _rows(shape_of(wanted, self._expressions())), values_of(wanted))

    def days(self, wanted: GridRequest) -> list[Row]:
        """A row per day that the objects of the request have, oldest first, with `day` and `is_provisional`."""
        return rows_of_kept(self._owner, _days(shape_of(wanted, self._expressions())), values_of(wanted))

    def spends(
        self, level: GridLevel, objects: Sequence[tuple[str, str]], days: DayRange
    ) -> dict[str, dict[date, Decimal | None]]:
        """Object → day → spend, of the days that have a row; None where Meta did not report it. objects: account and
        id of each."""
        values = {"accounts": sorted({one[0] for one in objects}), "objects": [one[1] for one in objects]}
        rows = rows_of_kept(self._owner, _spends(level), {**values, "since": days.since, "until": days.until})
        found: dict[str, dict[date, Decimal | None]] = {}
        for row in rows:
            found.setdefault(row["object_id"], {})[row["day"]] = row["spend"]
        return found


def shape_of(wanted: GridRequest, known: Mapping[str, str]) -> GridShape:
    """known: metric → SQL over a daily mart."""
    metrics = tuple((name, known[name]) for name in wanted.metrics)
    periods = len(_periods(wanted))
    return GridShape(wanted.level, metrics, wanted.sort, wanted.is_down, wanted.state, periods)


def _periods(wanted: GridRequest) -> dict[DayRange, list[str]]:
    """Period → its accounts. They are few: at one instant there are three dates at most on earth."""
    found: dict[DayRange, list[str]] = {}
    for one in wanted.scopes:
        found.setdefault(one.days, []).append(one.account_id)
    return found


def values_of(wanted: GridRequest) -> dict[str, Any]:
    """What is bound in a query of that request."""
    periods = {
        f"{name}_{n}": value
        for n, (days, accounts) in enumerate(_periods(wanted).items())
        for name, value in {"accounts": accounts, "since": days.since, "until": days.until}.items()
    }
    return {
        **periods,
        "accounts": [one.account_id for one in wanted.scopes],
        "named": wanted.named.lower(),
        "campaign": wanted.campaign_id,
        "object": wanted.object_id,
        "most": wanted.limit,
        "skipped": wanted.offset,
    }


def grid_key(shape: GridShape, values: Mapping[str, Any], *more: str) -> tuple[object, ...]:
    """What is asked, as the key of a kept answer."""
    bound = tuple((name, tuple(one) if isinstance(one, list) else one) for name, one in values.items())
    return ("grid", *more, shape, bound)


def _array(name: str, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(sa.bindparam(name), ARRAY(kind))


def _parts(shape: GridShape) -> tuple[sa.CTE, sa.FromClause, sa.ColumnElement[bool]]:
    """The objects of the level that fit the filters; the daily mart; and which of its rows are of the asked days.

    Rows are joined with the objects only once they are summed: an object's few days are then found without a guess of
    how many there are. Accounts with the same days are named together, which the planner counts better than a join.
    """
    keys = _KEYS[shape.level]
    daily = daily_mart(f"{shape.level}_daily", *(key for key in keys if key != "campaign_id"))
    asked = [
        sa.and_(
            daily.c.account_id == sa.func.any(_array(f"accounts_{n}", sa.Text())),
            daily.c.day.between(
                sa.bindparam(f"since_{n}", type_=sa.Date()), sa.bindparam(f"until_{n}", type_=sa.Date())
            ),
        )
        for n in range(shape.periods)
    ]
    return _objects(shape), daily, sa.or_(sa.false(), *asked)


def _objects(shape: GridShape) -> sa.CTE:
    level, keys = shape.level, _KEYS[shape.level]
    budgets = _BUDGETS if level in _HAS_BUDGET else ()
    goal = ("goal_family",) if level == "campaign" else ()
    names = ("account_id", *keys, "name", "effective_status", "currency", *budgets, *goal)
    known = sa.table(_TABLES[level], *(sa.column(name) for name in names), schema="marts").alias("known")
    named, campaign, one = (sa.bindparam(name, type_=sa.Text()) for name in ("named", "campaign", "object"))
    query = sa.select(*known.c).where(
        known.c.account_id == sa.func.any(_array("accounts", sa.Text())),
        sa.func.strpos(sa.func.lower(sa.func.coalesce(known.c.name, "")), named) > 0,
        sa.or_(campaign.is_(None), known.c.campaign_id == campaign),
        sa.or_(one.is_(None), known.c[keys[-1]] == one),
    )
    if shape.state == "active":
        query = query.where(known.c.effective_status == "ACTIVE")
    elif shape.state == "paused":
        query = query.where(known.c.effective_status.like("%PAUSED"))
    return query.cte("objects")


def is_same(sums: sa.FromClause, objects: sa.FromClause, key: str) -> sa.ColumnElement[bool]:
    """Of the object, in the currency that its account has."""
    return sa.and_(
        sums.c.account_id == objects.c.account_id, sums.c[key] == objects.c[key], sums.c.currency == objects.c.currency
    )


def _sums(shape: GridShape, daily: sa.FromClause, is_asked: sa.ColumnElement[bool]) -> sa.CTE:
    """A row per object that has rows, and per currency of them: what the metrics are made of. An object belongs to one
    campaign, and so has one goal."""
    names = ("account_id", _KEYS[shape.level][-1], "currency")
    parts = list(dict.fromkeys(column for name, _ in shape.metrics for column in METRICS[name].columns))
    # Once per row, and sorted without what nothing is made of: without it PostgreSQL carries whole rows through.
    narrow = (
        sa.select(*(daily.c[name] for name in names), *map(sa.column, parts), sa.column("conversion_goal"))
        .where(is_asked)
        .offset(sa.literal_column("0"))
        .subquery("narrow")
    )
    keys = [narrow.c[name] for name in names]
    summed = [sum_reported(narrow.c[name]).label(name) for name in parts]
    goal = sa.func.min(narrow.c.conversion_goal).label("conversion_goal")
    return sa.select(*keys, sa.func.count().label("rows"), *summed, goal).group_by(*keys).cte("sums")


def _of_each(shape: GridShape, sums: sa.CTE, names: Sequence[str]) -> sa.CTE:
    """Those metrics of each object. The registry's expressions name columns without their table, and are of sums: here
    of one row, which `sums` has made of the object's days."""
    keys = (sums.c.account_id, sums.c[_KEYS[shape.level][-1]], sums.c.currency, sums.c.rows)
    figures = figure_columns(dict(shape.metrics), names)
    return sa.select(*keys, *figures).select_from(sums).group_by(*keys).cte(f"figures_of_{sums.name}")


def _names(shape: GridShape) -> list[str]:
    return [name for name, _ in shape.metrics]


def _figures(shape: GridShape) -> list[sa.Label[Any]]:
    return figure_columns(dict(shape.metrics), _names(shape))


def objects_and_sums(shape: GridShape) -> tuple[sa.CTE, sa.CTE]:
    """The objects that fit the filters, and a row per object that has rows with the sums of its days."""
    objects, daily, is_asked = _parts(shape)
    return objects, _sums(shape, daily, is_asked)


def _is_shown(shape: GridShape, objects: sa.CTE, rows: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    if shape.state != "with_delivery":
        return sa.true()
    return sa.or_(rows > 0, objects.c.effective_status == "ACTIVE")


@lru_cache(maxsize=256)
def _rows(shape: GridShape) -> sa.Select[Any]:
    objects, sums = objects_and_sums(shape)
    listed = _listed(shape, objects, sums).subquery("listed")
    return sa.select(*(one for one in listed.c if one.name != "place")).order_by(listed.c.place)


def _placed(shape: GridShape, objects: sa.CTE, sums: sa.CTE) -> sa.CTE:
    """The objects of the page: their keys and their place. Nothing but these is sorted."""
    key = _KEYS[shape.level][-1]
    is_plain = shape.sort in METRICS and METRICS[shape.sort].columns == (shape.sort,) and shape.sort not in OF_GOAL
    sorting = [shape.sort] if shape.sort in _names(shape) else []
    each = sums if is_plain or not sorting else _of_each(shape, sums, sorting)
    rows = sa.func.coalesce(each.c.rows, 0).label("rows")
    place = sa.func.row_number().over(order_by=_order(shape, objects, each)).label("place")
    return (
        sa.select(objects.c.account_id, objects.c[key], objects.c.currency, rows, place)
        .select_from(objects.outerjoin(each, is_same(each, objects, key)))
        .where(_is_shown(shape, objects, rows))
        .order_by(place)
        .limit(sa.bindparam("most", type_=sa.Integer()))
        .offset(sa.bindparam("skipped", type_=sa.Integer()))
        .cte("placed")
    )


def _order(shape: GridShape, objects: sa.CTE, each: sa.CTE) -> list[sa.ColumnElement[Any]]:
    keys: dict[str, sa.ColumnElement[Any]] = {"name": sa.func.lower(objects.c.name)}
    if shape.level in _HAS_BUDGET:
        keys["budget"] = sa.func.coalesce(objects.c.daily_budget, objects.c.lifetime_budget)
    order = keys[shape.sort] if shape.sort in keys else each.c[shape.sort]
    placed = order.desc() if shape.is_down else order.asc()
    # Amounts of two currencies are not compared: each currency is listed by itself.
    apart = [objects.c.currency] if shape.sort not in ("name", *_OF_NO_CURRENCY) else []
    return [*apart, placed.nulls_last(), objects.c.account_id, objects.c[_KEYS[shape.level][-1]]]


def _listed(shape: GridShape, objects: sa.CTE, sums: sa.CTE) -> sa.Select[Any]:
    """A row per object of the page, with all that it shows; the metrics are made for these alone."""
    key, placed = _KEYS[shape.level][-1], _placed(shape, objects, sums)
    of_page = sa.select(sums).select_from(sums.join(placed, is_same(sums, placed, key))).cte("of_page")
    each = _of_each(shape, of_page, _names(shape))
    joined = placed.join(objects, is_same(placed, objects, key)).outerjoin(each, is_same(each, placed, key))
    shown = (*objects.c, *_parents(shape.level), placed.c.rows, *(each.c[name] for name in _names(shape)))
    return sa.select(*shown, placed.c.place).select_from(_with_parents(shape.level, joined, objects))


@lru_cache(maxsize=256)
def _page(shape: GridShape) -> sa.CompoundSelect[Any]:
    """The rows of a page in their order, then a total per currency: all from the same sums."""
    objects, sums = objects_and_sums(shape)
    listed = _listed(shape, objects, sums).subquery("listed")
    totals = _totals(shape, objects, sums).subquery("totals")
    names = [one.name for one in listed.c if one.name != "place"]
    counted = ("objects", "goals")
    rows = sa.select(sa.false().label("is_total"), listed.c.place, *_columns(listed, names), *_columns(listed, counted))
    in_all = sa.select(sa.true(), sa.null(), *_columns(totals, names), *_columns(totals, counted))
    return rows.union_all(in_all).order_by(sa.column("is_total"), sa.column("place"), sa.column("currency"))


def _columns(one: sa.FromClause, names: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    """The columns of those names; null for one that is not there."""
    return [one.c[name] if name in one.c else sa.null().label(name) for name in names]


def _parents(level: GridLevel) -> list[sa.Label[Any]]:
    return [] if level == "campaign" else [_CAMPAIGNS.c.name.label("campaign_name")]


def _with_parents(level: GridLevel, joined: sa.FromClause, objects: sa.FromClause) -> sa.FromClause:
    if level == "campaign":
        return joined
    return joined.outerjoin(
        _CAMPAIGNS,
        sa.and_(_CAMPAIGNS.c.account_id == objects.c.account_id, _CAMPAIGNS.c.campaign_id == objects.c.campaign_id),
    )


@lru_cache(maxsize=8)
def _spends(level: GridLevel) -> sa.Select[Any]:
    key = _KEYS[level][-1]
    daily = daily_mart(f"{level}_daily", *((key,) if level != "campaign" else ()))
    since, until = (sa.bindparam(name, type_=sa.Date()) for name in ("since", "until"))
    return sa.select(daily.c[key].label("object_id"), daily.c.day, daily.c.spend).where(
        daily.c.account_id == sa.func.any(_array("accounts", sa.Text())),
        daily.c[key] == sa.func.any(_array("objects", sa.Text())),
        daily.c.day.between(since, until),
    )


@lru_cache(maxsize=256)
def _days(shape: GridShape) -> sa.Select[Any]:
    objects, daily, is_asked = _parts(shape)
    key = _KEYS[shape.level][-1]
    provisional = sa.func.bool_or(daily.c.is_provisional).label("is_provisional")
    return (
        sa.select(daily.c.day, provisional, *_figures(shape))
        .select_from(daily.join(objects, is_same(daily, objects, key)))
        .where(is_asked)
        .group_by(daily.c.day)
        .order_by(daily.c.day)
    )


def _totals(shape: GridShape, objects: sa.CTE, sums: sa.CTE) -> sa.Select[Any]:
    """Ratios of the sums of all objects; a figure that one object does not report is not known of all."""
    same = is_same(sums, objects, _KEYS[shape.level][-1])
    of_all = (
        # Currency and figures of the sums: the objects' own columns have other names.
        sa.select(sums.c.currency, *_figures(shape))
        .select_from(sums.join(objects, same))
        .group_by(sums.c.currency)
        .cte("of_all")
    )
    goal = objects.c.goal_family if shape.level == "campaign" else _CAMPAIGNS.c.goal_family
    rows = sa.func.coalesce(sums.c.rows, 0)
    counted = (
        sa.select(objects.c.currency, sa.func.count().label("objects"), sa.func.count(goal.distinct()).label("goals"))
        .select_from(_with_parents(shape.level, objects.outerjoin(sums, same), objects))
        .where(_is_shown(shape, objects, rows))
        .group_by(objects.c.currency)
        .cte("counted")
    )
    return sa.select(counted, *(of_all.c[name] for name in _names(shape))).select_from(
        counted.outerjoin(of_all, of_all.c.currency == counted.c.currency)
    )
