"""The program's own PostgreSQL: started or found under a lock, stopped by its last client.

The binaries come from a wheel, the launcher is ours: loopback TCP on a port that stays the same for a home, a Unix
socket, scram passwords, durable. Several processes use it at once; each holds a shared lock on `clients.lock`, which
the kernel lets go however a process ends.
"""

import contextlib
import fcntl
import logging
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from fbads_pipeline.adapters.home_folder import private_folder
from fbads_pipeline.adapters.postgres.server.installation import (
    EmbeddedPostgresError,
    Place,
    place_of,
    text_of,
    write_whole,
)

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]

log = logging.getLogger(__name__)

OWNER = "fbads"
START_SECONDS = 60.0
# More than one start takes that waits for all of its own deadlines.
LOCK_SECONDS = 300.0
_SOCKET_PATH_LIMIT = 107
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # The passwords are random 256-bit keys: rounds add nothing to them, and each of Dagster's many connections pays.
    "scram_iterations": "1",
}


class EmbeddedPostgres:
    """The server of one home. As a context manager: one client of it.

    durable: False only for tests (fsync off). database: created when missing, owned by the role `fbads`.
    Every method that needs the server raises EmbeddedPostgresError with one sentence when it cannot be had.
    """

    def __init__(self, home: Path, *, durable: bool = True, database: str = "fbads") -> None:
        self._place: Place = place_of(home)
        self._durable = durable
        self._database = database
        self._client: IO[str] | None = None
        self._leave = False

    def url(self, database: str | None = None) -> str:
        """Address of the owner, password included; the server must have been started once."""
        password = quote(self._password(), safe="")
        return f"postgresql+psycopg2://{OWNER}:{password}@127.0.0.1:{self._port()}/{database or self._database}"

    def start(self) -> None:
        """Initialise where needed, start where it does not run; one process at a time, the others wait."""
        with self._exclusive():
            if self._place.is_of_removed_home:
                self._set_aside()
            if not (self._data / "PG_VERSION").exists():
                self._initialise()
            elif not text_of(self._place.private / "location"):
                self._place.record()
            if not self._answers():
                self._launch()
            self._create_database()

    def stop(self) -> bool:
        """Stop it; True if it was running."""
        with self._exclusive():
            pid = self._postmaster()
            if pid is None:
                return False
            stopped = self._pg_ctl("stop", "-m", "fast", "-w", "-t", "20")
            if stopped.returncode != 0:
                self._pg_ctl("stop", "-m", "immediate", "-w", "-t", "10")
            return True

    def is_running(self) -> bool:
        return (self._data / "PG_VERSION").exists() and self._answers()

    def leave_running(self) -> None:
        """This client, when it leaves, stops nothing."""
        self._leave = True

    def __enter__(self) -> "EmbeddedPostgres":
        self._make_private()
        self._client = open(self._place.private / "clients.lock", "a")  # noqa: SIM115 - held until __exit__
        try:
            self._wait_for(self._client, fcntl.LOCK_SH)
            self.start()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._client is not None
        try:
            fcntl.flock(self._client, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass  # somebody else still uses it
        else:
            if not self._leave:
                self.stop()
        finally:
            self._client.close()
            self._client = None

    @property
    def _data(self) -> Path:
        return self._place.data_root / "data"

    def _password(self) -> str:
        password = text_of(self._place.private / "password")
        if not password:
            raise EmbeddedPostgresError(self._lost_password())
        return password

    def _lost_password(self) -> str:
        file = self._place.private / "password"
        return f"{file} does not hold the password of this home's database: put it back, or restore a backup"

    def _port(self) -> int:
        port = self._known_port()
        if port is None:
            raise EmbeddedPostgresError(f"{self._place.private / 'port'} holds no port: start the program again")
        return port

    def _known_port(self) -> int | None:
        """As the home wrote it down, else as the running server did."""
        with contextlib.suppress(ValueError):
            return int(text_of(self._place.private / "port"))
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int((self._data / "postmaster.pid").read_text().splitlines()[3])
        return None

    def _make_private(self) -> None:
        try:
            private_folder(self._place.home)
            self._place.private.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise EmbeddedPostgresError(
                f"FBADS_HOME {self._place.home} cannot be written ({fault.strerror}): choose another folder"
            ) from None

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        self._make_private()
        with open(self._place.private / "server.lock", "a") as lock:
            self._wait_for(lock)
            try:
                yield
            except OSError as fault:
                raise EmbeddedPostgresError(
                    f"the database in {self._place.private} cannot be started ({fault.strerror}):"
                    " free some space or rights there, or set FBADS_HOME to another folder"
                ) from None

    def _wait_for(self, lock: IO[str], kind: int = fcntl.LOCK_EX) -> None:
        """Until no other process starts or stops this server; raises EmbeddedPostgresError where one never ends."""
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                return fcntl.flock(lock, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(
                        f"another process has been starting or stopping the database of {self._place.home}"
                        f" for {LOCK_SECONDS:.0f} s: end it"
                    ) from None
                time.sleep(0.05)

    def _set_aside(self) -> None:
        """Keep the data of a home that was removed, under another name: its password went with the home."""
        if self._postmaster() is not None:
            self._pg_ctl("stop", "-m", "immediate", "-w", "-t", "10")
        self._data.rename(self._place.data_root / f"removed-{secrets.token_hex(4)}")

    def _initialise(self) -> None:
        """initdb beside the final name, then a rename: a home never holds half a cluster."""
        place = self._place
        place.data_root.mkdir(parents=True, exist_ok=True)
        place.own(place.data_root)
        with _private_file(place.private / "password") as file:
            file.write(secrets.token_urlsafe(32))
        with tempfile.TemporaryDirectory(prefix="initdb-", dir=place.data_root) as folder:
            place.own(Path(folder))
            secret = Path(folder) / "password"
            with _private_file(secret) as file:
                file.write(self._password())
            place.own(secret)
            fresh = Path(folder) / "data"
            made = place.run(
                *(place.programs / "initdb", "--pgdata", fresh, "--username", OWNER, "--pwfile", secret),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--set", "scram_iterations=1"),
                *(() if self._durable else ("--no-sync",)),
            )
            if made.returncode != 0:
                raise EmbeddedPostgresError(
                    f"PostgreSQL cannot make its files in {place.data_root}: {_last(made.stderr)}"
                )
            fresh.rename(self._data)
        place.record()

    def _launch(self) -> None:
        self._clear_stale()
        port = self._choose_port()
        options = {**_SETTINGS, "port": str(port), "unix_socket_directories": str(self._socket_folder(port))}
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        self._forget_unknown(options)
        lines = [f"{name} = '{value}'\n" for name, value in options.items()]
        (self._data / "fbads.conf").write_text("".join(lines))
        self._place.own(self._data / "fbads.conf")
        log_file = self._place.data_root / "server.log"
        if log_file.exists() and log_file.stat().st_size > 5_000_000:
            log_file.replace(log_file.with_suffix(".log.1"))
        started = self._pg_ctl(
            *("start", "-w", "-t", str(int(START_SECONDS)), "-l", log_file, "-o", f"-c config_file={self._config()}")
        )
        try:
            is_up = started.returncode == 0 and self._answers()
        except EmbeddedPostgresError:
            self._pg_ctl("stop", "-m", "fast", "-w", "-t", "20")
            raise
        if not is_up:
            reason = _last(log_file.read_text(errors="replace")) if log_file.exists() else _last(started.stderr)
            raise EmbeddedPostgresError(
                f"PostgreSQL in {self._place.data_root} does not start: {reason}; see {log_file}"
            )

    def _config(self) -> Path:
        """postgresql.conf that reads ours last."""
        main = self._data / "postgresql.conf"
        if "include 'fbads.conf'" not in main.read_text():
            with open(main, "a") as file:
                file.write("\ninclude 'fbads.conf'\n")
        return main

    def _forget_unknown(self, options: dict[str, str]) -> None:
        if int((self._data / "PG_VERSION").read_text()) < 16:
            del options["scram_iterations"]

    def _choose_port(self) -> int:
        file, known = self._place.private / "port", self._known_port()
        if known is not None and _is_free(known):
            write_whole(file, f"{known}\n")
            return known
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if known is not None:
            log.warning("port %s is taken by another program; the database now listens on %s", known, port)
        write_whole(file, f"{port}\n")
        return port

    def _socket_folder(self, port: int) -> Path:
        """Below the data, or, where that path is too long for a socket, a private folder of the server's user."""
        folder = self._place.data_root / "socket"
        if len(str(folder / f".s.PGSQL.{port}")) > _SOCKET_PATH_LIMIT:
            folder = Path(tempfile.mkdtemp(prefix="fbads-"))
        folder.mkdir(exist_ok=True, mode=0o700)
        self._place.own(folder)
        return folder

    def _postmaster(self) -> int | None:
        """The pid of a living postmaster of these data, or None."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().split()[0])
            status = Path(f"/proc/{pid}/stat").read_text()
        except (OSError, ValueError, IndexError):
            return None
        is_zombie = status.rsplit(")", 1)[1].split()[0] == "Z"
        try:
            is_ours = Path(f"/proc/{pid}/cwd").resolve() == self._data.resolve()
        except OSError:
            is_ours = "postgres" in status
        return pid if is_ours and not is_zombie else None

    def _clear_stale(self) -> None:
        """What a postmaster that was killed leaves: pid and socket files (its pid may be another program's by now)."""
        pid = self._postmaster()
        if pid is not None:  # alive, but no longer answering
            log.warning("the database of this home does not answer; it is started anew")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
            deadline = time.monotonic() + 10
            while self._postmaster() is not None and time.monotonic() < deadline:
                time.sleep(0.05)
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        for left_over in (self._place.data_root / "socket").glob(".s.PGSQL.*"):
            left_over.unlink(missing_ok=True)

    def _pg_ctl(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return self._place.run(self._place.programs / "pg_ctl", "-D", self._data, *arguments)

    def _answers(self) -> bool:
        if self._postmaster() is None:
            return False
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                psycopg2.connect(self._dsn("postgres"), connect_timeout=5).close()
                return True
            except psycopg2.OperationalError as fault:
                if "password authentication failed" in str(fault):
                    raise EmbeddedPostgresError(self._lost_password()) from None
                if "starting up" not in str(fault) and "recovery" not in str(fault):
                    return False
                time.sleep(0.1)
        return False

    def _dsn(self, database: str) -> str:
        return self.url(database).replace("+psycopg2", "", 1)

    def _create_database(self) -> None:
        connection = psycopg2.connect(self._dsn("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("select 1 from pg_database where datname = %s", (self._database,))
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("create database {}").format(sql.Identifier(self._database)))
        finally:
            connection.close()


@contextmanager
def _private_file(path: Path) -> Iterator[IO[str]]:
    """A new file that only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        yield file


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it says nothing"
