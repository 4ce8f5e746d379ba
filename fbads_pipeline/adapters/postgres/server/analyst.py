"""The read-only analyst: a role of its own that logs in, sees `marts`, and nothing else."""

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import sqlalchemy as sa
from psycopg2 import errors, sql

from fbads_pipeline.adapters.identity.secret_files import secret_of
from fbads_pipeline.adapters.postgres.server.engine import (
    SQL,
    DatabaseUnfit,
    DatabaseUnreachable,
    engine,
    normalise_url,
)
from fbads_pipeline.domain.core.errors import WrongUse

ROLE = "fbads_analyst"
_LOCK = 1717723494
_FETCH_ROWS = 1000
# What one statement may bring: beyond that it is cut with a sentence.
MOST_ROWS, MOST_CHARACTERS = 1_000_000, 256_000_000
_FETCH = sql.SQL("fetch {} from fbads_rows")


class QueryRefused(WrongUse):
    """The statement is empty, more than one, or the database refuses it; one sentence with its reason."""


def ensure_role(owner: sa.Engine, password_file: Path) -> None:
    """Make the role where it is missing, with a random password in a file that only we may read.

    Raises DatabaseUnfit where the owner may not create roles.
    """
    password = _password(password_file)
    with owner.begin() as connection:
        connection.execute(SQL["lock"], {"key": _LOCK})
        cursor = connection.connection.cursor()
        _create_role(connection, password)
        _limit(connection)
        database = sql.Identifier(connection.execute(SQL["current_database"]).scalar_one())
        cursor.execute(sql.SQL("revoke temporary on database {} from public").format(database))
        cursor.execute(sql.SQL("grant connect on database {} to {}").format(database, sql.Identifier(ROLE)))
        connection.execute(SQL["grant_marts"])


def create_role(owner: sa.Engine, password_file: Path) -> None:
    """The role alone, where it is missing: before its rights are restored from a dump."""
    with owner.begin() as connection:
        connection.execute(SQL["lock"], {"key": _LOCK})
        _create_role(connection, _password(password_file))


def _create_role(connection: sa.Connection, password: str) -> None:
    if connection.execute(SQL["role_exists"], {"role": ROLE}).scalar_one():
        return
    create = sql.SQL("create role {} login noinherit connection limit 50 password {}")
    try:
        connection.connection.cursor().execute(create.format(sql.Identifier(ROLE), sql.Literal(password)))
    except errors.InsufficientPrivilege:
        raise DatabaseUnfit(
            f"the role of FBADS_DATABASE_URL may not create roles: create {ROLE} (login), or grant CREATEROLE"
        ) from None


def _limit(connection: sa.Connection) -> None:
    """The role's own limits. An owner who did not make the role may not set them; `read_only_query` sets its own."""
    with contextlib.suppress(sa.exc.ProgrammingError), connection.begin_nested():
        connection.execute(SQL["limit_analyst"])


def analyst_url(owner_url: str, password_file: Path) -> str:
    """An address that logs in as the analyst."""
    url = sa.engine.make_url(normalise_url(owner_url)).set(username=ROLE, password=_password(password_file))
    return url.render_as_string(hide_password=False)


def analyst_engine(owner: sa.Engine, password_file: Path, *, fixed_now: str | None = None) -> sa.Engine:
    """Connections of the analyst. Where another home has set another password, the owner sets ours anew."""
    owner_url = owner.url.render_as_string(hide_password=False)
    made = engine(
        analyst_url(owner_url, password_file), application_name="fbads analyst", fixed_now=fixed_now, read_only=True
    )
    try:
        made.connect().close()
    except DatabaseUnreachable:
        _set_password(owner, _password(password_file))
    return made


def read_only_query(
    analyst: sa.Engine, statement: str, *, max_rows: int | None = None
) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    """Columns and rows of one read-only statement, streamed; raises QueryRefused.

    PostgreSQL itself sees to it that it is one: a cursor opens for nothing else, and its transaction cannot write. Each
    part of the answer has thirty seconds; an answer that is too large ends with QueryRefused.
    """
    text = statement.strip()
    if not text:
        raise QueryRefused("the statement is empty: give one select")
    connection: Any = analyst.raw_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("set transaction read only; select set_config('fbads.query', %s, true)", (text,))
            cursor.execute(SQL.texts["limit_statement"])
            cursor.execute(SQL.texts["open_rows"])
            cursor.execute(SQL.texts["limit_statement"])
            cursor.execute(_FETCH.format(sql.Literal(min(_FETCH_ROWS, max_rows or _FETCH_ROWS))))
            columns = [column.name for column in cursor.description or ()]
            first = cursor.fetchall()
    except psycopg2.Error as refusal:
        connection.close()
        raise QueryRefused(_sentence(refusal)) from None
    except ValueError:
        connection.close()
        raise QueryRefused("the statement holds a NUL character: take it out") from None
    except BaseException:
        connection.close()
        raise
    return columns, _stream(connection, first, max_rows)


def _stream(connection: Any, first: list[Any], max_rows: int | None) -> Iterator[Sequence[Any]]:
    given, characters, rows = 0, 0, first
    try:
        with connection.cursor() as cursor:
            while rows:
                for row in rows:
                    characters += sum(len(one) for one in row if isinstance(one, str | bytes | memoryview))
                    if given >= MOST_ROWS or characters > MOST_CHARACTERS:
                        raise QueryRefused(
                            f"the answer is larger than {MOST_ROWS} rows or {MOST_CHARACTERS} characters: select less"
                        )
                    yield row
                    given += 1
                    if max_rows is not None and given >= max_rows:
                        return
                cursor.execute(SQL.texts["limit_statement"])
                cursor.execute(_FETCH.format(sql.Literal(_FETCH_ROWS)))
                rows = cursor.fetchall()
    except psycopg2.Error as refusal:
        raise QueryRefused(_sentence(refusal)) from None
    finally:
        connection.close()


def _set_password(owner: sa.Engine, password: str) -> None:
    change = sql.SQL("alter role {} password {}").format(sql.Identifier(ROLE), sql.Literal(password))
    with owner.begin() as connection:
        connection.connection.cursor().execute(change)


def _password(file: Path) -> str:
    """The stored password, made at the first call, and anew where the file is empty."""
    return secret_of(file, partial(secrets.token_urlsafe, 32))


def _sentence(refusal: psycopg2.Error) -> str:
    lines = (refusal.diag.message_primary or str(refusal)).strip().splitlines()
    return f"the database refuses the statement: {lines[0] if lines else type(refusal).__name__}"
