"""Dagster, a Redis and workers on this machine, each a process of its own that the check may kill."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import psutil
import redis
import sqlalchemy as sa

from benchmarks.many_accounts.home import TOKEN, Agency, control
from checks.wheel import free_ports
from fbads_pipeline.defs.collect.jobs import range_tags
from fbads_pipeline.domain.core.days import DayRange

_BIN = Path(sys.executable).parent
_START_SECONDS = 180.0


class CheckFailed(Exception):
    """What was expected and what was found, in one sentence."""


class Sandbox(Protocol):
    """Meta's API on this machine, from its entry to its exit."""

    url: str
    token: str

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def set_scenario(self, scenario: Mapping[str, Any] | None) -> None: ...


class ManyAccounts:
    """A sandbox of so many accounts, with an ad set and two ads a campaign, in a process of its own."""

    url, token = "", TOKEN

    def __init__(self, folder: Path, accounts: int, campaigns: int) -> None:
        folder.mkdir()
        self._agency = Agency(folder, accounts, campaigns, 1, datetime.now(UTC))
        self._serving = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self.url = self._serving.enter_context(self._agency.sandbox())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serving.__exit__(kind, error, trace)

    def set_scenario(self, scenario: Mapping[str, Any] | None) -> None:
        """How it misbehaves from now on; None: not at all."""
        control(self.url, "scenario", scenario or {})


class Farm:
    """A home with `fbads up`, a sandbox, a Redis that writes each change to its file, and workers by name."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise CheckFailed("redis-server is not installed: apt-get install redis-server")
        self._redis_program, self._folder = program, folder
        self.redis_port, api, dagster = free_ports(3)
        self.sandbox = sandbox
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("FBADS_", "DAGSTER_"))},
            "FBADS_HOME": str(folder / "home"),
            "FBADS_EXECUTOR": "celery",
            "FBADS_CELERY_BROKER_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "FBADS_API_PORT": str(api),
            "FBADS_DAGSTER_PORT": str(dagster),
            "FBADS_BREAKDOWNS": "",
            "FBADS_HISTORY_DAYS": "0",
            "FBADS_DRY_RUN": "true",
        }
        self._engines: dict[str, sa.Engine] = {}
        self._database = ""

    def __enter__(self) -> Self:
        self.sandbox.__enter__()
        self.environment |= {"FBADS_GRAPH_URL": self.sandbox.url, "FBADS_ACCESS_TOKEN": self.sandbox.token}
        try:
            self.start_redis()
            self._start("up", str(_BIN / "fbads"), "up")
            wait_for("Dagster is up", self._is_up, _START_SECONDS)
            url = self._output("db", "url", "--role", "owner").strip()
            address = sa.engine.make_url(url).set(drivername="postgresql+psycopg2")
            for name in (address.database, f"{address.database}_dagster"):
                self._engines[str(name)] = sa.create_engine(
                    address.set(database=name), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
                )
            self._database = str(address.database)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for engine in self._engines.values():
            engine.dispose()
        for name in reversed(list(self._processes)):
            process = self._processes[name]
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            self.kill(name)
        self.sandbox.__exit__(kind, error, trace)

    def start_redis(self) -> None:
        """A Redis whose file holds whatever it answered for."""
        data = self._folder / "redis"
        data.mkdir(exist_ok=True)
        self._start(
            "redis",
            *(self._redis_program, "--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(data)),
            *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
        )
        wait_for("Redis answers", lambda: bool(self._redis().ping()), 20)

    def start_worker(self, name: str) -> None:
        """A worker of one process, until it takes steps. One that was killed goes on in the same file."""
        before = len(self.log(name))
        self._start(name, str(_BIN / "fbads"), "worker", "--name", name, "--processes", "1")
        wait_for(f"worker {name} is ready", lambda: "ready." in self.log(name)[before:], _START_SECONDS)

    @property
    def workers(self) -> list[str]:
        """Names of those that run, in the order in which they were started."""
        return [name for name in self._processes if name not in ("redis", "up")]

    def log(self, name: str) -> str:
        path = self._folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def kill(self, name: str) -> None:
        """SIGKILL to the process and all that it started."""
        process = self._processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_step_of(self, name: str) -> None:
        """SIGKILL to the process of a worker that executes a step, as a lack of memory does."""
        executing = psutil.Process(self._processes[name].pid).children()
        if not executing:
            raise CheckFailed(f"worker {name} has no process that executes steps")
        executing[0].kill()

    def launch(self, day: date) -> str:
        """Ask for a run over one day; its id."""
        launch = uuid.uuid4().hex
        workspace = str(self._folder / "home" / "dagster" / "workspace.yaml")
        command = [str(_BIN / "dagster"), "job", "launch", "-w", workspace, "-j", "collect_and_model"]
        tags = json.dumps({**range_tags(DayRange(day, day)), "launch": launch})
        environment = {**self.environment, "DAGSTER_HOME": str(self._folder / "home" / "dagster")}
        done = subprocess.run([*command, "--tags", tags], env=environment, capture_output=True, text=True, check=False)
        made = self.dagster(f"select run_id from run_tags where key = 'launch' and value = '{launch}'")
        if done.returncode or not made:
            raise CheckFailed(f"the run was not launched: {done.stderr[-1500:]}")
        return str(made[0][0])

    def status(self, run_id: str) -> str:
        return str(self.dagster(f"select status from runs where run_id = '{run_id}'")[0][0])

    def retried_as(self, run_id: str) -> str | None:
        """The run that Dagster started in place of one that was lost."""
        rows = self.dagster(f"select run_id from run_tags where key = 'dagster/parent_run_id' and value = '{run_id}'")
        return str(rows[0][0]) if rows else None

    def reports(self, run_id: str) -> dict[str, str]:
        """Account → how its reading ended in this run."""
        rows = self.sql(f"select account_id, status from ops.collect_runs where run_id = '{run_id}'")
        return {str(account): str(status) for account, status in rows}

    def is_complete(self, day: date) -> bool:
        """Whether each account has a good reading of that day at each level."""
        ((read, wanted),) = self.sql(
            "select count(*) filter (where is_read), 4 * (select count(*) from raw.accounts)"
            f" from marts.day_coverage where day = '{day}'"
        )
        return bool(read == wanted and wanted)

    def process_of(self, run_id: str) -> int:
        """The process that hands out the run's steps."""
        rows = self.dagster(
            "select event from event_logs where run_id = "
            f"'{run_id}' and dagster_event_type = 'ENGINE_EVENT' and event like '%Started process for run%'"
        )
        return int(str(rows[0][0]).partition("Started process for run (pid: ")[2].partition(")")[0])

    def sql(self, statement: str) -> list[Any]:
        return self._rows(self._database, statement)

    def dagster(self, statement: str) -> list[Any]:
        return self._rows(f"{self._database}_dagster", statement)

    def _rows(self, name: str, statement: str) -> list[Any]:
        with self._engines[name].connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement))]

    def _start(self, name: str, *command: str) -> None:
        with open(self._folder / f"{name}.log", "ab") as log:
            self._processes[name] = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, cwd=self._folder, start_new_session=True
            )

    def _output(self, *command: str) -> str:
        done = subprocess.run([str(_BIN / "fbads"), *command], env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise CheckFailed(done.stderr.strip())
        return done.stdout

    def _is_up(self) -> bool:
        if self._processes["up"].poll() is not None:
            raise SystemExit(f"`fbads up` has ended: {self.log('up')[-1500:]}")
        return "Ctrl-C stops everything" in self.log("up")

    def _redis(self) -> Any:
        return redis.Redis(port=self.redis_port, socket_timeout=2)


def wait_for(what: str, holds: Callable[[], bool], seconds: float) -> float:
    """Seconds until it holds; raises CheckFailed when it does not in that time."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        with contextlib.suppress(CheckFailed, OSError, redis.RedisError):
            if holds():
                return time.monotonic() - started
        time.sleep(0.2)
    raise CheckFailed(f"after {seconds:.0f} s it is still not so that {what}")


def temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder that the embedded PostgreSQL's user can walk to."""
    made = tempfile.TemporaryDirectory(prefix="fbads-celery-", ignore_cleanup_errors=True)
    Path(made.name).chmod(0o755)
    return made


def days(count: int) -> list[date]:
    """Days that are over in every zone, newest first."""
    today = datetime.now(UTC).date()
    return [today - timedelta(days=number) for number in range(2, 2 + count)]
