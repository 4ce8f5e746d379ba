"""Statements over the columns of raw.insights, which follow the one list of figures (domain/collection/pages.py)."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from fbads_pipeline.adapters.postgres.collection.packing import LISTS, packed
from fbads_pipeline.domain.collection.doubts import DOUBTED_LISTS, DOUBTED_NUMBERS
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.collection.pages import (
    INSIGHT_COLUMNS,
    INSIGHT_IDENTITY,
    RAW_FIGURES,
    UNREADABLE,
    FigureType,
    RawFigure,
)

_TYPES: dict[FigureType, sa.types.TypeEngine[Any]] = {
    "count": sa.BigInteger(),
    "decimal": sa.Numeric(),
    "actions": JSONB(),
    "json": JSONB(),
}
# Plain rows of these levels are kept reading by reading.
KEPT_LEVELS: tuple[Level, ...] = ("account", "campaign")
_READING = ("account_id", "level", "breakdown")
_ROW = ("day", "object_id", "breakdown_value")
_KEY = (*_READING, *_ROW)
_IDS = tuple(column for column in INSIGHT_IDENTITY if column not in _ROW)
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
    sa.Column(UNREADABLE, JSONB),
    prefixes=["temporary"],
    postgresql_on_commit="DELETE ROWS",
)
CREATE_INCOMING = sa.schema.CreateTable(INCOMING, if_not_exists=True)

_STORED = sa.table("insights", *map(sa.column, ("ctid", *_KEY, *_OTHERS, "collected_at", "stale_since")), schema="raw")
_READINGS = sa.table("insight_readings", *map(sa.column, (*_KEY, *_OTHERS, "read_at", "is_removed")), schema="raw")
_DOUBT_COLUMNS = ("first_run_id", "last_run_id", "first_seen_at", "last_seen_at", "answer")
_DOUBTFUL = sa.table("doubtful_rows", *map(sa.column, (*_KEY, *_DOUBT_COLUMNS)), schema="raw")
_RUN_COUNTS = ("rows_read", "rows_changed", "rows_removed")
_RUN_COLUMNS = (*_READING, "day", "read_at", "run_id", "ok", "state", "error", *_RUN_COUNTS)
_RUNS = sa.table("reading_runs", *map(sa.column, _RUN_COLUMNS), schema="raw")

# The parameters of apply_incoming. Of the rows that could not be read: their keys, as three arrays side by side;
# unclear_days: days of those whose key is not known, of which every stored row stands; unreadable_days: of all of them
# and of single values that could not be read; unreadable_errors: what is said of each of these days.
_ACCOUNT, _LEVEL, _BREAKDOWN, _RUN_ID = (
    sa.bindparam(name, type_=sa.Text()) for name in ("account", "level", "breakdown", "run_id")
)
_SINCE, _UNTIL = (sa.bindparam(name, type_=sa.Date()) for name in ("since", "until"))
_READ_AT = sa.bindparam("read_at", type_=sa.DateTime(timezone=True))
_KEEP_READINGS = sa.bindparam("keep_readings", type_=sa.Boolean())
_UNREADABLE_DAYS, _UNCLEAR_DAYS, _HELD_DAYS = (
    sa.cast(sa.bindparam(name, type_=sa.ARRAY(sa.Date)), sa.ARRAY(sa.Date))
    for name in ("unreadable_days", "unclear_days", "held_days")
)
_HELD_OBJECTS, _HELD_VALUES = (
    sa.cast(sa.bindparam(name, type_=sa.ARRAY(sa.Text)), sa.ARRAY(sa.Text)) for name in ("held_objects", "held_values")
)
_UNREADABLE_ERRORS = sa.cast(sa.bindparam("unreadable_errors", type_=sa.ARRAY(sa.Text)), sa.ARRAY(sa.Text))
_UNREADABLE = (
    sa.func.unnest(_UNREADABLE_DAYS, _UNREADABLE_ERRORS).table_valued("day", "error").render_derived("unreadable")
)
_HELD = sa.func.unnest(_HELD_DAYS, _HELD_OBJECTS, _HELD_VALUES).table_valued(*_ROW).render_derived("held")

_NO_ACTIONS = sa.cast("[]", JSONB)
_Columns = Mapping[str, sa.ColumnElement[Any]]
# Several threads store their first reading at once, and one compiles for all.
_COMPILING = Lock()


def _of_the_reading(table: sa.TableClause) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.account_id == _ACCOUNT, table.c.level == _LEVEL, table.c.breakdown == _BREAKDOWN)


_OF_THE_READING = _of_the_reading(_STORED)


def _same_row(one: sa.FromClause, other: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(*(one.c[name] == other.c[name] for name in _ROW))


def _vanished() -> sa.CTE:
    """Where the stored rows of the reading's days lie that did not come again."""
    return (
        sa.select(_STORED.c.ctid)
        .where(_OF_THE_READING, _STORED.c.day.between(_SINCE, _UNTIL))
        .where(~sa.exists(sa.select(INCOMING.c.seq).where(_same_row(_STORED, INCOMING))))
        .cte("vanished")
        .prefix_with("materialized")
    )


def _left_behind(vanished: sa.CTE) -> sa.CTE:
    """The vanished rows. is_held: it came, and could not be read."""
    numbers = [sa.func.coalesce(_STORED.c[name], 0) != 0 for name in DOUBTED_NUMBERS]
    lists = [sa.func.coalesce(_STORED.c[name], _NO_ACTIONS) != _NO_ACTIONS for name in DOUBTED_LISTS]
    came_unreadable = sa.exists(sa.select(1).select_from(_HELD).where(_same_row(_STORED, _HELD)))
    held = sa.or_(_STORED.c.day == sa.any_(_UNCLEAR_DAYS), came_unreadable)
    return (
        sa.select(
            *(_STORED.c[name] for name in ("ctid", *_ROW, "stale_since")),
            sa.or_(*numbers, *lists).label("is_measured"),
            held.label("is_held"),
        )
        .where(_STORED.c.ctid == vanished.c.ctid)
        .cte("left_behind")
        .prefix_with("materialized")
    )


def _removed(left: sa.CTE) -> sa.CTE:
    """Rows that measured nothing and did not come again, taken out of raw.insights."""
    is_gone = sa.and_(_STORED.c.ctid == left.c.ctid, ~left.c.is_measured, ~left.c.is_held)
    return sa.delete(_STORED).where(is_gone).returning(*(_STORED.c[name] for name in (*_KEY, *_OTHERS))).cte("removed")


def _marked_stale(left: sa.CTE) -> sa.CTE:
    """Rows that stand as they were read before, marked as stale from the first time on."""
    stands = sa.and_(sa.or_(left.c.is_measured, left.c.is_held), left.c.stale_since.is_(None))
    marking = sa.update(_STORED).values(stale_since=_READ_AT)
    return marking.where(_STORED.c.ctid == left.c.ctid, stands).cte("marked_stale")


class _Figure:
    """SQL over a figure of a row as it came and as it is stored. is_left_out: something that is known may be missing;
    completed: with what is known."""

    def __init__(self, figure: RawFigure, came: _Columns, known: _Columns) -> None:
        column = figure.column
        self.is_left_out: sa.ColumnElement[bool] = sa.and_(came[column].is_(None), known[column].is_not(None))
        self.completed: sa.ColumnElement[Any] = sa.func.coalesce(came[column], known[column])
        if column in DOUBTED_LISTS:
            types = (sa.func.jsonb_path_query_array(of[column], sa.text("'$[*].action_type'")) for of in (known, came))
            lacks_types = sa.and_(known[column] != came[column], ~next(types).op("<@")(next(types)))
            merged = sa.func.raw.with_known_actions(came[column], known[column])
            self.is_left_out = sa.or_(self.is_left_out, lacks_types)
            self.completed = sa.case((came[column].is_(None), known[column]), (lacks_types, merged), else_=came[column])
        elif column not in DOUBTED_NUMBERS:
            # No other level can confirm it: kept while the row's impressions are those that it was read with.
            impressions = sa.func.coalesce(came["impressions"], known["impressions"])
            self.is_left_out = sa.and_(self.is_left_out, impressions == known["impressions"])
            self.completed = sa.case((self.is_left_out, known[column]), else_=came[column])


def _came() -> sa.CTE:
    """Rows that are new, differ from what is stored, or are marked as stale there; is_left_out: a known figure may be
    missing."""
    stored, incoming = (sa.tuple_(*(table.c[name] for name in _OTHERS)) for table in (_STORED, INCOMING))
    is_new = _STORED.c.account_id.is_(None)
    figures = [_Figure(one, dict(INCOMING.c), dict(_STORED.c)) for one in RAW_FIGURES]
    is_left_out = sa.or_(INCOMING.c[UNREADABLE].is_not(None), *(one.is_left_out for one in figures))
    return (
        sa.select(
            *(INCOMING.c[name] for name in (*_ROW, *_OTHERS)),
            sa.case((is_new, sa.false()), else_=sa.func.coalesce(is_left_out, sa.false())).label("is_left_out"),
        )
        .select_from(INCOMING.outerjoin(_STORED, sa.and_(_OF_THE_READING, _same_row(_STORED, INCOMING))))
        .where(sa.or_(is_new, stored.is_distinct_from(incoming), _STORED.c.stale_since.is_not(None)))
        .cte("came")
        .prefix_with("materialized")
    )


def _left_out(came: sa.CTE) -> sa.CTE:
    """The rows that came without a figure that is known, or with one that could not be read.

    As they came, with the last good figure where one could not be read; and, as known_…, what is stored of them.
    """
    return (
        sa.select(
            *(came.c[name] for name in (*_ROW, *_IDS, UNREADABLE)),
            *(_readable(one, came).label(one.column) for one in RAW_FIGURES),
            *(_STORED.c[name].label(f"known_{name}") for name in (*_OTHERS, "stale_since")),
        )
        .where(came.c.is_left_out, _OF_THE_READING, _same_row(_STORED, came))
        .cte("left_out")
        .prefix_with("materialized")
    )


def _readable(figure: RawFigure, came: sa.CTE) -> sa.ColumnElement[Any]:
    """The figure of a row as it came; where it could not be read, the last good one."""
    name = _text(figure.column)
    given, known = came.c[figure.column], _STORED.c[figure.column]
    is_unreadable = came.c[UNREADABLE].op("?")(name)
    good: sa.ColumnElement[Any] = given
    if figure.type == "actions":
        good = sa.func.raw.with_good_entries(given, known, name, came.c[UNREADABLE])
    return sa.case((came.c[UNREADABLE].is_(None), given), (is_unreadable, sa.func.coalesce(known, given)), else_=good)


def _completed(came: sa.CTE) -> sa.CTE:
    """The rows that were left out of in part, with what is known.

    answer: the figures of a row in doubt as they came; None where nothing that was measured is missing; is_held: a
    figure could not be read; is_changed: whether anything is to be written.
    """
    rows = _with_what_is_known(_left_out(came))
    columns = [one.column for one in RAW_FIGURES]
    known = [rows.c[f"known_{name}"] for name in _OTHERS]
    whole = [rows.c[name] for name in (*_IDS, *(f"whole_{name}" for name in columns), "still_unreadable")]
    named = ((_text(name), rows.c[name]) for name in columns)
    answer = sa.func.jsonb_build_object(*chain.from_iterable(named), _text(UNREADABLE), rows.c.still_unreadable)
    is_marked = rows.c.known_stale_since.is_not(None)
    return (
        sa.select(
            *(rows.c[name] for name in _ROW),
            *(column.label(name) for column, name in zip(whole, _OTHERS, strict=True)),
            sa.case((rows.c.is_incomplete, answer)).label("answer"),
            rows.c.is_held,
            sa.or_(
                sa.tuple_(*whole).is_distinct_from(sa.tuple_(*known)),
                is_marked != sa.or_(rows.c.is_incomplete, rows.c.is_held),
            ).label("is_changed"),
        )
        .cte("completed")
        .prefix_with("materialized")
    )


def _with_what_is_known(rows: sa.CTE) -> sa.CTE:
    """Rows of _left_out; whole_…: their figures with what is known; still_unreadable: which are known by no reading.

    Each expression is a column of a CTE of its own, not a part of the next ones: they would grow to 80 kB of SQL.
    """
    came, known = dict(rows.c), {name: rows.c[f"known_{name}"] for name in _OTHERS}
    whole = {one.column: _Figure(one, came, known).completed for one in RAW_FIGURES}
    is_doubtful = [sa.and_(came[name].is_(None), known[name] != 0) for name in DOUBTED_NUMBERS]
    is_doubtful += [came[name] != whole[name] for name in DOUBTED_LISTS]
    now_null = sa.func.jsonb_build_array(*(sa.case((one.is_(None), _text(name))) for name, one in whole.items()))
    return (
        sa.select(
            rows,
            *(one.label(f"whole_{name}") for name, one in whole.items()),
            sa.func.coalesce(sa.or_(*is_doubtful), sa.false()).label("is_incomplete"),
            rows.c[UNREADABLE].is_not(None).label("is_held"),
            sa.func.raw.still_unreadable(rows.c[UNREADABLE], known[UNREADABLE], now_null).label("still_unreadable"),
        )
        .cte("with_what_is_known")
        .prefix_with("materialized")
    )


def _text(value: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{value}'")


def _fresh(came: sa.CTE, completed: sa.CTE) -> sa.CTE:
    """All rows that are to be written."""
    whole = sa.select(*(came.c[name] for name in (*_ROW, *_OTHERS)), sa.false().label("is_incomplete"))
    is_incomplete = sa.or_(completed.c.answer.is_not(None), completed.c.is_held)
    others = sa.select(*(completed.c[name] for name in (*_ROW, *_OTHERS)), is_incomplete)
    return sa.union_all(whole.where(~came.c.is_left_out), others.where(completed.c.is_changed)).cte("fresh")


def _written(fresh: sa.CTE) -> sa.CTE:
    """The fresh rows, written to raw.insights; the column `day` of each."""
    stale_since = sa.case((fresh.c.is_incomplete, _READ_AT))
    rows = sa.select(
        *(_ACCOUNT, _LEVEL, _BREAKDOWN, *(fresh.c[name] for name in (*_ROW, *_OTHERS))), _READ_AT, stale_since
    )
    writing = insert(_STORED).from_select([*_KEY, *_OTHERS, "collected_at", "stale_since"], rows)
    updated = {name: writing.excluded[name] for name in (*_OTHERS, "collected_at")}
    since = sa.func.coalesce(_STORED.c.stale_since, writing.excluded.stale_since)
    first = sa.case((writing.excluded.stale_since.is_not(None), since))
    updating = writing.on_conflict_do_update(index_elements=_KEY, set_={**updated, "stale_since": first})
    return updating.returning(_STORED.c.day).cte("written")


def _kept(fresh: sa.CTE, removed: sa.CTE) -> sa.CTE:
    """Fresh and removed rows, kept in raw.insight_readings where the reading is one to keep."""
    changed = sa.select(
        *(_ACCOUNT, _LEVEL, _BREAKDOWN, *(fresh.c[name] for name in _ROW)),
        *(_READ_AT, sa.false(), *_as_kept(fresh)),
    )
    vanished = sa.select(*(removed.c[name] for name in _KEY), _READ_AT, sa.true(), *_as_kept(removed))
    rows = sa.union_all(changed.where(_KEEP_READINGS), vanished.where(_KEEP_READINGS))
    keeping = insert(_READINGS).from_select([*_KEY, "read_at", "is_removed", *_OTHERS], rows)
    updated = {name: keeping.excluded[name] for name in (*_OTHERS, "is_removed")}
    return keeping.on_conflict_do_update(index_elements=[*_KEY, "read_at"], set_=updated).cte("kept")


def _as_kept(rows: sa.CTE) -> list[sa.ColumnElement[Any]]:
    """The figures of rows with their lists packed: of a day there are dozens of readings, and all stay."""
    return [packed(rows.c[name]) if name in LISTS else rows.c[name] for name in _OTHERS]


def _doubted(left: sa.CTE, completed: sa.CTE) -> sa.CTE:
    """Rows that are in doubt after this reading, written to raw.doubtful_rows; day and answer of each."""
    missing = sa.select(*(left.c[name] for name in _ROW), sa.cast(sa.null(), JSONB).label("answer"))
    incomplete = sa.select(*(completed.c[name] for name in (*_ROW, "answer"))).where(completed.c.answer.is_not(None))
    rows = sa.union_all(missing.where(left.c.is_measured, ~left.c.is_held), incomplete).subquery("in_doubt")
    seen = (_RUN_ID, _RUN_ID, _READ_AT, _READ_AT)
    values = sa.select(_ACCOUNT, _LEVEL, _BREAKDOWN, *(rows.c[name] for name in _ROW), *seen, rows.c.answer)
    doubting = insert(_DOUBTFUL).from_select([*_KEY, *_DOUBT_COLUMNS], values)
    updated = {name: doubting.excluded[name] for name in ("last_run_id", "last_seen_at", "answer")}
    again = doubting.on_conflict_do_update(index_elements=_KEY, set_=updated)
    return again.returning(_DOUBTFUL.c.day, _DOUBTFUL.c.answer).cte("doubted")


def _cleared(completed: sa.CTE) -> sa.CTE:
    """Rows that came again whole are in doubt no longer."""
    came = sa.exists(sa.select(INCOMING.c.seq).where(_same_row(_DOUBTFUL, INCOMING)))
    is_in_doubt = sa.exists(
        sa.select(1).select_from(completed).where(_same_row(_DOUBTFUL, completed), completed.c.answer.is_not(None))
    )
    of_days = sa.and_(_of_the_reading(_DOUBTFUL), _DOUBTFUL.c.day.between(_SINCE, _UNTIL))
    return sa.delete(_DOUBTFUL).where(of_days, came, ~is_in_doubt).cte("cleared")


def _recorded(written: sa.CTE, removed: sa.CTE, doubted: sa.CTE) -> sa.CTE:
    """A row of raw.reading_runs per day of the reading, also for days without rows."""
    series = sa.func.generate_series(_SINCE, _UNTIL, sa.text("interval '1 day'"))
    days = sa.select(sa.cast(series, sa.Date).label("day")).cte("days")
    counts = [_per_day(rows, name) for rows, name in zip((INCOMING, written, removed), _RUN_COUNTS, strict=True)]
    doubts = _doubts_per_day(doubted)
    joined: sa.FromClause = days.outerjoin(doubts, doubts.c.day == days.c.day)
    for rows in counts:
        joined = joined.outerjoin(rows, rows.c.day == days.c.day)
    is_unreadable = days.c.day == sa.any_(_UNREADABLE_DAYS)
    state = sa.case((is_unreadable, "unreadable"), (doubts.c.error.is_not(None), "doubtful"), else_="read")
    of_day = sa.select(_UNREADABLE.c.error).where(_UNREADABLE.c.day == days.c.day).limit(1).scalar_subquery()
    error = sa.func.concat_ws("; ", of_day, doubts.c.error)
    recorded = sa.select(
        *(_ACCOUNT, _LEVEL, _BREAKDOWN, days.c.day, _READ_AT, _RUN_ID),
        *(state == "read", state, sa.func.nullif(error, "")),
        *(sa.func.coalesce(rows.c.count, 0) for rows in counts),
    ).select_from(joined)
    return insert(_RUNS).from_select(_RUN_COLUMNS, recorded).on_conflict_do_nothing().cte("recorded")


def _doubts_per_day(doubted: sa.CTE) -> sa.Subquery:
    """What a day's doubts are, in words."""
    sentences = [
        sa.case((sa.func.count().filter(one) > 0, sa.func.concat(sa.func.count().filter(one), words)))
        for one, words in (
            (doubted.c.answer.is_(None), " known rows did not come again"),
            (doubted.c.answer.is_not(None), " rows came without figures that they had"),
        )
    ]
    return (
        sa.select(doubted.c.day, sa.func.concat_ws(" and ", *sentences).label("error"))
        .group_by(doubted.c.day)
        .subquery("doubts")
    )


def _per_day(rows: sa.FromClause, name: str) -> sa.Subquery:
    return sa.select(rows.c.day, sa.func.count().label("count")).group_by(rows.c.day).subquery(name)


def apply_incoming(connection: sa.Connection, values: Mapping[str, object]) -> tuple[int, int, int]:
    """Applies `incoming` to raw.insights for one reading: changed and new rows are written, unchanged ones untouched.
    What is known and did not come stands, in doubt, unless it measured nothing: such rows are removed.

    values: of the parameters above; returns how many rows were written, removed, and are in doubt.
    """
    with _COMPILING:
        statement = _compiled(connection.dialect)
    result = connection.exec_driver_sql(str(statement), statement.construct_params(dict(values)))
    written, removed, doubted = result.one()
    return written, removed, doubted


@lru_cache(maxsize=2)
def _compiled(dialect: sa.Dialect) -> sa.Compiled:
    """The statement's text, composed once: at every execution, SQLAlchemy would spend 30 ms of CPU on it."""
    return _apply_incoming().compile(dialect=dialect)


def _apply_incoming() -> sa.Select[tuple[int, int, int]]:
    left, came = _left_behind(_vanished()), _came()
    completed = _completed(came)
    fresh = _fresh(came, completed)
    removed, written, doubted = _removed(left), _written(fresh), _doubted(left, completed)
    others = (_marked_stale(left), _kept(fresh, removed), _cleared(completed), _recorded(written, removed, doubted))
    counts = (sa.select(sa.func.count()).select_from(rows).scalar_subquery() for rows in (written, removed, doubted))
    return sa.select(*counts).add_cte(*others)
