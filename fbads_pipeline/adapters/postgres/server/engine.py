"""Connections: addresses normalised, failures in one sentence, passwords hidden."""

import select
import time
from dataclasses import dataclass
from typing import Any

import psycopg2
import sqlalchemy as sa
from psycopg2 import errors, sql

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.errors import OutsideFailed

SQL = Statements(__package__, "server.sql")
OLDEST_VERSION = 150000
DISK_FULL = "53100"
# A connection that was idle for longer is asked for a sign of life: a network may have forgotten it silently.
LONGEST_UNASKED_SECONDS = 15.0
_SECRETS = {"password", "sslpassword"}


class DatabaseUnreachable(OutsideFailed):
    """One sentence that names host, port, database and the setting."""


class DatabaseInterrupted(DatabaseUnreachable):
    """The server broke off in the middle of it: gone away, timed out or out of disk. One sentence, without statement
    or parameters; the cause is psycopg2's error."""


class DatabaseUnfit(OutsideFailed):
    """The server answers, but lacks a version or a right that the program needs."""


@dataclass(frozen=True)
class ServerFacts:
    """version: as `show server_version` prints it; can_create_role, can_create_db: rights of the owner."""

    version: str
    can_create_role: bool
    can_create_db: bool


def normalise_url(url: str) -> str:
    """postgres:// and postgresql:// with any driver → postgresql+psycopg2://; anything else raises DatabaseUnfit."""
    try:
        parsed = sa.engine.make_url(
            url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres:") else url
        )
        backend = parsed.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        backend = ""
    if backend != "postgresql":
        raise DatabaseUnfit(
            "FBADS_DATABASE_URL is no PostgreSQL address: postgresql://user:password@host:5432/database"
        )
    return parsed.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def plain_url(url: str) -> str:
    """The address as libpq (psql) understands it: without SQLAlchemy's driver."""
    return sa.engine.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def redacted(url: str) -> str:
    """The address without its password, wherever it stands, for logs and messages."""
    parsed = sa.engine.make_url(url)
    if parsed.query.keys() & _SECRETS:
        parsed = parsed.update_query_dict(dict.fromkeys(parsed.query.keys() & _SECRETS, "***"))
    return parsed.render_as_string(hide_password=True)


def engine(
    url: str, *, application_name: str, pool_size: int = 5, fixed_now: str | None = None, read_only: bool = False
) -> sa.Engine:
    """An engine whose sessions live in UTC.

    A server that cannot be reached raises DatabaseUnreachable; one that breaks off later, DatabaseInterrupted. A pooled
    connection that the server has ended is replaced before it is used.

    fixed_now: ISO instant that the models take for now (setting `fbads.now` of the session).
    """
    options = ["-c timezone=UTC"]
    if fixed_now:
        options.append(f"-c fbads.now={fixed_now}")
    if read_only:
        options.append("-c default_transaction_read_only=on")
    address, every_option = with_options(normalise_url(url), *options)
    made = sa.create_engine(
        address,
        pool_size=pool_size,
        max_overflow=pool_size,
        # The one used last comes first: its process at the server has the catalogue of the marts in its memory.
        pool_use_lifo=True,
        connect_args={
            "application_name": application_name,
            "connect_timeout": 10,
            "keepalives_idle": 30,
            "options": every_option,
        },
    )
    sa.event.listen(made, "do_connect", _connect)
    replace_dead_connections(made)
    sa.event.listen(made, "handle_error", _translate)
    return made


def with_options(url: str, *options: str) -> tuple[sa.URL, str]:
    """The address without the session options that it carries, and these with ours, which come after them and win."""
    address = sa.engine.make_url(url)
    own = address.query.get("options", ())
    every = [*([own] if isinstance(own, str) else own), *options]
    return address.difference_update_query(["options"]), " ".join(every)


def replace_dead_connections(made: sa.Engine) -> None:
    """Where the server has ended a pooled connection, the pool connects anew before anybody uses it."""
    sa.event.listen(made, "checkin", _note_use)
    sa.event.listen(made, "checkout", _require_life)


def _connect(dialect: object, record: object, arguments: list[object], named: dict[str, object]) -> object:
    try:
        return psycopg2.connect(*arguments, **named)  # type: ignore[call-overload]
    except psycopg2.Error as fault:
        where = f"{named.get('host', 'the local socket')}:{named.get('port', 5432)}/{named.get('dbname')}"
        raise DatabaseUnreachable(
            f"the database at {where} does not let us in ({_reason(fault)}): check FBADS_DATABASE_URL"
        ) from None


def _note_use(connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _require_life(connection: Any, record: Any, proxy: object) -> None:
    """Ask a pooled connection for a sign of life where it was idle for long, or where something has come that nobody
    asked for: a server that ends a connection says so. Any other is known to live without a round trip."""
    used_at = record.info.get("used_at")
    if used_at is None or (time.monotonic() - used_at < LONGEST_UNASKED_SECONDS and _is_quiet(connection)):
        return
    try:
        _ask(connection)
    except psycopg2.Error as fault:
        raise sa.exc.InvalidatePoolError from fault  # the pool connects anew


def _ask(connection: Any) -> None:
    before, connection.autocommit = connection.autocommit, True
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    connection.autocommit = before


def _is_quiet(connection: Any) -> bool:
    if connection.closed:
        return False
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)


def _translate(context: sa.engine.ExceptionContext) -> None:
    if is_interruption(context.original_exception):
        raise DatabaseInterrupted(interruption(context.original_exception)) from context.original_exception


def is_interruption(fault: BaseException) -> bool:
    """Whether psycopg2 says that the server broke off, not that the statement is wrong."""
    return isinstance(fault, psycopg2.OperationalError | psycopg2.InterfaceError)


def interruption(fault: BaseException) -> str:
    """The sentence of such a fault."""
    if getattr(fault, "pgcode", None) == DISK_FULL:
        return "the database's disk is full: free some space"
    first = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
    return f"the database went away in the middle of it ({first})"


def _reason(fault: psycopg2.Error) -> str:
    """libpq's reason without its preamble and hints: what follows the last `failed:`, or its first line."""
    lines = str(fault).strip().splitlines() or [type(fault).__name__]
    failed = [line.split("failed:", 1)[1] for line in lines if "failed:" in line]
    return (failed[-1] if failed else lines[0]).strip().removeprefix("FATAL:").strip()


def check_server(owner: sa.Engine) -> ServerFacts:
    """Raises DatabaseUnfit where the server is older than PostgreSQL 15 or not in UTF-8."""
    with owner.connect() as connection:
        row = connection.execute(SQL["facts"]).one()
    if row.version_number < OLDEST_VERSION:
        raise DatabaseUnfit(
            f"PostgreSQL {row.version_text} is too old: FBADS_DATABASE_URL must name version 15 or newer"
        )
    if row.encoding_name != "UTF8":
        raise DatabaseUnfit(f"the database is encoded in {row.encoding_name}: FBADS_DATABASE_URL must name one in UTF8")
    return ServerFacts(row.version_text, row.can_create_role, row.can_create_db)


def clock_offset(owner: sa.Engine) -> float:
    """Seconds by which this machine's clock is ahead of PostgreSQL's, negative where it is behind.

    The way there counts half: the answer is wrong by no more than half of a round trip.
    """
    with owner.connect() as connection:
        connection.execute(SQL["moment"])  # connecting is no part of the way
        before = time.time()
        theirs = float(connection.execute(SQL["moment"]).scalar_one())
        return (before + time.time()) / 2 - theirs


def ensure_database(url: str, name: str) -> str:
    """The address of the database `name` on the same server, created where it is missing; two may ask at once."""
    target = sa.engine.make_url(normalise_url(url)).set(database=name).render_as_string(hide_password=False)
    admin = engine(url, application_name="fbads", pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            if not connection.execute(SQL["database_exists"], {"name": name}).scalar_one():
                create = sql.SQL("create database {} encoding 'UTF8' template template0").format(sql.Identifier(name))
                connection.connection.cursor().execute(create)
    except (errors.DuplicateDatabase, errors.UniqueViolation):
        pass
    except errors.InsufficientPrivilege:
        raise DatabaseUnfit(
            f"the role of FBADS_DATABASE_URL may not create databases: create {name}, or grant CREATEDB"
        ) from None
    finally:
        admin.dispose()
    return target
