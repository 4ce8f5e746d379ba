"""Dagster's launcher of runs, which also says whether a run's process still exists.

`dagster.yaml` names this class. Run monitoring asks it about each run that is STARTED: one whose process is gone (its
code location was killed, the machine restarted, `fbads run` was killed) is marked as failed within minutes and started
again by the run retries, instead of holding its place until the maximum runtime.
"""

import json
import os
import socket
import time
from collections.abc import Callable
from typing import Any

import dagster as dg
import psutil
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._serdes import deserialize_value
from dagster._serdes.config_class import ConfigurableClassData

PROCESS_TAG = "fbads/process"
# A run that ends is forgotten by its code server shortly before its last event is stored: once is no proof.
GONE_SECONDS = 25.0
# A code location that restarts answers again within a minute; after this long its runs count as gone with it.
UNREACHABLE_SECONDS = 300.0


def this_process() -> str:
    """This process as a tag: host, process id, and the second it started, which a reused id has not."""
    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.0f}"


class WatchedRunLauncher(DefaultRunLauncher):
    """The default launcher, with the state of a run's process for run monitoring."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data)
        self._missing_since: dict[str, float] = {}
        self._now: Callable[[], float] = time.monotonic

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> "WatchedRunLauncher":
        return cls(inst_data=inst_data)

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """FAILED once the process has been missing for GONE_SECONDS, or its server silent for UNREACHABLE_SECONDS."""
        missing, patience = self._what_is_missing(run)
        if missing is None:
            self._missing_since.pop(run.run_id, None)
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        now = self._now()
        if now - self._missing_since.setdefault(run.run_id, now) < patience:
            return CheckRunHealthResult(WorkerStatus.RUNNING, f"{missing}, looked at again")
        del self._missing_since[run.run_id]
        return CheckRunHealthResult(WorkerStatus.FAILED, missing)

    def _what_is_missing(self, run: dg.DagsterRun) -> tuple[str | None, float]:
        """What shows that the run's process is gone, or None; and for how long it must be seen to be believed."""
        if PROCESS_TAG in run.tags:
            gone = None if _is_alive(run.tags[PROCESS_TAG]) else "the process that executed the run has ended"
            return gone, GONE_SECONDS
        if GRPC_INFO_TAG not in run.tags:
            return None, GONE_SECONDS
        try:
            known = self._is_executing(run)
        except dg.DagsterError:
            return "the code location that executed the run does not answer", UNREACHABLE_SECONDS
        return None if known else "the code location has restarted and does not execute the run", GONE_SECONDS

    def _is_executing(self, run: dg.DagsterRun) -> bool:
        """Whether the run's code server executes it; raises DagsterError where it cannot be reached."""
        # gRPC is heavy, and only run monitoring asks
        from dagster._grpc.client import DagsterGrpcClient
        from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult

        info = json.loads(run.tags[GRPC_INFO_TAG])
        client = DagsterGrpcClient(
            host=info.get("host"),
            port=info.get("port"),
            socket=info.get("socket"),
            use_ssl=bool(info.get("use_ssl", False)),
        )
        answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=5)
        return deserialize_value(answer, CanCancelExecutionResult).can_cancel


def _is_alive(tag: str) -> bool:
    """Whether the tagged process exists; one of another machine counts as alive, since nothing is known of it."""
    host, number, started = tag.rsplit(":", 2)
    if host != socket.gethostname():
        return True
    try:
        return abs(psutil.Process(int(number)).create_time() - float(started)) < 2
    except psutil.NoSuchProcess:
        return False
