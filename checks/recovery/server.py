"""A PostgreSQL of the check's own with an archive of its log, as docker-compose.prod.yml starts it."""

import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg2

from checks.wheel import free_ports
from fbads_pipeline.adapters.postgres.server.installation import Place, place_of

SCRIPTS = Path(__file__).parents[2] / "config/postgres"
_START_SECONDS = 900.0


class CheckFailed(Exception):
    """What was expected and what was found, in one sentence."""


class ArchivedServer:
    """In a folder of its own that is gone in the end; stopped and killed as the check says."""

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="fbads-recovery-"))
        self._folder.chmod(0o755)
        self.place: Place = place_of(self._folder)
        # The server's user lays its folder anew, and so owns the one around it.
        own = self._folder / "server"
        self.data, self.archive, self._scripts = own / "data", self._folder / "archive", self._folder / "scripts"
        shutil.copytree(SCRIPTS, self._scripts)
        for folder in (own, self.archive):
            folder.mkdir(mode=0o700)
            self.place.own(folder)
        (self._port,) = free_ports(1)
        self._must("initdb", "--pgdata", self.data, "--username", "fbads", "--auth", "trust", "--encoding", "UTF8")
        settings = {
            "archive_mode": "on",
            "archive_command": f"WAL_ARCHIVE={self.archive} /bin/sh {self._scripts}/archive.sh %p %f",
            "archive_timeout": "60",
            "max_wal_size": "4GB",
            "shared_buffers": "256MB",
            "wal_compression": "on",
            "port": str(self._port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.archive),
        }
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(CheckFailed):
            self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> float:
        """Seconds until it takes writes; raises CheckFailed with its log."""
        begun = time.monotonic()
        log = self.archive / "log"
        where = ("--pgdata", self.data, "--log", log)
        started = self._run(self.place.programs / "pg_ctl", "start", *where, "--timeout", "900", "--wait")
        if started.returncode:
            raise CheckFailed(f"the server does not start: {log.read_text()[-1000:]}")
        while self.value("select pg_is_in_recovery()"):
            if time.monotonic() - begun > _START_SECONDS:
                raise CheckFailed(f"the server is still in recovery: {log.read_text()[-1000:]}")
            time.sleep(0.1)
        return time.monotonic() - begun

    def stop(self, mode: str) -> None:
        self._must("pg_ctl", "stop", "--pgdata", self.data, "--mode", mode, "--wait")

    def value(self, statement: str) -> object:
        """What one statement returns, in a transaction of its own; None for one that returns nothing."""
        connection = psycopg2.connect(host="127.0.0.1", port=self._port, user="fbads", dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index]
        finally:
            connection.close()

    def script(self, name: str, *arguments: str, may_fail: bool = False) -> str:
        """The output of one of config/postgres, as the server's user; raises CheckFailed with what it said."""
        done = self._run("/bin/sh", self._scripts / name, *arguments)
        if done.returncode and not may_fail:
            raise CheckFailed(f"{name} ended with {done.returncode}: {done.stderr[-1000:]}")
        return (done.stdout or done.stderr).strip()

    def _must(self, program: str, *arguments: object) -> None:
        done = self._run(self.place.programs / program, *arguments)
        if done.returncode:
            raise CheckFailed(f"{program} ended with {done.returncode}: {done.stderr[-500:]}")

    def _run(self, *command: object) -> "subprocess.CompletedProcess[str]":
        environment = {
            "PATH": f"{self.place.programs}:/usr/bin:/bin",
            "LC_ALL": "C",
            "PGDATA": str(self.data),
            "WAL_ARCHIVE": str(self.archive),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self._port),
            "PGUSER": "fbads",
        }
        return subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=environment,
            start_new_session=True,
            **self.place.identity,
        )
