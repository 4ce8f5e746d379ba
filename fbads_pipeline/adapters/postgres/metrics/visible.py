"""Whose rows somebody sees: the condition, and what is bound to it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

Row = Mapping[str, Any]
Accounts = frozenset[str] | None


def only_seen(table: str) -> str:
    """A condition over `{table}.account_id`; bind `accounts` with `bound`."""
    return f"(cast(:accounts as text[]) is null or {table}.account_id = any(cast(:accounts as text[])))"


def bound(accounts: Accounts) -> list[str] | None:
    """Bound as a list; None is no limit."""
    return None if accounts is None else sorted(accounts)


def rows_of(engine: sa.Engine, query: str, values: Mapping[str, Any]) -> list[Row]:
    """The rows of one query, in a transaction of their own."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.text(query), values).mappings()]
