"""Rows of one daily mart, limited to a plan's accounts, days, objects and segments, and grouped by its dimensions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from fbads_pipeline.adapters.postgres.chat.hours import HOURS, hour_steps, night_steps
from fbads_pipeline.domain.chat.composed import reads_orders
from fbads_pipeline.domain.chat.hours import HOURS_OF_DAY, clock_hours, is_night
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import (
    LEVELS,
    NAME_DIMENSIONS,
    NEGATED,
    STATUSES,
    Dimension,
    Level,
    Plan,
    RelativePeriod,
    Threshold,
    objectives_of,
)
from fbads_pipeline.domain.chat.result import ChatAccount
from fbads_pipeline.domain.chat.validator import breakdown_of, level_of
from fbads_pipeline.domain.chat.weekdays import count_of_days
from fbads_pipeline.domain.core.days import DayRange

Expression = sa.ColumnElement[Any]

_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
_DAY, _TEXTS, _DATES = sa.Date(), postgresql.ARRAY(sa.Text), postgresql.ARRAY(sa.Date)
_NUMBERS = postgresql.ARRAY(sa.Integer)
_ANY = Decimal(0)
_MARTS: dict[Level, str] = {
    "account": "account_daily",
    "campaign": "campaign_daily",
    "adset": "adset_daily",
    "ad": "ad_daily",
}
_SALES_MARTS: dict[Level, str] = {
    "account": "account_sales_daily",
    "campaign": "campaign_sales_daily",
    "adset": "adset_sales_daily",
    "ad": "ad_sales_daily",
}
_OBJECTS: dict[Level, str] = {"account": "accounts", "campaign": "campaigns", "adset": "adsets", "ad": "ads"}
_FACT_COLUMNS: tuple[str, ...] = (
    "account_id",
    "campaign_id",
    "adset_id",
    "ad_id",
    "day",
    "currency",
    "age",
    "gender",
    "country",
)
_FACT_COLUMNS += ("publisher_platform", "platform_position", "breakdown", "is_provisional", "collected_at")
_OBJECT_COLUMNS = ("account_id", "campaign_id", "adset_id", "ad_id", "name", "effective_status", "objective")


def constant(sql: str) -> Expression:
    """SQL of this program's own or of the metric registry, as it is: groups and orders need the same text twice."""
    return sa.literal_column(sql)


class FigureRows:
    """The rows that one side of an answer ("now" or "before") is made of.

    facts: the daily mart, scope: the accounts with their days, objects: the tables of names and states by level.
    """

    def __init__(self, plan: Plan, dimensions: Sequence[Dimension], side: str, level: Level | None = None) -> None:
        self.plan, self.dimensions, self.side = plan, tuple(dimensions), side
        mart = mart_of(plan, dimensions, level)
        by_hour = "hour" in self.dimensions or plan.hours is not None
        steps = night_steps if is_night(plan) else hour_steps
        self.facts = steps(side, by_hour=by_hour) if mart == HOURS else _table(mart, _FACT_COLUMNS, "facts")
        self.objects = {level: _table(name, _OBJECT_COLUMNS, level) for level, name in _OBJECTS.items()}
        self.names = _table("campaign_names", ("campaign_id", *NAME_DIMENSIONS), "names")
        days = {"first_day": _array(f"{side}_first_days", _DATES), "last_day": _array(f"{side}_last_days", _DATES)}
        if plan.per_day:
            days["day_count"] = _array(f"{side}_day_counts", _NUMBERS)
        if plan.same_time:
            days["until_minute"] = _array(f"{side}_until_minutes", _NUMBERS)
        accounts = sa.func.unnest(_array("account_ids", _TEXTS), *days.values())
        self.scope = accounts.table_valued("account_id", *days).render_derived("scope")

    def group(self, dimension: Dimension) -> Expression:
        return _GROUPS[dimension](self)

    def within_days(self) -> Expression:
        """Each account's days. The bounds of all of them tell PostgreSQL's planner how few rows there are."""
        first, last = (sa.cast(sa.bindparam(f"{self.side}_{end}"), _DAY) for end in ("first", "last"))
        day = self.facts.c.day
        until = [self.facts.c.until_minute <= self.scope.c.until_minute] if self.plan.same_time else []
        return sa.and_(
            self.facts.c.account_id == self.scope.c.account_id,
            day.between(self.scope.c.first_day, self.scope.c.last_day),
            day.between(first, last),
            *until,
        )

    def joined(self) -> list[Level]:
        """The tables of objects that names, states and objectives are read from."""
        levels = [one for one in self.dimensions if one in LEVELS]
        if self.plan.status:
            levels.append(self._status_level())
        if self.plan.objective or "objective" in self.dimensions:
            levels.append("campaign")
        return list(dict.fromkeys(levels))  # type: ignore[arg-type]

    def conditions(self) -> list[Expression]:
        """Objects, status, objective, breakdown and segments of the plan."""
        plan, facts = self.plan, self.facts
        found: list[Expression] = [
            facts.c[f"{one.level}_id"] == sa.any_(_array(f"{one.level}_ids", _TEXTS)) for one in plan.objects
        ]
        found += [
            facts.c[f"{one.level}_id"] != sa.all_(_array(f"{one.level}_ids_left_out", _TEXTS)) for one in plan.excluded
        ]
        if plan.status:
            status, named = self.objects[self._status_level()].c.effective_status, _array("statuses", _TEXTS)
            is_left_out = plan.status.startswith(NEGATED)
            found.append(
                sa.or_(status.is_(None), status != sa.all_(named)) if is_left_out else status == sa.any_(named)
            )
        if plan.objective:
            objective = self.objects["campaign"].c.objective
            found.append(objective == sa.any_(_array("objectives", _TEXTS)))
        if _breakdown(plan, self.dimensions):
            found.append(facts.c.breakdown == sa.bindparam("breakdown"))
        if plan.weekdays:
            found.append(self.group("weekday") == sa.any_(_array("weekdays", _NUMBERS)))
        if plan.hours is not None and not is_night(plan):
            hour = facts.c.hour_of_day
            found += [hour >= sa.bindparam("first_hour"), hour < sa.bindparam("hour_after")]
        limited = dict.fromkeys(one.dimension for one in plan.segments)
        found += [self.group(one) == sa.any_(_array(f"parts_{one}", _TEXTS)) for one in limited]
        left_out = dict.fromkeys(one.dimension for one in plan.without)
        return found + [
            sa.func.coalesce(self.group(one), constant("''")) != sa.all_(_array(f"without_{one}", _TEXTS))
            for one in left_out
        ]

    def _status_level(self) -> Level:
        if "ad" in self.dimensions:
            return "ad"
        return "adset" if "adset" in self.dimensions else "campaign"


def grouped(
    figures: FigureRows, values: Sequence[Expression], having: Sequence[Expression] = (), *, by_currency: bool
) -> sa.Select[Any]:
    """One row per group. Counts of two currencies add up, amounts do not: `by_currency` keeps them apart."""
    facts, groups = figures.facts, [figures.group(one) for one in figures.dimensions]
    currency: Expression = facts.c.currency if by_currency else constant("''")
    source = facts.join(figures.scope, figures.within_days())
    for level in figures.joined():
        source = source.join(figures.objects[level], _same_object(facts, figures.objects[level], level))
    if any(one in NAME_DIMENSIONS for one in figures.dimensions):
        source = source.outerjoin(figures.names, figures.names.c.campaign_id == facts.c.campaign_id)
    levels: list[Level] = [one for one in figures.dimensions if one in LEVELS]  # type: ignore[misc]
    names = [sa.func.max(figures.objects[one].c.name).label(column_label(one)) for one in levels]
    keys = [key.label(one) for key, one in zip(groups, figures.dimensions, strict=True)]
    meta = [
        sa.func.bool_or(facts.c.is_provisional).label("is_provisional"),
        sa.func.max(facts.c.collected_at).label("as_of"),
        sa.func.count().label("source_rows"),
    ]
    statement = sa.select(currency.label("currency"), *keys, *names, *values, *meta).select_from(source)
    return (
        statement.where(*figures.conditions())
        .group_by(*([currency] if by_currency else []), *groups)
        .having(sa.and_(sa.func.count() > constant("0"), *having))
    )


def text_of(statement: sa.Select[Any]) -> str:
    """The statement with named parameters, as sa.text reads it."""
    return str(statement.compile(dialect=_DIALECT))


def shape_of(plan: Plan) -> Plan:
    """The plan without the values that are bound as parameters: plans of one shape have one statement."""
    return replace(
        plan,
        objects=tuple(replace(one, ids=(), name="") for one in plan.objects),
        excluded=tuple(replace(one, ids=(), name="") for one in plan.excluded),
        segments=tuple(dict.fromkeys(replace(one, value="") for one in plan.segments)),
        thresholds=tuple(_shape_of_bound(one) for one in plan.thresholds),
        status=plan.status and ("NOT_ACTIVE" if plan.status.startswith(NEGATED) else "ACTIVE"),
        weekdays=plan.weekdays[:1] and (1,),
        hours=plan.hours and ((0, HOURS_OF_DAY + 1) if is_night(plan) else (0, 1)),
        currency=None,
        without=tuple(dict.fromkeys(replace(one, value="") for one in plan.without)),
        objective=plan.objective and "SALES",
        period=None,
        compare=plan.compare and RelativePeriod("days"),
        limit=0,
        period_is_assumed=False,
        with_shares=False,
        questioned=(),
        premise=None,
        facts=(),
        offers=(),
        mentions=(),
        ignored=(),
    )


def _shape_of_bound(bound: Threshold) -> Threshold:
    values = (("", _ANY),) if bound.values else ()
    return replace(bound, value=_ANY, currency=bound.currency and "", of=None, is_average=False, values=values)


def parameters_of(plan: Plan, dimensions: Sequence[Dimension], accounts: Sequence[ChatAccount]) -> dict[str, Any]:
    """The parameters of a statement over the plan's rows, both sides."""
    if plan.period is None:
        raise ValueError("figures need a period")
    chosen = [one for one in plan.objects if one.level == "account"]
    accounts = [one for one in accounts if all(one.account_id in some.ids for some in chosen)]
    found: dict[str, Any] = {"rows": plan.limit, "account_ids": [one.account_id for one in accounts]}
    found |= _days("now", plan, plan.period, dimensions, accounts)
    if plan.compare is not None:
        found |= _days("before", plan, plan.compare, dimensions, accounts)
    # The accounts that are named are among those of the scope already, each with its days.
    found |= {f"{one.level}_ids": list(one.ids) for one in plan.objects if one.level != "account"}
    found |= {f"{one.level}_ids_left_out": list(one.ids) for one in plan.excluded}
    if plan.status:
        found["statuses"] = list(STATUSES[plan.status.removeprefix(NEGATED)])
    if plan.hours is not None:
        found["first_hour"], found["hour_after"] = clock_hours(plan.hours)
    if plan.weekdays:
        found["weekdays"] = list(plan.weekdays)
    for one in plan.without:
        found.setdefault(f"without_{one.dimension}", []).append(one.value)
    if plan.objective:
        found["objectives"] = list(objectives_of(plan.objective))
    breakdown = _breakdown(plan, dimensions)
    if breakdown:
        found["breakdown"] = breakdown
    for one in plan.segments:
        found.setdefault(f"parts_{one.dimension}", []).append(one.value)
    return found


def _days(
    side: str, plan: Plan, period: RelativePeriod, dimensions: Sequence[Dimension], accounts: Sequence[ChatAccount]
) -> dict[str, Any]:
    """Each account's days by its own calendar, and the bounds of all."""
    days = [resolve(period, one.today) for one in accounts]
    more: dict[str, Any] = {}
    if plan.per_day:
        more[f"{side}_day_counts"] = [count_of_days(DayRange(*one), plan.weekdays) for one in days]
    if plan.same_time:
        clocks = [one.clock for one in accounts]
        more[f"{side}_until_minutes"] = [getattr(one, side) if one else -1 for one in clocks]
    if "hour" in dimensions or plan.hours is not None:
        pairs = zip(accounts, days, strict=True)
        more[f"{side}_running_days"] = [one.today for one, own in pairs if own == (one.today, one.today)]
    return more | {
        f"{side}_first_days": [first for first, _ in days],
        f"{side}_last_days": [last for _, last in days],
        f"{side}_first": min((first for first, _ in days), default=date.max),
        f"{side}_last": max((last for _, last in days), default=date.min),
    }


def _array(name: str, kind: postgresql.ARRAY[Any]) -> Expression:
    # Without a type of its own the parameter is written as :name, which the cited text of the query needs.
    return sa.cast(sa.bindparam(name), kind)


def column_label(dimension: Dimension) -> str:
    """The column that holds the name of an object."""
    return f"{dimension}_name"


def mart_of(plan: Plan, dimensions: Sequence[Dimension] | None = None, level: Level | None = None) -> str:
    """The daily mart whose rows answer the plan. level: that of the rows, where it is not `level_of` the plan."""
    if _breakdown(plan, plan.dimensions if dimensions is None else dimensions):
        return "campaign_breakdown_daily"
    if plan.same_time or plan.hours is not None or "hour" in (plan.dimensions if dimensions is None else dimensions):
        return HOURS
    marts = _SALES_MARTS if of_orders(plan) else _MARTS
    return marts[level or level_of(plan, dimensions)]


def of_orders(plan: Plan) -> bool:
    """Whether the plan asks for a figure of orders of shops."""
    ranked = (plan.rank.metric,) if plan.rank else ()
    return any(reads_orders(one) for one in (*plan.metrics, *ranked, *(some.metric for some in plan.thresholds)))


def _breakdown(plan: Plan, dimensions: Sequence[Dimension]) -> str | None:
    return breakdown_of(replace(plan, dimensions=tuple(dimensions)))


def _table(name: str, columns: Sequence[str], alias: str) -> sa.FromClause:
    return sa.table(name, *(sa.column(one) for one in columns), schema="marts").alias(alias)


def _same_object(facts: sa.FromClause, table: sa.FromClause, level: Level) -> Expression:
    same = table.c.account_id == facts.c.account_id
    return same if level == "account" else sa.and_(same, table.c[f"{level}_id"] == facts.c[f"{level}_id"])


def _truncated(unit: str) -> Callable[[FigureRows], Expression]:
    return lambda figures: sa.cast(sa.func.date_trunc(constant(f"'{unit}'"), figures.facts.c.day), _DAY)


def _column(name: str) -> Callable[[FigureRows], Expression]:
    return lambda figures: figures.facts.c[name]


def _named(name: str) -> Callable[[FigureRows], Expression]:
    return lambda figures: figures.names.c[name]


def _weekday(figures: FigureRows) -> Expression:
    return sa.cast(sa.extract("isodow", figures.facts.c.day), sa.Integer)


def _objective(figures: FigureRows) -> Expression:
    objective = figures.objects["campaign"].c.objective
    return sa.func.regexp_replace(objective, constant("'^OUTCOME_'"), constant("''"))


def _placement(figures: FigureRows) -> Expression:
    facts = figures.facts
    return sa.func.concat_ws(constant("' · '"), facts.c.publisher_platform, facts.c.platform_position)


def _position(figures: FigureRows) -> Expression:
    """Stories, reels and feeds of whichever platform by one name; other positions as Meta names them."""
    position = figures.facts.c.platform_position
    named = {"%stor%": "stories", "%reel%": "reels", "%feed%": "feed", "%search%": "search"}
    return sa.case(
        *((position.like(constant(f"'{like}'")), constant(f"'{name}'")) for like, name in named.items()), else_=position
    )


_GROUPS: Mapping[Dimension, Callable[[FigureRows], Expression]] = {
    "account": _column("account_id"),
    "campaign": _column("campaign_id"),
    "adset": _column("adset_id"),
    "ad": _column("ad_id"),
    "day": _column("day"),
    "week": _truncated("week"),
    "month": _truncated("month"),
    "weekday": _weekday,
    "hour": _column("hour_of_day"),
    "objective": _objective,
    "age": _column("age"),
    "gender": _column("gender"),
    "country": _column("country"),
    "platform": _column("publisher_platform"),
    "placement": _placement,
    "position": _position,
    "product": _named("product"),
    "audience": _named("audience"),
    "stage": _named("stage"),
}
