"""Where else a person stands in `ops`: addresses in every spelling, and their name in free text."""

import re
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.identity.personal_data import FREE_TEXT

SQL = Statements(__package__, "mentions.sql")
# The audit log is a chain that nobody can change: no address and no name gets into it.
_UNCHANGED = frozenset({"audit_log", "users"})


def replace_mentions(
    connection: sa.Connection, replacement: str, *, email: str, slack_id: str | None, name: str | None
) -> int:
    """Replace the address (in capitals or not) and the Slack id in every text of `ops`, and the name in free text;
    returns how many rows of a column were changed."""
    everywhere = [re.escape(one) for one in (email, slack_id) if one]
    changed = 0
    for table, column, kind in _text_columns(connection):
        patterns = list(everywhere)
        if name and column in FREE_TEXT.get(table, ()):
            patterns.append(rf"\m{re.escape(name)}\M")
        pattern = "|".join(patterns)
        target = sa.table(table, sa.column(column), schema="ops")
        text = sa.cast(target.c[column], sa.Text)
        replaced = sa.func.regexp_replace(text, pattern, replacement, "gi")
        value = sa.cast(replaced, kind) if kind is not None else replaced
        update = sa.update(target).where(text.op("~*")(pattern)).values({column: value})
        changed += connection.execute(update).rowcount
    return changed


def mentions(connection: sa.Connection, text: str) -> list[str]:
    """The columns of `ops` (`table.column`) that still hold that text, in capitals or not, the audit log included."""
    found = []
    for table, column, _ in _text_columns(connection, unchanged=frozenset()):
        target = sa.table(table, sa.column(column), schema="ops")
        holds = sa.cast(target.c[column], sa.Text).op("~*")(re.escape(text))
        if connection.execute(sa.select(sa.exists(sa.select(sa.literal(1)).select_from(target).where(holds)))).scalar():
            found.append(f"{table}.{column}")
    return found


def _text_columns(
    connection: sa.Connection, unchanged: frozenset[str] = _UNCHANGED
) -> Iterator[tuple[str, str, sa.types.TypeEngine | None]]:  # type: ignore[type-arg]
    """Table, column and the type to cast back to (None for text)."""
    kinds = {"text": None, "jsonb": JSONB(), "ARRAY": sa.ARRAY(sa.Text())}
    for row in connection.execute(SQL["text_columns"]):
        if row.table_name not in unchanged:
            yield row.table_name, row.column_name, kinds[row.data_type]
