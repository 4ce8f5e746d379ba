"""Dagster's code server, where ours has to differ from Dagster's own.

It looks after its runs for as long as it lives. Twice a second it asks which processes of runs have ended, and marks a
run whose process died as failed. Where storage fails under that question, Dagster's thread ends for good: the run stays
STARTED, the server says that it still executes it, and waits for it when it is stopped. Here the question is asked
again (docs/decisions/operations/0922).

It forks the processes of its runs from one that has the libraries imported. Dagster starts a new Python for each, which
imports them for five seconds (docs/decisions/operations/0923).
"""

import logging
import signal
import sys
from collections.abc import Callable
from functools import wraps
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

from fbads_pipeline.adapters.processes import end_with_parent

_SERVER = "dagster._grpc.server"
# What a run imports before its first step, and dbt. None of our definitions: some modules read settings when they are
# imported, and a run has to see those of its own start.
RUN_LIBRARIES = (
    *("dagster", "dagster._cli", "dagster._grpc.impl", "dagster_postgres", "dagster_dbt"),
    *("dbt.cli.main", "dbt.task.build", "dbt.adapters.postgres.impl"),
    *("sqlalchemy.dialects.postgresql.psycopg2", "facebook_business.api", "numpy", "pydantic", "requests", "jinja2"),
)
_logger = logging.getLogger(__name__)


def adapt_code_server() -> None:
    """In a process that is a code server; any other has not imported Dagster's server, and is left alone."""
    module = sys.modules.get(_SERVER)
    if module is None:
        return
    server = module.DagsterApiServer
    if not hasattr(server._check_for_orphaned_runs, "__wrapped__"):
        server._check_for_orphaned_runs = asked_again(server._check_for_orphaned_runs)
        server.StartRun = forked(server.StartRun)


def forked(start: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """The same, but that the run's process is forked. The one that it is forked from begins with the first run, and
    ends with the server."""
    context = RunContext()
    context.set_forkserver_preload(list(RUN_LIBRARIES))

    @wraps(start)
    def started(server: Any, request: Any, context_of_call: Any) -> Any:
        server._mp_ctx = context
        return start(server, request, context_of_call)

    return started


class RunProcess(ForkServerProcess):
    """It ends with the process that it was forked from: the server hears of its end through that one alone, and would
    mark a run that goes on as failed."""

    def run(self) -> None:
        # What started the server may have had it ignore the signal, or kept it back, and children inherit that.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        end_with_parent()
        super().run()


class RunContext(ForkServerContext):
    """Whose processes are those of runs."""

    Process = RunProcess


def asked_again(look: Callable[[Any], None]) -> Callable[[Any], None]:
    """The same, but that a failure ends this one look alone. It is logged once, until a look succeeds."""
    is_failing = False

    @wraps(look)
    def looked(server: Any) -> None:
        nonlocal is_failing
        try:
            look(server)
        except Exception as fault:  # whatever it is: the thread must go on
            if not is_failing:
                # Its text may hold the address of the database.
                _logger.warning("runs cannot be looked after (%s): asked again until they can", type(fault).__name__)
            is_failing = True
        else:
            is_failing = False

    return looked
