"""Both databases of a home saved and restored by pg_dump and pg_restore, as streams that nothing but a backup reads."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from typing import IO, Any

import sqlalchemy as sa
from psycopg2 import sql

from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.analyst import create_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.adapters.postgres.server.installation import client_program
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.errors import OutsideFailed
from fbads_pipeline.domain.health.backups import (
    DAGSTER_DATABASE,
    DATABASE,
    BackupContents,
    BackupLabel,
    BackupRefused,
)

_SQL = Statements(__package__, "dumps.sql")
_COUNT = sql.SQL("select count(*) from only {}.{}")
_LOCK_WAIT = "60s"


class DumpFailed(OutsideFailed):
    """pg_dump or pg_restore ended with an error; its first sentence."""


class PostgresDumps:
    """The database of a home and Dagster's beside it."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def label(self) -> BackupLabel:
        """Raises BackupRefused where there is nothing to save yet."""
        schema = migrate.revision(self._database.owner)
        if schema is None:
            raise BackupRefused("there is no data yet: a backup is made after the first `fbads sync`")
        return BackupLabel(self._now(), version("fbads-pipeline"), schema, self._server_version())

    def dump(self, write: Callable[[str, IO[bytes]], None]) -> BackupContents:
        """What is counted and what is dumped is one snapshot, whatever is written meanwhile."""
        with self._database.owner.connect() as connection:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            snapshot = connection.execute(_SQL["export_snapshot"]).scalar_one()
            contents = _held(connection)
            with self._dumped(self._database.url, f"--snapshot={snapshot}") as stream:
                write(DATABASE, stream)
        with self._dumped(self._database.dagster_url) as stream:
            write(DAGSTER_DATABASE, stream)
        return contents

    def refuse_unless_empty(self, schema: str) -> None:
        """Nothing is ever restored over what is there."""
        if not migrate.knows(schema):
            raise BackupRefused(
                f"the backup has the schema {schema} of a newer version of this program: install that one"
            )
        for url in (self._database.url, self._database.dagster_url):
            made = engine(url, application_name="fbads restore", pool_size=1)
            with made.connect() as connection:
                is_empty = connection.execute(_SQL["tables"]).first() is None
            made.dispose()
            if not is_empty:
                raise BackupRefused(
                    "the database holds data already: restore into a fresh FBADS_HOME,"
                    " or name an empty FBADS_DATABASE_URL"
                )

    def restore(self, read: Callable[[str, IO[bytes]], None]) -> BackupContents:
        """The dumps lie unencrypted beside the database while they are read, for the owner alone."""
        create_role(self._database.owner, self._database.analyst_password_file)
        for part, url in ((DATABASE, self._database.url), (DAGSTER_DATABASE, self._database.dagster_url)):
            with tempfile.NamedTemporaryFile(dir=self._database.home, prefix=".restored-") as file:
                read(part, file)
                file.flush()
                arguments = ("--exit-on-error", "--no-owner", f"--jobs={os.cpu_count() or 1}")
                self._run("pg_restore", url, *arguments, file.name)
        with self._database.owner.connect() as connection:
            found = _held(connection)
        self._database.prepare()
        return found

    @contextmanager
    def _dumped(self, url: str, *arguments: str) -> Iterator[IO[bytes]]:
        command, environment = self._command("pg_dump", url)
        command += ["--format=custom", "--compress=gzip:1", f"--lock-wait-timeout={_LOCK_WAIT}", *arguments]
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=said)
            try:
                yield process.stdout  # type: ignore[misc]
                if process.wait(timeout=60):
                    said.seek(0)
                    raise DumpFailed(_sentence("pg_dump", said.read()))
            finally:
                process.kill()
                process.wait()
                process.stdout.close()  # type: ignore[union-attr]

    def _run(self, name: str, url: str, *arguments: str) -> None:
        command, environment = self._command(name, url)
        done = subprocess.run([*command, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode:
            half = "what was restored is not whole, remove this home (or empty the database) before you try again"
            raise DumpFailed(f"{_sentence(name, done.stderr)}; {half}")

    def _command(self, name: str, url: str) -> tuple[list[str], dict[str, str]]:
        """The password goes by the environment: a command line can be read by everybody on the machine."""
        address = sa.engine.make_url(url)
        parts = (address.username, None, address.host, address.port, address.database, address.query)
        shown = sa.URL.create("postgresql", *parts).render_as_string()
        major = int(self._server_version().split(".")[0])
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"}
        if address.password:
            environment["PGPASSWORD"] = str(address.password)
        return [str(client_program(name, major)), f"--dbname={shown}"], environment

    def _server_version(self) -> str:
        with self._database.owner.connect() as connection:
            return str(connection.exec_driver_sql("show server_version").scalar_one()).split()[0]


def _held(connection: sa.Connection) -> BackupContents:
    cursor: Any = connection.connection.cursor()
    tables = {}
    for schema, table in connection.execute(_SQL["tables"]).tuples():
        cursor.execute(_COUNT.format(sql.Identifier(schema), sql.Identifier(table)))
        tables[f"{schema}.{table}"] = int(cursor.fetchone()[0])
    spend = {} if "raw.accounts" not in tables else dict(connection.execute(_SQL["spend"]).tuples().all())
    return BackupContents(tables, spend)


def _sentence(name: str, said: bytes) -> str:
    lines = [one for one in said.decode(errors="replace").splitlines() if "error:" in one or "FATAL" in one]
    return f"{name} failed: {lines[0] if lines else 'it said nothing'}"
