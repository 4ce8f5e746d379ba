"""The expectations on raw rows as SQL, for the few rows of a tick: the results of Great Expectations without its import
(seconds of a processor, 200 MB). A test holds both against each other on every kind of bad row.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from fbads_pipeline.adapters.quality.expectations import (
    EXPECTATIONS,
    ExpectationResult,
    RawRowExpectation,
    expectations_by_table,
    require_run_id,
)

_Settings = Mapping[str, Any]
_SAMPLE = 5


def check_raw_rows_in_sql(database: sa.Engine, run_id: str) -> list[ExpectationResult]:
    """One result per expectation on the rows that the run read, in the order of EXPECTATIONS; one statement per table
    where no row breaks anything.

    An expectation that cannot be evaluated has not passed; `error` is the reason. Raises ValueError for a text that
    is not a run id.
    """
    require_run_id(run_id)
    results: dict[str, ExpectationResult] = {}
    for wanted in expectations_by_table().values():
        try:
            results |= _of_table(database, run_id, wanted)
        except SQLAlchemyError:  # of one of them: the others can still be evaluated
            for one in wanted:
                results |= _alone(database, run_id, one)
    return [results[one.key] for one in EXPECTATIONS]


def _of_table(database: sa.Engine, run_id: str, wanted: list[RawRowExpectation]) -> dict[str, ExpectationResult]:
    view = sa.table(f"{wanted[0].table}_of_run", schema="raw")
    with database.connect() as connection:
        connection.execute(sa.select(sa.func.set_config("fbads.run_id", run_id, True)))
        counts = [sa.func.count().label("rows"), *(_count_of(one, view).label(one.name) for one in wanted)]
        found = connection.execute(sa.select(*counts).select_from(view)).mappings().one()
        samples = {one.name: _sample_of(connection, one, view) for one in wanted if found[one.name]}
    return {
        one.key: ExpectationResult(one, not found[one.name], found["rows"], found[one.name], samples.get(one.name, []))
        for one in wanted
    }


def _alone(database: sa.Engine, run_id: str, one: RawRowExpectation) -> dict[str, ExpectationResult]:
    try:
        return _of_table(database, run_id, [one])
    except SQLAlchemyError as fault:
        cause = getattr(fault, "orig", None) or fault
        return {one.key: ExpectationResult(one, passed=False, error=str(cause).strip().splitlines()[0])}


def _count_of(one: RawRowExpectation, view: sa.TableClause) -> sa.ColumnElement[int]:
    """How many rows break it."""
    if one.kind == _UNIQUE:
        return _repeated(one, view)
    return sa.func.count().filter(_CONDITIONS[one.kind](one.settings))


def _repeated(one: RawRowExpectation, view: sa.TableClause) -> sa.ColumnElement[int]:
    column: sa.ColumnClause[Any] = sa.column(one.settings["column"])
    rows = sa.func.count().label("rows")
    groups = sa.select(rows).select_from(view).where(column.is_not(None)).group_by(column).having(sa.func.count() > 1)
    total = sa.select(sa.func.coalesce(sa.func.sum(groups.subquery("repeated").c.rows), 0))
    return sa.cast(total.scalar_subquery(), sa.BigInteger)


def _sample_of(connection: sa.Connection, one: RawRowExpectation, view: sa.TableClause) -> list[str]:
    """Up to five of the values that break it, as text."""
    names = ["column_A", "column_B"] if "column_A" in one.settings else ["column"]
    columns: list[sa.ColumnClause[Any]] = [sa.column(one.settings[name]) for name in names]
    broken = sa.select(*columns).select_from(view).limit(_SAMPLE)
    if one.kind == _UNIQUE:
        repeated = sa.select(columns[0]).select_from(view).group_by(columns[0]).having(sa.func.count() > 1)
        broken = broken.where(columns[0].in_(repeated))
    else:
        broken = broken.where(_CONDITIONS[one.kind](one.settings))
    rows = connection.execute(broken).tuples()
    return [str(row[0] if len(row) == 1 else tuple(row))[:80] for row in rows]


def _is_below_other(settings: _Settings) -> sa.ColumnElement[bool]:
    larger: sa.ColumnClause[Any] = sa.column(settings["column_A"])
    return larger < sa.column(settings["column_B"])  # unknown, hence not counted, where either value is missing


def _is_outside_set(settings: _Settings) -> sa.ColumnElement[bool]:
    column: sa.ColumnClause[Any] = sa.column(settings["column"])
    return column.not_in(settings["value_set"])


def _does_not_match(settings: _Settings) -> sa.ColumnElement[bool]:
    return sa.not_(sa.column(settings["column"], sa.Text).regexp_match(settings["regex"]))


def _is_outside_bounds(settings: _Settings) -> sa.ColumnElement[bool]:
    column: sa.ColumnClause[Any] = sa.column(settings["column"])
    least, most = settings.get("min_value"), settings.get("max_value")
    below, above = (sa.false() if least is None else column < least), (sa.false() if most is None else column > most)
    return sa.or_(below, above)


# Each is true of a row that breaks the expectation; a missing value breaks none but the one that forbids it.
_CONDITIONS: Mapping[str, Callable[[_Settings], sa.ColumnElement[bool]]] = {
    "ExpectColumnValuesToBeInSet": _is_outside_set,
    "ExpectColumnValuesToMatchRegex": _does_not_match,
    "ExpectColumnValuesToNotBeNull": lambda settings: sa.column(settings["column"]).is_(None),
    "ExpectColumnValuesToBeNull": lambda settings: sa.column(settings["column"]).is_not(None),
    "ExpectColumnValuesToBeBetween": _is_outside_bounds,
    "ExpectColumnPairValuesAToBeGreaterThanB": _is_below_other,
}
_UNIQUE = "ExpectColumnValuesToBeUnique"
