"""Rows of the accounts that a caller sees."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading

Row = Mapping[str, Any]
Accounts = frozenset[str] | None


def bound(accounts: Accounts) -> list[str] | None:
    """The ids as a list to bind as `accounts`; None where there is no limit."""
    return None if accounts is None else sorted(accounts)


def rows_of(engine: sa.Engine, query: sa.Executable, values: Mapping[str, Any] | None = None) -> list[Row]:
    """The rows of one query, in a transaction of their own."""
    with reading(engine) as connection:
        return _dicts(connection.execute(query, values))


def rows_of_kept(engine: sa.Engine, query: sa.ClauseElement, values: Mapping[str, Any]) -> list[Row]:
    """As `rows_of`, of a query that is composed once and kept: at every execution, SQLAlchemy would go through all its
    columns to find the text that it has made of it."""
    statement = _compiled(query, engine.dialect)
    with reading(engine) as connection:
        found = connection.exec_driver_sql(str(statement), statement.construct_params(dict(values)))
        return _dicts(found)


def _dicts(found: sa.CursorResult[Any]) -> list[Row]:
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found]


@lru_cache(maxsize=256)
def _compiled(query: sa.ClauseElement, dialect: sa.Dialect) -> sa.Compiled:
    return query.compile(dialect=dialect)
