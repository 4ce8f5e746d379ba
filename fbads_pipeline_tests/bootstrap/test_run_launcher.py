"""A run whose process is gone is told from one that works, with real processes and a real code server."""

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime

import dagster as dg
import psutil
import pytest
import yaml
from dagster._core.launcher.base import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._serdes import serialize_value

from fbads_pipeline.bootstrap import run_launcher
from fbads_pipeline.bootstrap.run_launcher import (
    GONE_SECONDS,
    PROCESS_TAG,
    UNREACHABLE_SECONDS,
    WatchedRunLauncher,
    this_process,
)
from fbads_pipeline_tests.support.paths import ROOT


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def launcher(clock):
    made = WatchedRunLauncher()
    made._now = clock
    return made


def run_of(tags):
    return dg.DagsterRun(job_name="collect_and_model", status=dg.DagsterRunStatus.STARTED, tags=tags)


def statuses(launcher, clock, run, seconds):
    found = []
    for second in seconds:
        clock.seconds = second
        found.append(launcher.check_run_worker_health(run).status)
    return found


def test_a_run_of_this_process_is_running(launcher, clock):
    assert statuses(launcher, clock, run_of({PROCESS_TAG: this_process()}), (0, 1000)) == [WorkerStatus.RUNNING] * 2


def test_a_run_whose_process_was_killed_has_failed_once_it_was_seen_twice(launcher, clock):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    tag = f"{socket.gethostname()}:{child.pid}:{psutil.Process(child.pid).create_time():.0f}"
    run = run_of({PROCESS_TAG: tag})
    assert statuses(launcher, clock, run, (0,)) == [WorkerStatus.RUNNING]
    child.kill()
    child.communicate()
    found = statuses(launcher, clock, run, (30, 30 + GONE_SECONDS / 2, 30 + GONE_SECONDS))
    assert found == [WorkerStatus.RUNNING, WorkerStatus.RUNNING, WorkerStatus.FAILED]


def test_a_reused_process_id_is_not_the_run(launcher, clock):
    run = run_of({PROCESS_TAG: f"{socket.gethostname()}:{os.getpid()}:12345"})
    assert statuses(launcher, clock, run, (0, 60)) == [WorkerStatus.RUNNING, WorkerStatus.FAILED]


def test_nothing_is_known_of_another_machines_process_or_of_a_run_without_one(launcher, clock):
    assert statuses(launcher, clock, run_of({PROCESS_TAG: "elsewhere:1:1"}), (0, 1e6)) == [WorkerStatus.RUNNING] * 2
    assert statuses(launcher, clock, run_of({}), (0, 1e6)) == [WorkerStatus.RUNNING] * 2


class CodeServer:
    """Stands for Dagster's gRPC client: a server that executes some runs, or that is away."""

    executes: set[str] = set()
    away = False

    def __init__(self, **address):
        assert address == {"host": "code-location", "port": 4000, "socket": None, "use_ssl": False}

    def can_cancel_execution(self, request, timeout):
        assert timeout <= 30
        if self.away:
            raise dg.DagsterError("the server cannot be reached")
        from dagster._grpc.types import CanCancelExecutionResult

        return serialize_value(CanCancelExecutionResult(can_cancel=request.run_id in self.executes))


@pytest.fixture
def server(monkeypatch):
    from dagster._grpc import client

    monkeypatch.setattr(client, "DagsterGrpcClient", CodeServer)
    monkeypatch.setattr(CodeServer, "executes", set())
    monkeypatch.setattr(CodeServer, "away", False)
    return CodeServer


def launched():
    return run_of({GRPC_INFO_TAG: json.dumps({"host": "code-location", "port": 4000})})


def test_a_run_that_its_code_server_executes_is_running(launcher, clock, server):
    run = launched()
    server.executes.add(run.run_id)
    assert statuses(launcher, clock, run, (0, 1000)) == [WorkerStatus.RUNNING] * 2


def test_a_restarted_code_server_does_not_know_the_run_which_has_failed(launcher, clock, server):
    run = launched()
    assert statuses(launcher, clock, run, (0, 30)) == [WorkerStatus.RUNNING, WorkerStatus.FAILED]


def test_a_code_server_that_comes_back_with_the_run_clears_the_doubt(launcher, clock, server, monkeypatch):
    run = launched()
    monkeypatch.setattr(server, "away", True)
    assert statuses(launcher, clock, run, (0, 120)) == [WorkerStatus.RUNNING] * 2
    monkeypatch.setattr(server, "away", False)
    server.executes.add(run.run_id)
    assert statuses(launcher, clock, run, (150,)) == [WorkerStatus.RUNNING]
    monkeypatch.setattr(server, "away", True)
    later = (200, 199 + UNREACHABLE_SECONDS, 200 + UNREACHABLE_SECONDS)
    assert statuses(launcher, clock, run, later) == [WorkerStatus.RUNNING, WorkerStatus.RUNNING, WorkerStatus.FAILED]


def test_dagster_uses_it_and_marks_such_a_run_as_failed(tmp_path, clock, monkeypatch):
    configured = yaml.safe_load((ROOT / "dagster.yaml").read_text())
    assert configured["run_launcher"] == {"module": run_launcher.__name__, "class": "WatchedRunLauncher"}
    assert configured["run_monitoring"]["enabled"] is True
    overrides = {"run_launcher": configured["run_launcher"], "run_monitoring": configured["run_monitoring"]}
    from dagster._core.test_utils import instance_for_test
    from dagster._daemon.monitoring.run_monitoring import monitor_started_run

    with instance_for_test(overrides=overrides, temp_dir=str(tmp_path)) as instance:
        assert isinstance(instance.run_launcher, WatchedRunLauncher)
        instance.run_launcher._now = clock
        run = run_of({PROCESS_TAG: f"{socket.gethostname()}:{os.getpid()}:12345"})
        instance.add_run(run)
        import logging

        for clock.seconds in (0, 30):
            (record,) = instance.get_run_records()
            assert record.dagster_run.status is dg.DagsterRunStatus.STARTED
            monitor_started_run(instance, None, record, logging.getLogger("test"))
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
        assert record.create_timestamp <= datetime.now(UTC)
