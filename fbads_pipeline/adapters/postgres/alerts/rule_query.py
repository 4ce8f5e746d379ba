"""The query of a user's rule: its metric per object, over its window and over the window before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.figures import sum_reported
from fbads_pipeline.domain.alerts.rules import GUARDS, RuleLevel

_ID: Mapping[RuleLevel, str] = {"account": "account_id", "campaign": "campaign_id", "adset": "adset_id", "ad": "ad_id"}
_NOW = sa.cast(sa.bindparam("now"), sa.DateTime(timezone=True))
_DAYS, _OFFSET = sa.bindparam("days", type_=sa.Integer), sa.bindparam("offset", type_=sa.Integer)
_KEPT = ("account_id", "account_name", "object_id", "currency", "first_day", "last_day", "value", *GUARDS)


@dataclass(frozen=True)
class RuleMetric:
    """expression: SQL over the rows of a daily mart; columns: those that it reads."""

    expression: str
    columns: Sequence[str]


def readings_query(
    level: RuleLevel, metric: RuleMetric, *, as_known: bool, is_of_change: bool
) -> sa.Select[tuple[object, ...]]:
    """One row per active object: the columns of RuleReading, its sums as one column each, ordered by account and id.

    Parameters: now, days (length of the window), offset (0 where the window ends today, 1 where it ends yesterday).
    An object whose window holds two currencies is left out: its amounts do not add up. as_known: by the figures of
    `now`; a day that its account had not been read then stands as it is stored.
    """
    days = _account_days()
    sums = _sums(_facts(level, days, as_known=as_known), metric)
    now, before, names = sums.alias("now"), sums.alias("before"), _names(level)
    unread = _unread_days(level, days, windows=2 if is_of_change else 1)
    same_object = sa.and_(
        before.c.account_id == now.c.account_id,
        before.c.object_id == now.c.object_id,
        before.c.currency == now.c.currency,
        ~before.c.is_now,
    )
    lacks_before = sa.func.coalesce(before.c.is_unreported, False) if is_of_change else sa.false()
    return (
        sa.select(
            names.c.name.label("object_name"),
            before.c.value.label("before"),
            sa.or_(now.c.is_unreported, lacks_before).label("is_unreported"),
            now.c.was_read_later,
            unread.c.unread_days,
            *(now.c[one] for one in _KEPT),
        )
        .select_from(now)
        .join(names, sa.and_(names.c.object_id == now.c.object_id, names.c.is_active))
        .join(unread, unread.c.account_id == now.c.account_id)
        .outerjoin(before, same_object)
        .where(now.c.is_now)
        .order_by(now.c.account_id, now.c.object_id)
    )


def _account_days() -> sa.CTE:
    """One row per account: its local day at `now`, and the last day of the window."""
    accounts = _mart("accounts", "account_id", "name", "timezone_name")
    zone = sa.func.coalesce(accounts.c.timezone_name, "UTC")
    last_day = (sa.cast(sa.func.timezone(zone, _NOW), sa.Date) - _OFFSET).label("last_day")
    return sa.select(accounts.c.account_id, accounts.c.name, last_day).cte("days")


def _facts(level: RuleLevel, days: sa.CTE, *, as_known: bool) -> sa.CTE:
    """Daily rows of both windows. as_known: as the marts had them at `now`; campaigns alone have versions."""
    if as_known:
        daily: sa.FromClause = _versions(days)
        is_known, was_read_later = _is_known(), _daily("read_since") > _NOW
    else:
        daily = _mart(f"{level}_daily", "account_id", "day").alias("daily")
        is_known, was_read_later = sa.true(), sa.false()
    last_day = days.c.last_day
    return (
        sa.select(
            sa.literal_column("daily.*"),
            _daily(_ID[level]).label("object_id"),
            days.c.name.label("account_name"),
            (_daily("day") > last_day - _DAYS).label("is_now"),
            (last_day - _DAYS + 1).label("first_day"),
            last_day.label("last_day"),
            was_read_later.label("was_read_later"),
        )
        .select_from(daily)
        .join(days, days.c.account_id == _daily("account_id"))
        .where(_daily("day") > last_day - _DAYS * 2, _daily("day") <= last_day, is_known)
        .cte("facts")
    )


def _versions(days: sa.CTE) -> sa.Subquery:
    """Versions of both windows' rows, each with the instant at which its account's day was first read."""
    stored = _mart("campaign_daily_versions", "account_id", "day", "known_from").alias("stored")
    read_since = sa.func.min(stored.c.known_from).over(partition_by=(stored.c.account_id, stored.c.day))
    return (
        sa.select(sa.literal_column("stored.*"), read_since.label("read_since"))
        .select_from(stored)
        .join(days, days.c.account_id == stored.c.account_id)
        .where(stored.c.day > days.c.last_day - _DAYS * 2, stored.c.day <= days.c.last_day)
        .subquery("daily")
    )


def _is_known() -> sa.ColumnElement[bool]:
    """The version of `now`; where the account's day was read later only, the one that is stored."""
    known_from, known_to, read_since = _daily("known_from"), _daily("known_to"), _daily("read_since")
    is_current = known_to.is_(None)
    is_of_moment = sa.and_(known_from <= _NOW, sa.or_(known_to > _NOW, is_current))
    return sa.and_(sa.or_(is_of_moment, sa.and_(read_since > _NOW, is_current)), ~_daily("is_removed"))


def _daily(column: str) -> sa.ColumnClause[Any]:
    return sa.literal_column(f"daily.{column}")


def _unread_days(level: RuleLevel, days: sa.CTE, *, windows: int) -> sa.CTE:
    """Per account: days of so many windows that were not read well at that level."""
    coverage = _mart("day_coverage", "account_id", "level", "day", "is_read")
    is_counted = sa.and_(
        coverage.c.account_id == days.c.account_id,
        coverage.c.level == level,
        coverage.c.is_read,
        coverage.c.day > days.c.last_day - _DAYS * windows,
        coverage.c.day <= days.c.last_day,
    )
    return (
        sa.select(days.c.account_id, (_DAYS * windows - sa.func.count(coverage.c.day)).label("unread_days"))
        .select_from(days.outerjoin(coverage, is_counted))
        .group_by(days.c.account_id)
        .cte("unread")
    )


def _sums(facts: sa.CTE, metric: RuleMetric) -> sa.CTE:
    names = ("account_id", "account_name", "object_id", "is_now", "first_day", "last_day")
    keys: list[sa.ColumnClause[object]] = [sa.column(one) for one in names]
    currency = sa.column("currency", sa.Text)
    guards = [sa.cast(sum_reported(sa.column(one, sa.Numeric)), sa.Numeric).label(one) for one in GUARDS]
    lacks = [sa.func.count() > sa.func.count(sa.column(one)) for one in metric.columns]
    return (
        sa.select(
            *keys,
            sa.func.min(currency).label("currency"),
            sa.literal_column(metric.expression).label("value"),
            sa.or_(sa.false(), *lacks).label("is_unreported"),
            sa.func.bool_or(sa.column("was_read_later")).label("was_read_later"),
            *guards,
        )
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
