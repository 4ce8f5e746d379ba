"""A home of schema 0014 with data of every kind, as it was and as today's program leaves it.

`home_0014.sql.gz` is a plain dump (pg_dump --no-owner --no-acl): twelve days of four sandbox accounts, reviewed, with
anomalies, suggestions, messages, incidents, a user, a conversation and a mute. Entries of the audit log that name
people, as later versions wrote them, are put behind its own.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline_tests.support.paths import ROOT
from fbads_pipeline_tests.support.postgres_fixture import fresh_database

DUMP = ROOT / "fbads_pipeline_tests" / "upgrade" / "home_0014.sql.gz"
ANA = "217771740acfb917"  # the user of the dump
_ENTRIES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("slack:U0ANA", "suggestion.accept", "s1", {"via": "slack", "reason": "Ana Souza asked for it", "factor": "1.20"}),
    (ANA, "login", ANA, {"entity": {"type": "session", "id": "5f0c"}, "by": ANA, "how": "password"}),
    ("fbads", "suggestion.applied", "s1", {"entity": {"type": "suggestion", "id": "s1"}}),
)
_COPY = re.compile(r"^COPY .* FROM stdin;\n", re.MULTILINE)


@dataclass(frozen=True)
class StoredHome:
    """A database with the home's data."""

    url: str
    engine: sa.Engine

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(sql)).mappings()]

    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        tables = self.rows(
            "select table_schema || '.' || table_name as name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
        )
        return {one["name"]: self.rows(f"select count(*) as n from {one['name']}")[0]["n"] for one in tables}


@pytest.fixture(scope="session")
def home_before(postgres: Any) -> Iterator[StoredHome]:
    """The home as the dump has it."""
    with fresh_database(postgres) as url:
        _restore(url)
        made = engine(url, application_name="fbads tests")
        yield StoredHome(url, made)
        made.dispose()


@pytest.fixture(scope="session")
def home_after(postgres: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredHome]:
    """The same home, migrated and modelled by today's program. Tests read it."""
    with fresh_database(postgres, name="stored_home") as url:
        _restore(url)
        made = engine(url, application_name="fbads tests")
        assert migrate.revision(made) == "0014"
        migrate.upgrade(made)
        ensure_role(made, tmp_path_factory.mktemp("home") / "analyst.password")
        outcome = Dbt(url).build()
        assert outcome.succeeded, outcome.error
        yield StoredHome(url, made)
        made.dispose()


@pytest.fixture
def home_copy(postgres: Any, home_after: StoredHome) -> Iterator[str]:
    """The address of a copy of today's home, to be written to."""
    with copy_of(postgres, home_after) as url:
        yield url


@contextmanager
def copy_of(postgres: Any, home: StoredHome) -> Iterator[str]:
    """The address of a copy of the home's database, dropped in the end."""
    home.engine.dispose()  # PostgreSQL copies a database only while nobody is connected to it
    with fresh_database(postgres, template=str(sa.engine.make_url(home.url).database)) as url:
        yield url


def _restore(url: str) -> None:
    """Run the dump: statements between blocks of COPY, and those blocks."""
    text = gzip.decompress(DUMP.read_bytes()).decode()
    connection = psycopg2.connect(url.replace("+psycopg2", "", 1))
    try:
        with connection.cursor() as cursor:
            at = 0
            for block in _COPY.finditer(text):
                _execute(cursor, text[at : block.start()])
                at = text.index("\\.\n", block.end())
                cursor.copy_expert(block.group().rstrip().rstrip(";"), StringIO(text[block.end() : at]))
                at += len("\\.\n")
            _execute(cursor, text[at:])
            _write_entries(cursor)
        connection.commit()
    finally:
        connection.close()


def _write_entries(cursor: Any) -> None:
    """In the chain, as the program hashed them before pseudonyms."""
    cursor.execute("select seq, hash from ops.audit_log order by seq desc limit 1")
    seq, previous = cursor.fetchone()
    for actor, action, subject, details in _ENTRIES:
        seq, at, told = (
            seq + 1,
            "2026-11-26T11:00:00.000000+00:00",
            json.dumps(details, sort_keys=True, separators=(",", ":")),
        )
        content = json.dumps([previous, seq, at, actor, action, subject, told], separators=(",", ":"))
        row = (seq, at, actor, action, subject, told, previous, hashlib.sha256(content.encode()).hexdigest())
        cursor.execute("insert into ops.audit_log values (%s, %s, %s, %s, %s, %s, %s, %s)", row)
        previous = row[-1]


def _execute(cursor: Any, statements: str) -> None:
    if any(line.strip() and not line.startswith("--") for line in statements.splitlines()):
        cursor.execute(statements)
