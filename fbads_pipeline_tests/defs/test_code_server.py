"""Dagster's code server, the real one, goes on looking after runs when its database was away."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import forkserver
from types import SimpleNamespace

import dagster as dg
import psutil
import pytest
import sqlalchemy as sa
from dagster._core.utils import FuturesAwareThreadPoolExecutor
from dagster._grpc import server as dagster_server

from fbads_pipeline.adapters.postgres.server.database import DAGSTER_DATABASE_URL
from fbads_pipeline.defs.shared import code_server
from fbads_pipeline.defs.shared.code_server import RUN_LIBRARIES, RunContext, adapt_code_server, asked_again
from fbads_pipeline_tests.support.dagster_instance import stored_instance
from fbads_pipeline_tests.support.forked_targets import begin_and_wait, tell_modules

CLOSE = "alter database {} allow_connections false"
END = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{}'"
OPEN = "alter database {} allow_connections true"


def eventually(holds, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


@pytest.fixture
def instance(database_url, monkeypatch):
    """As dagster.yaml names its storage."""
    monkeypatch.setenv(DAGSTER_DATABASE_URL, database_url)
    with stored_instance() as made:
        yield made


@pytest.fixture
def database(database_url, postgres):
    """The database that the instance is in, taken away and given back."""
    name = sa.engine.make_url(database_url).database
    admin = sa.create_engine(postgres.url("postgres"), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")

    def change(*statements):
        with admin.connect() as connection:
            for one in statements:
                connection.exec_driver_sql(one.format(name))

    return SimpleNamespace(close=lambda: change(CLOSE, END), open=lambda: change(OPEN))


@pytest.fixture
def server(instance, monkeypatch):
    """A code server without code, whose thread asks often."""
    monkeypatch.setattr(dagster_server, "CLEANUP_TICK", 0.05)
    for name in ("_check_for_orphaned_runs", "StartRun"):
        monkeypatch.setattr(dagster_server.DagsterApiServer, name, getattr(dagster_server.DagsterApiServer, name))
    adapt_code_server()
    with FuturesAwareThreadPoolExecutor(max_workers=1) as pool:
        made = dagster_server.DagsterApiServer(threading.Event(), logging.getLogger("test"), pool)
        yield made
        made.cleanup()


def dead_process():
    """As multiprocessing shows it."""
    child = subprocess.Popen([sys.executable, "-c", "raise SystemExit(9)"])
    return SimpleNamespace(is_alive=lambda: child.poll() is None, exitcode=child.wait())


def test_a_run_whose_process_died_while_the_database_was_away_is_ended_once_it_is_back(
    server, instance, database, caplog
):
    run = dg.DagsterRun(job_name="collect_and_model", status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    database.close()
    with server._execution_lock:
        server._executions[run.run_id] = (dead_process(), instance.get_ref())
        server._termination_events[run.run_id] = threading.Event()
    assert eventually(lambda: "asked again until they can" in caplog.text)
    assert server._executions, "and it is not forgotten"
    database.open()
    assert eventually(lambda: not server._executions)
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE


def test_a_failure_is_logged_once_until_a_look_succeeds(caplog):
    faults = iter([OSError("postgresql://u:hunter2@db"), OSError(), None, OSError()])

    def look(server):
        if fault := next(faults):
            raise fault

    looked = asked_again(look)
    for _ in range(4):
        looked(None)
    assert [record.getMessage() for record in caplog.records] == [
        "runs cannot be looked after (OSError): asked again until they can"
    ] * 2
    assert "hunter2" not in caplog.text


def test_a_process_that_is_no_code_server_is_left_alone(monkeypatch):
    monkeypatch.delitem(sys.modules, dagster_server.__name__)
    adapt_code_server()
    assert dagster_server.__name__ not in sys.modules
    assert dagster_server.__name__ == code_server._SERVER, "the module whose absence was meant"


@pytest.fixture
def processes(server):
    """The server as its first run leaves it; in the end the process that runs are forked from is gone."""
    assert server.StartRun(SimpleNamespace(serialized_execute_run_args="no run"), None), "refused, and yet prepared"
    assert isinstance(server._mp_ctx, RunContext)
    yield server._mp_ctx
    forkserver._forkserver._stop()


def test_the_process_of_a_run_is_forked_from_one_that_has_the_libraries_and_no_settings(processes):
    told = processes.Queue()
    process = processes.Process(target=tell_modules, args=(told,))
    process.start()
    modules, parent = told.get(timeout=60)
    process.join()
    assert process.exitcode == 0
    assert set(RUN_LIBRARIES) <= modules
    assert parent != os.getpid(), "the server has threads of gRPC, which no fork survives"
    assert not {"fbads_pipeline.settings", "fbads_pipeline.definitions"} & modules


@pytest.fixture(params=["heard", "ignored", "kept back"])
def signal_to_end(request, monkeypatch):
    """What the process that starts the server does with SIGTERM; no library is imported for it."""
    monkeypatch.setattr(code_server, "RUN_LIBRARIES", ())
    handler, mask = signal.getsignal(signal.SIGTERM), signal.pthread_sigmask(signal.SIG_BLOCK, [])
    if request.param == "ignored":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if request.param == "kept back":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    yield
    signal.signal(signal.SIGTERM, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def test_a_run_ends_with_the_process_that_it_was_forked_from(signal_to_end, processes):
    told = processes.Queue()
    process = processes.Process(target=begin_and_wait, args=(told,))
    process.start()
    assert told.get(timeout=60) == "begun"
    run = psutil.Process(process.pid)
    run.parent().kill()
    assert eventually(lambda: not run.is_running() or run.status() == psutil.STATUS_ZOMBIE)
