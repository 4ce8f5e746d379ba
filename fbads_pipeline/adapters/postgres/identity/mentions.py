"""Where else a person stands in `ops` and in Dagster's database: addresses and full names in every spelling."""

import re
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.identity.personal_data import FREE_TEXT, is_full_name, spellings

SQL = Statements(__package__, "mentions.sql")
# The audit log is a chain that nobody can change: no address and no name gets into it.
_UNCHANGED = frozenset({"audit_log", "audit_originals", "audit_keys", "users"})


def pattern_of(addresses: Iterable[str], name: str | None) -> str:
    """A regular expression of PostgreSQL for one person, in every spelling; the name as words of its own."""
    spelt = [re.escape(one) for address in addresses for one in spellings(address)]
    return "|".join([*spelt, *([rf"\m{re.escape(one)}\M" for one in spellings(name)] if name else [])])


def replace_mentions(
    connection: sa.Connection, replacement: str, addresses: Iterable[str], name: str | None, *, schema: str = "ops"
) -> int:
    """Replace addresses (of mail, Slack, telephone) and a full name in every text of the schema, a name of one word in
    free text; returns how many rows of a column were changed. schema: `public` in Dagster's own database."""
    listed, changed = tuple(addresses), 0
    for table, column, kind in _text_columns(connection, schema=schema):
        counts = name and (is_full_name(name) or column in FREE_TEXT.get(table, ()))
        pattern = pattern_of(listed, name if counts else None)
        target = sa.table(table, sa.column(column), schema=schema)
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
    connection: sa.Connection, unchanged: frozenset[str] = _UNCHANGED, *, schema: str = "ops"
) -> Iterator[tuple[str, str, sa.types.TypeEngine | None]]:  # type: ignore[type-arg]
    """Table, column and the type to cast back to (None for text)."""
    kinds = {"text": None, "character varying": None, "jsonb": JSONB(), "ARRAY": sa.ARRAY(sa.Text())}
    for row in connection.execute(SQL["text_columns"], {"schema": schema}):
        if row.table_name not in unchanged:
            yield row.table_name, row.column_name, kinds[row.data_type]
