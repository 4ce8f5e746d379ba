"""Rows of the accounts that a caller sees."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

Row = Mapping[str, Any]
Accounts = frozenset[str] | None


def bound(accounts: Accounts) -> list[str] | None:
    """The ids as a list to bind as `accounts`; None where there is no limit."""
    return None if accounts is None else sorted(accounts)


def rows_of(engine: sa.Engine, query: sa.Executable, values: Mapping[str, Any] | None = None) -> list[Row]:
    """The rows of one query, in a transaction of their own."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query, values).mappings()]
