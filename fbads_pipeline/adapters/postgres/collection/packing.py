"""Lists of actions of days that hardly change any more, as one text each: less than half of their bytes.

Whoever reads figures takes both forms (raw.unpacked); whoever writes a day finds its lists unpacked. A row of
raw.day_states is held while its day is packed or written, so that neither sees half of the other's work.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.dml import ReturningUpdate

from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.pages import RAW_FIGURES
from fbads_pipeline.domain.core.days import DayRange

LISTS = tuple(one.column for one in RAW_FIGURES if one.type == "actions")
# What one transaction packs of an account: a night after an upgrade takes a part of the past, not all of it.
DAYS_AT_ONCE = 400
_GRAIN = ("account_id", "level", "breakdown", "day")
_STATES = sa.table("day_states", *map(sa.column, (*_GRAIN, "read_at", "packed_at")), schema="raw")
_INSIGHTS = sa.table("insights", *map(sa.column, _GRAIN), *(sa.column(name, JSONB) for name in LISTS), schema="raw")


def packed(listed: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """SQL of a list as it is stored where it is packed."""
    return sa.func.raw.packed(listed, type_=JSONB)


def unpack_days(connection: sa.Connection, account_id: str, grain: Grain, days: DayRange) -> None:
    """Holds the states of these days, and writes lists that are packed as they were, until the transaction ends."""
    of_grain = (_STATES.c.level == grain.level, _STATES.c.breakdown == grain.breakdown)
    of_days = (_STATES.c.account_id == account_id, *of_grain, _STATES.c.day.between(days.since, days.until))
    held = sa.select(_STATES.c.packed_at).where(*of_days)
    states = connection.execute(held.order_by(_STATES.c.day).with_for_update()).scalars().all()
    if any(states):
        unpacking = sa.update(_STATES).values(packed_at=None).where(*of_days, _STATES.c.packed_at.is_not(None))
        found = unpacking.returning(*_columns(_STATES)).cte("found")
        connection.execute(_rewritten(found, sa.func.raw.unpacked))


def pack_days(connection: sa.Connection, account_id: str, *, before: date, now: datetime) -> int:
    """Packs the oldest days before that one that are not packed; returns how many, by level and breakdown."""
    old = (
        sa.select(*_columns(_STATES))
        .where(_STATES.c.account_id == account_id, _STATES.c.day < before, _STATES.c.packed_at.is_(None))
        .order_by(_STATES.c.day, _STATES.c.level, _STATES.c.breakdown)
        .limit(DAYS_AT_ONCE)
        .with_for_update()
        .cte("old")
    )
    noted = (
        sa.update(_STATES).values(packed_at=now).where(*_same(_STATES, old)).returning(*_columns(_STATES)).cte("noted")
    )
    writing = _rewritten(noted, sa.func.raw.packed).cte("rewritten")
    return int(connection.execute(sa.select(sa.func.count()).select_from(noted).add_cte(writing)).scalar_one())


def _rewritten(days: sa.CTE, form: Any) -> ReturningUpdate[Any]:
    """The rows of these days that have a list that is not `[]`, with their lists in that form."""
    empty = sa.cast("[]", JSONB)
    lists = {name: form(_INSIGHTS.c[name]) for name in LISTS}
    has_any = sa.or_(*(sa.func.coalesce(_INSIGHTS.c[name], empty) != empty for name in LISTS))
    return sa.update(_INSIGHTS).values(lists).where(*_same(_INSIGHTS, days), has_any).returning(_INSIGHTS.c.day)


def _columns(table: sa.TableClause) -> list[sa.ColumnClause[Any]]:
    return [table.c[name] for name in _GRAIN]


def _same(one: sa.FromClause, other: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    return [one.c[name] == other.c[name] for name in _GRAIN]
