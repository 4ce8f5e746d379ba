"""One dbt command in this process, through its programmatic entry point (dbtRunner), and its outcome."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

_ONE_AT_A_TIME = threading.Lock()


_FAILED = frozenset({"error", "fail", "runtime error", "partial success"})


@dataclass(frozen=True)
class NodeOutcome:
    """The result of a model, seed or test. failures: rows that a test found; rows: rows written, where dbt knows."""

    unique_id: str
    status: str
    seconds: float
    message: str
    failures: int | None = None
    rows: int | None = None

    @property
    def failed(self) -> bool:
        return self.status in _FAILED


@dataclass(frozen=True)
class DbtOutcome:
    """succeeded: nothing failed that blocks. error: what went wrong before or beside the nodes, in one paragraph.
    views_are_current: views and seeds needed no build, and are not among the nodes."""

    succeeded: bool
    nodes: tuple[NodeOutcome, ...] = ()
    error: str = ""
    views_are_current: bool = False


def run_dbt(
    project: Path, args: Sequence[str], *, environment: Mapping[str, str], target: Path, keeps_json: bool = False
) -> DbtOutcome:
    """One dbt command on the project in that folder; prints nothing, and leaves environment and working directory as
    they were. Waits for another one in this process: dbt is not made for two at once."""
    folder = str(project)
    quiet = ["--quiet", "--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-version-check"]
    places = [
        "--project-dir",
        folder,
        "--profiles-dir",
        folder,
        "--target-path",
        str(target),
        "--log-path",
        str(target),
    ]
    with _ONE_AT_A_TIME, _environment(environment), _working_directory():
        from dbt.cli.main import dbtRunner

        _share_parses()
        answer = dbtRunner().invoke([*quiet, "--write-json" if keeps_json else "--no-write-json", *args, *places])
    if answer.exception is not None and not isinstance(answer.exception, Exception):
        raise answer.exception
    nodes = tuple(_outcome(result) for result in getattr(answer.result, "results", ()))
    error = str(answer.exception) if answer.exception else "; ".join(_complaint(node) for node in nodes if node.failed)
    return DbtOutcome(answer.success, nodes, error)


def _share_parses() -> None:
    """A parse is kept for the database's name, wherever its server listens.

    dbt hashes all that a template could read of the connection, and parses anew (4 s) when any of it differs. Ours read
    neither host nor port, and no longer can: they are unknown to templates then.
    """
    from dbt.adapters.postgres.connections import PostgresCredentials  # dbt is heavy, and is here in builds alone

    keys = PostgresCredentials._connection_keys
    if not hasattr(keys, "__wrapped__"):
        PostgresCredentials._connection_keys = _without_address(keys)  # type: ignore[method-assign]


def _without_address(keys: Callable[[Any], tuple[str, ...]]) -> Callable[[Any], tuple[str, ...]]:
    @wraps(keys)
    def kept(credentials: Any) -> tuple[str, ...]:
        return tuple(key for key in keys(credentials) if key not in ("host", "port"))

    return kept


def _outcome(result: Any) -> NodeOutcome:
    rows = (result.adapter_response or {}).get("rows_affected")
    return NodeOutcome(
        unique_id=result.node.unique_id,
        status=str(result.status),
        seconds=round(result.execution_time, 3),
        message=str(result.message or "").strip(),
        failures=result.failures,
        rows=rows if isinstance(rows, int) and rows >= 0 else None,
    )


def _complaint(node: NodeOutcome) -> str:
    return f"{node.unique_id.split('.')[2]}: {' '.join(node.message.split())}"


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """dbt reads its profile from os.environ alone; what was there before is there again afterwards."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _working_directory() -> Iterator[None]:
    before = os.getcwd()
    try:
        yield
    finally:
        os.chdir(before)
