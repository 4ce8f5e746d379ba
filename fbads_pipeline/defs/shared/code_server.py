"""Dagster's code server looks after its runs for as long as it lives.

Twice a second it asks which processes of runs have ended, and marks a run whose process died as failed. Where storage
fails under that question, Dagster's thread ends for good: the run stays STARTED, the server says that it still executes
it, and waits for it when it is stopped. Here the question is asked again (docs/decisions/operations/0922).
"""

import logging
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

_SERVER = "dagster._grpc.server"
_logger = logging.getLogger(__name__)


def keep_looking_after_runs() -> None:
    """In a process that is a code server; any other has not imported Dagster's server, and is left alone."""
    module = sys.modules.get(_SERVER)
    if module is None:
        return
    look = module.DagsterApiServer._check_for_orphaned_runs
    if not hasattr(look, "__wrapped__"):
        module.DagsterApiServer._check_for_orphaned_runs = asked_again(look)


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
