"""Queries over figures of any metric, composed. Days in another currency than the account's add up with nothing, and
are left out."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.figures import daily_mart, figure_columns
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "analytics.sql")
_SCOPE_COLUMNS = (
    *("account_id", "name", "currency", "timezone_name", "has_several_goals", "today"),
    *("first_day", "last_day", "before_first", "before_last"),
)
_CAMPAIGN_KEYS = ("account_id", "currency", "campaign_id")
Expressions = Mapping[str, str]
_ROWS = sa.func.count().label("rows")
_CAMPAIGN, _MOST = sa.bindparam("campaign_id", type_=sa.Text()), sa.bindparam("most", type_=sa.Integer())


class FigureQueries:
    """metric → SQL expression, and the metrics that are read. Each query binds what `Scope.bound` gives."""

    def __init__(self, expressions: Expressions, metrics: Sequence[str]) -> None:
        self._metrics = metrics
        self._figures = figure_columns(expressions, metrics)
        self._scopes = _scopes()

    def totals(self) -> sa.Select[Any]:
        """One row per account: `<metric>`, `<metric>_before`, rows of both, provisional days, newest reading."""
        scopes, daily = self._scopes, daily_mart("account_daily")
        provisional = sa.func.count(daily.c.day.distinct()).filter(daily.c.is_provisional)
        now = (
            sa.select(
                scopes.c.account_id,
                *self._figures,
                _ROWS,
                provisional.label("provisional_days"),
                sa.func.max(daily.c.collected_at).label("as_of"),
            )
            .select_from(self._joined(daily, "first_day", "last_day"))
            .group_by(scopes.c.account_id)
            .cte("now")
        )
        before = (
            sa.select(scopes.c.account_id, *self._figures, _ROWS)
            .select_from(self._joined(daily, "before_first", "before_last"))
            .group_by(scopes.c.account_id)
            .cte("before")
        )
        return (
            sa.select(
                *scopes.c,
                *self._both(now, before),
                sa.func.coalesce(now.c.provisional_days, 0).label("provisional_days"),
                now.c.as_of,
            )
            .select_from(
                scopes.outerjoin(now, now.c.account_id == scopes.c.account_id).outerjoin(
                    before, before.c.account_id == scopes.c.account_id
                )
            )
            .order_by(scopes.c.account_id)
        )

    def days(self, is_one_campaign: bool) -> sa.Select[Any]:
        """One row per account and day with rows, oldest first."""
        scopes, daily = self._scopes, daily_mart("campaign_daily")
        query = sa.select(
            scopes.c.account_id,
            scopes.c.currency,
            daily.c.day,
            sa.func.bool_or(daily.c.is_provisional).label("is_provisional"),
            _several_goals(scopes, is_one_campaign),
            *self._figures,
        ).select_from(self._joined(daily, "first_day", "last_day"))
        if is_one_campaign:
            query = query.where(daily.c.campaign_id == _CAMPAIGN)
        keys = (scopes.c.account_id, scopes.c.currency, daily.c.day)
        return query.group_by(*keys).order_by(scopes.c.account_id, daily.c.day)

    def campaigns(self) -> sa.Select[Any]:
        """As `totals`, one row per campaign; of each account :most, the biggest spenders of the period first."""
        daily = daily_mart("campaign_daily")
        now = self._by_campaign(daily, "first_day", "last_day", sa.func.sum(daily.c.spend).label("biggest")).cte("now")
        before = self._by_campaign(daily, "before_first", "before_last").cte("before")
        keys = [sa.func.coalesce(now.c[name], before.c[name]).label(name) for name in _CAMPAIGN_KEYS]
        is_same = sa.and_(*(now.c[name] == before.c[name] for name in _CAMPAIGN_KEYS))
        periods = (
            sa.select(*keys, now.c.biggest, *self._both(now, before))
            .select_from(now.join(before, is_same, full=True))
            .subquery("periods")
        )
        known = sa.table(
            "campaigns", sa.column("account_id"), sa.column("campaign_id"), sa.column("name"), schema="marts"
        )
        is_it = sa.and_(known.c.account_id == periods.c.account_id, known.c.campaign_id == periods.c.campaign_id)
        place = sa.func.row_number().over(
            partition_by=periods.c.account_id,
            order_by=[periods.c.biggest.desc().nulls_last(), periods.c.campaign_id],
        )
        shown = [periods.c[name] for pair in (*self._metrics, "rows") for name in (pair, f"{pair}_before")]
        placed = (
            sa.select(*(periods.c[name] for name in _CAMPAIGN_KEYS), known.c.name, *shown, place.label("place"))
            .select_from(periods.outerjoin(known, is_it))
            .subquery("placed")
        )
        return sa.select(placed).where(placed.c.place <= _MOST).order_by(placed.c.account_id, placed.c.place)

    def parts(self, breakdowns: Sequence[Sequence[str]], is_one_campaign: bool) -> sa.Select[Any]:
        """One row per account, breakdown and part of it, with `breakdown` and `spend`; of each account and breakdown
        :most, the dearest first. The fields of another breakdown are null."""
        scopes = self._scopes
        names = list(dict.fromkeys(name for by in breakdowns for name in by))
        daily = daily_mart("campaign_breakdown_daily", *names)
        breakdown, fields, spend = daily.c.breakdown, [daily.c[name] for name in names], sa.func.sum(daily.c.spend)
        place = sa.func.row_number().over(
            partition_by=[scopes.c.account_id, breakdown], order_by=[spend.desc(), *fields]
        )
        query = (
            sa.select(
                scopes.c.account_id,
                scopes.c.currency,
                breakdown,
                *fields,
                _several_goals(scopes, is_one_campaign),
                *(one for one in self._figures if one.name != "spend"),
                spend.label("spend"),
                place.label("place"),
            )
            .select_from(self._joined(daily, "first_day", "last_day"))
            .where(sa.or_(*(breakdown == ",".join(by) for by in breakdowns)))
            .group_by(scopes.c.account_id, scopes.c.currency, breakdown, *fields)
        )
        if is_one_campaign:
            query = query.where(daily.c.campaign_id == _CAMPAIGN)
        placed = query.subquery("placed")
        shown = sa.select(placed).where(placed.c.place <= _MOST)
        return shown.order_by(placed.c.account_id, placed.c.breakdown, placed.c.place)

    def _by_campaign(self, daily: sa.FromClause, first: str, last: str, *more: sa.ColumnElement[Any]) -> sa.Select[Any]:
        keys = (self._scopes.c.account_id, self._scopes.c.currency, daily.c.campaign_id)
        return (
            sa.select(*keys, *more, *self._figures, _ROWS).select_from(self._joined(daily, first, last)).group_by(*keys)
        )

    def _joined(self, daily: sa.FromClause, first: str, last: str) -> sa.Join:
        """Each account with its own days, in its own currency, of one of its two periods."""
        scopes = self._scopes
        return scopes.join(
            daily,
            sa.and_(
                daily.c.account_id == scopes.c.account_id,
                daily.c.currency == scopes.c.currency,
                daily.c.day.between(scopes.c[first], scopes.c[last]),
            ),
        )

    def _both(self, now: sa.CTE, before: sa.CTE) -> list[sa.ColumnElement[Any]]:
        figures = [column for name in self._metrics for column in (now.c[name], before.c[name].label(f"{name}_before"))]
        rows = [sa.func.coalesce(one.c.rows, 0) for one in (now, before)]
        return [*figures, rows[0].label("rows"), rows[1].label("rows_before")]


@lru_cache(maxsize=128)
def figure_query(
    compose: Callable[..., sa.Select[Any]], expressions: tuple[tuple[str, str], ...], *arguments: Any
) -> sa.Select[Any]:
    """A query of FigureQueries, composed once for those metrics and their expressions; compose: the method of the class
    that composes it."""
    return compose(FigureQueries(dict(expressions), [name for name, _ in expressions]), *arguments)


@cache
def coverage_query(breakdown: str) -> sa.Select[Any]:
    """One row per account and period: its days that have come (`first_day` to `last_day`), and those of them that were
    read (`read`, null for none)."""
    scopes = _scopes()
    halves = sa.union_all(
        *(
            sa.select(
                *(scopes.c[name] for name in ("account_id", "currency")),
                sa.literal(is_before).label("is_before"),
                scopes.c[first].label("first_day"),
                sa.func.least(scopes.c[last], scopes.c.today).label("last_day"),
            )
            for is_before, first, last in ((False, "first_day", "last_day"), (True, "before_first", "before_last"))
        )
    ).subquery("halves")
    statement = SQL["read_days" if not breakdown else "read_days_of_breakdown"]
    found = statement.columns(sa.column("account_id"), sa.column("day")).subquery("found")
    read = (
        sa.select(sa.func.array_agg(found.c.day))
        .where(found.c.account_id == halves.c.account_id, found.c.day.between(halves.c.first_day, halves.c.last_day))
        .scalar_subquery()
    )
    return sa.select(*halves.c, read.label("read")).order_by(halves.c.account_id)


@cache
def _scopes() -> sa.CTE:
    return SQL["scopes"].columns(*(sa.column(name) for name in _SCOPE_COLUMNS)).cte("scopes")


def _several_goals(scopes: sa.CTE, is_one_campaign: bool) -> sa.Label[bool]:
    """Whether rows of campaigns with several goals are added: never those of one campaign."""
    found = sa.false() if is_one_campaign else sa.func.bool_or(scopes.c.has_several_goals)
    return found.label("has_several_goals")
