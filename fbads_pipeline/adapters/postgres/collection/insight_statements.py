"""Statements over the columns of raw.insights, which follow the one list of figures (domain/collection/pages.py)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from fbads_pipeline.domain.collection.pages import INSIGHT_COLUMNS, RAW_FIGURES, FigureType

_TYPES: dict[FigureType, sa.types.TypeEngine[Any]] = {
    "count": sa.BigInteger(),
    "decimal": sa.Numeric(),
    "actions": JSONB(),
    "json": JSONB(),
}
_READING = ("account_id", "level", "breakdown")
_ROW = ("day", "object_id", "breakdown_value")
_KEY = (*_READING, *_ROW)
_OTHERS = tuple(column for column in INSIGHT_COLUMNS if column not in _ROW)

# Rows of one reading, in the order in which they came; emptied when the transaction ends.
INCOMING = sa.Table(
    "incoming",
    sa.MetaData(),
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True)),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("object_id", sa.Text, nullable=False),
    sa.Column("breakdown_value", sa.Text, nullable=False),
    *(sa.Column(name, sa.Text) for name in ("campaign_id", "adset_id", "ad_id", "currency")),
    *(sa.Column(one.column, _TYPES[one.type]) for one in RAW_FIGURES),
    prefixes=["temporary"],
    postgresql_on_commit="DELETE ROWS",
)
CREATE_INCOMING = sa.schema.CreateTable(INCOMING, if_not_exists=True)

_INSIGHTS = sa.table("insights", *map(sa.column, (*_KEY, *_OTHERS, "collected_at")), schema="raw")
_READINGS = sa.table("insight_readings", *map(sa.column, (*_KEY, *_OTHERS, "read_at", "is_removed")), schema="raw")
_RUN_COUNTS = ("rows_read", "rows_changed", "rows_removed")
_RUN_COLUMNS = (*_READING, "day", "read_at", "run_id", "ok", *_RUN_COUNTS)
_RUNS = sa.table("reading_runs", *map(sa.column, _RUN_COLUMNS), schema="raw")

# The parameters of apply_incoming.
_ACCOUNT, _LEVEL, _BREAKDOWN, _RUN_ID = (
    sa.bindparam(name, type_=sa.Text()) for name in ("account", "level", "breakdown", "run_id")
)
_SINCE, _UNTIL = (sa.bindparam(name, type_=sa.Date()) for name in ("since", "until"))
_READ_AT = sa.bindparam("read_at", type_=sa.DateTime(timezone=True))
_KEEP_READINGS = sa.bindparam("keep_readings", type_=sa.Boolean())

_OF_THE_READING = sa.and_(
    _INSIGHTS.c.account_id == _ACCOUNT, _INSIGHTS.c.level == _LEVEL, _INSIGHTS.c.breakdown == _BREAKDOWN
)
_SAME_ROW = sa.and_(*(_INSIGHTS.c[name] == INCOMING.c[name] for name in _ROW))


def _removed() -> sa.CTE:
    """Stored rows of the reading's days that did not come again, taken out of raw.insights."""
    return (
        sa.delete(_INSIGHTS)
        .where(_OF_THE_READING, _INSIGHTS.c.day.between(_SINCE, _UNTIL))
        .where(~sa.exists(sa.select(INCOMING.c.seq).where(_SAME_ROW)))
        .returning(*_INSIGHTS.c)
        .cte("removed")
    )


def _fresh() -> sa.CTE:
    """Rows that are new or differ from what is stored."""
    stored, incoming = (sa.tuple_(*(table.c[name] for name in _OTHERS)) for table in (_INSIGHTS, INCOMING))
    return (
        sa.select(*(INCOMING.c[name] for name in (*_ROW, *_OTHERS)))
        .select_from(INCOMING.outerjoin(_INSIGHTS, sa.and_(_OF_THE_READING, _SAME_ROW)))
        .where(sa.or_(_INSIGHTS.c.account_id.is_(None), stored.is_distinct_from(incoming)))
        .cte("fresh")
        .prefix_with("materialized")
    )


def _written(fresh: sa.CTE) -> sa.CTE:
    """The fresh rows, written to raw.insights; the column `day` of each."""
    rows = sa.select(_ACCOUNT, _LEVEL, _BREAKDOWN, *(fresh.c[name] for name in (*_ROW, *_OTHERS)), _READ_AT)
    writing = insert(_INSIGHTS).from_select([*_KEY, *_OTHERS, "collected_at"], rows)
    updated = {name: writing.excluded[name] for name in (*_OTHERS, "collected_at")}
    return writing.on_conflict_do_update(index_elements=_KEY, set_=updated).returning(_INSIGHTS.c.day).cte("written")


def _kept(fresh: sa.CTE, removed: sa.CTE) -> sa.CTE:
    """Fresh and removed rows, kept in raw.insight_readings where the reading is one to keep."""
    changed = sa.select(
        *(_ACCOUNT, _LEVEL, _BREAKDOWN, *(fresh.c[name] for name in _ROW)),
        *(_READ_AT, sa.false(), *(fresh.c[name] for name in _OTHERS)),
    )
    vanished = sa.select(
        *(removed.c[name] for name in _KEY), _READ_AT, sa.true(), *(removed.c[name] for name in _OTHERS)
    )
    rows = sa.union_all(changed.where(_KEEP_READINGS), vanished.where(_KEEP_READINGS))
    keeping = insert(_READINGS).from_select([*_KEY, "read_at", "is_removed", *_OTHERS], rows)
    updated = {name: keeping.excluded[name] for name in (*_OTHERS, "is_removed")}
    return keeping.on_conflict_do_update(index_elements=[*_KEY, "read_at"], set_=updated).cte("kept")


def _recorded(written: sa.CTE, removed: sa.CTE) -> sa.CTE:
    """A row of raw.reading_runs per day of the reading, also for days without rows."""
    series = sa.func.generate_series(_SINCE, _UNTIL, sa.text("interval '1 day'"))
    days = sa.select(sa.cast(series, sa.Date).label("day")).cte("days")
    counts = [_per_day(rows, name) for rows, name in zip((INCOMING, written, removed), _RUN_COUNTS, strict=True)]
    joined: sa.FromClause = days
    for rows in counts:
        joined = joined.outerjoin(rows, rows.c.day == days.c.day)
    recorded = sa.select(
        *(_ACCOUNT, _LEVEL, _BREAKDOWN, days.c.day, _READ_AT, _RUN_ID, sa.true()),
        *(sa.func.coalesce(rows.c.count, 0) for rows in counts),
    ).select_from(joined)
    return insert(_RUNS).from_select(_RUN_COLUMNS, recorded).on_conflict_do_nothing().cte("recorded")


def _per_day(rows: sa.FromClause, name: str) -> sa.Subquery:
    return sa.select(rows.c.day, sa.func.count().label("count")).group_by(rows.c.day).subquery(name)


def apply_incoming(connection: sa.Connection, values: Mapping[str, object]) -> tuple[int, int]:
    """Makes raw.insights equal to `incoming` for one reading: changed and new rows are written, vanished ones removed,
    unchanged ones untouched. values: of the parameters above; returns how many rows were written and how many removed.
    """
    statement = _compiled(connection.dialect)
    written, removed = connection.exec_driver_sql(str(statement), statement.construct_params(dict(values))).one()
    return written, removed


@lru_cache(maxsize=2)
def _compiled(dialect: sa.Dialect) -> sa.Compiled:
    """The statement's text, composed once: at every execution, SQLAlchemy would spend 4 ms of CPU on it."""
    return _apply_incoming().compile(dialect=dialect)


def _apply_incoming() -> sa.Select[tuple[int, int]]:
    removed, fresh = _removed(), _fresh()
    written = _written(fresh)
    counts = (sa.select(sa.func.count()).select_from(rows).scalar_subquery() for rows in (written, removed))
    return sa.select(*counts).add_cte(_kept(fresh, removed), _recorded(written, removed))
