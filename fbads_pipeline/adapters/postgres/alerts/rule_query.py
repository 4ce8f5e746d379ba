"""The query of a user's rule: its metric per object, over its window and over the window before."""

from collections.abc import Mapping

import sqlalchemy as sa

from fbads_pipeline.domain.alerts.rules import GUARDS, RuleLevel

_ID: Mapping[RuleLevel, str] = {"account": "account_id", "campaign": "campaign_id", "adset": "adset_id", "ad": "ad_id"}
_NOW = sa.cast(sa.bindparam("now"), sa.DateTime(timezone=True))
_DAYS, _OFFSET = sa.bindparam("days", type_=sa.Integer), sa.bindparam("offset", type_=sa.Integer)


def readings_query(level: RuleLevel, expression: str, *, as_known: bool) -> sa.Select[tuple[object, ...]]:
    """One row per active object: the columns of RuleReading, its sums as one column each, ordered by account and id.

    expression: the metric's, from the catalogue of metrics. Parameters: now, days (length of the window), offset
    (0 where the window ends today, 1 where it ends yesterday). An object whose window holds two currencies is left
    out: its amounts do not add up.
    """
    sums = _sums(_facts(level, as_known=as_known), expression)
    now, before, names = sums.alias("now"), sums.alias("before"), _names(level)
    same_object = sa.and_(
        before.c.account_id == now.c.account_id,
        before.c.object_id == now.c.object_id,
        before.c.currency == now.c.currency,
        ~before.c.is_now,
    )
    kept = ("account_id", "account_name", "object_id", "currency", "first_day", "last_day", "value", *GUARDS)
    return (
        sa.select(names.c.name.label("object_name"), before.c.value.label("before"), *(now.c[one] for one in kept))
        .select_from(now)
        .join(names, sa.and_(names.c.object_id == now.c.object_id, names.c.is_active))
        .outerjoin(before, same_object)
        .where(now.c.is_now)
        .order_by(now.c.account_id, now.c.object_id)
    )


def _facts(level: RuleLevel, *, as_known: bool) -> sa.CTE:
    """Daily rows of both windows. as_known: as the marts had them at `now`; campaigns alone have versions."""
    accounts = _mart("accounts", "account_id", "name", "timezone_name")
    zone = sa.func.coalesce(accounts.c.timezone_name, "UTC")
    today = sa.cast(sa.func.timezone(zone, _NOW), sa.Date).label("today")
    days = sa.select(accounts.c.account_id, accounts.c.name, today).cte("days")
    columns = {"account_id", "day", "currency", _ID[level]}
    if as_known:
        daily = _mart("campaign_daily_versions", *columns, "known_from", "known_to", "is_removed").alias("daily")
        is_known = sa.and_(
            daily.c.known_from <= _NOW, sa.or_(daily.c.known_to > _NOW, daily.c.known_to.is_(None)), ~daily.c.is_removed
        )
    else:
        daily, is_known = _mart(f"{level}_daily", *columns).alias("daily"), sa.true()
    last_day = days.c.today - _OFFSET
    return (
        sa.select(
            sa.literal_column("daily.*"),
            daily.c[_ID[level]].label("object_id"),
            days.c.name.label("account_name"),
            (daily.c.day > last_day - _DAYS).label("is_now"),
            (last_day - _DAYS + 1).label("first_day"),
            last_day.label("last_day"),
        )
        .select_from(daily)
        .join(days, days.c.account_id == daily.c.account_id)
        .where(daily.c.day > last_day - _DAYS * 2, daily.c.day <= last_day, is_known)
        .cte("facts")
    )


def _sums(facts: sa.CTE, expression: str) -> sa.CTE:
    names = ("account_id", "account_name", "object_id", "is_now", "first_day", "last_day")
    keys: list[sa.ColumnClause[object]] = [sa.column(one) for one in names]
    currency = sa.column("currency", sa.Text)
    guards = [sa.cast(sa.func.sum(sa.column(one, sa.Numeric)), sa.Numeric).label(one) for one in GUARDS]
    return (
        sa.select(*keys, sa.func.min(currency).label("currency"), sa.literal_column(expression).label("value"), *guards)
        .select_from(facts)
        .group_by(*keys)
        .having(sa.func.count(sa.distinct(currency)) == 1)
        .cte("sums")
    )


def _names(level: RuleLevel) -> sa.CTE:
    table = _mart(f"{level}s", _ID[level], "name", "effective_status")
    is_active = sa.true() if level == "account" else table.c.effective_status == "ACTIVE"
    return sa.select(table.c[_ID[level]].label("object_id"), table.c.name, is_active.label("is_active")).cte("names")


def _mart(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns), schema="marts")
