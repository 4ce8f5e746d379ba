"""One throw-away PostgreSQL per test session; a fresh database for whoever asks."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa
from psycopg2 import sql

from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline_tests.support.paths import fast_folder


@contextmanager
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """A server that forgets: fsync off, its home gone in the end."""
    with tempfile.TemporaryDirectory(prefix="fbads-tests-", dir=fast_folder()) as home:
        Path(home).chmod(0o755)
        with EmbeddedPostgres(Path(home), durable=False) as server:
            yield server


def create_database(server: EmbeddedPostgres, name: str, *, template: str = "template1") -> None:
    """Copies the template's files: a third of the processor time of PostgreSQL's usual way, page by page."""
    _admin(server, "create database {} template {} strategy file_copy", name, template)


def replace_database(server: EmbeddedPostgres, name: str, *, template: str) -> None:
    """The same in the place of one of that name, whoever is still connected to it."""
    _admin(server, "drop database if exists {} with (force)", name)
    create_database(server, name, template=template)


@contextmanager
def fresh_database(server: EmbeddedPostgres, *, template: str = "template1", name: str | None = None) -> Iterator[str]:
    """A new database's URL; it is dropped in the end, whoever is still connected.

    name: where dbt builds in it, which keeps its parse for that name.
    """
    name = name or f"t_{uuid.uuid4().hex[:12]}"
    create_database(server, name, template=template)
    try:
        yield server.url(name)
    finally:
        _admin(server, "drop database {} with (force)", name)


@contextmanager
def empty_home() -> Iterator[Path]:
    """An empty home that the server's user can walk to (pytest's own folders are private); gone in the end."""
    with tempfile.TemporaryDirectory(prefix="fbads-home-", dir=fast_folder(), ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        EmbeddedPostgres(Path(folder)).stop()


@pytest.fixture
def open_home() -> Iterator[Path]:
    """One for a single test."""
    with empty_home() as home:
        yield home


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The session's server."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """An empty database."""
    with fresh_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database that others are copied from."""
    _admin(postgres, "create database {}", "migrated")
    made = engine(postgres.url("migrated"), application_name="fbads tests")
    migrate.upgrade(made)
    made.dispose()
    return "migrated"


@pytest.fixture
def migrated_url(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """A migrated database."""
    with fresh_database(postgres, template=migrated_template) as url:
        yield url


@pytest.fixture
def migrated_engine(migrated_url: str) -> Iterator[sa.Engine]:
    """Connections to a migrated database."""
    made = engine(migrated_url, application_name="fbads tests", pool_size=20)
    yield made
    made.dispose()


def _admin(server: EmbeddedPostgres, statement: str, *names: str) -> None:
    connection = psycopg2.connect(_plain(server.url("postgres")))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))
    finally:
        connection.close()


@cache
def _plain(url: str) -> str:
    return url.replace("+psycopg2", "", 1)
