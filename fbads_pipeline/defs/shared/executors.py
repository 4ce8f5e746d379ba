"""Where the steps of a run are executed: in the run's process, or on Celery's workers where the settings say so."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from fbads_pipeline.bootstrap.core import process_settings


def _requirements(_: object) -> Sequence[dg.ExecutorRequirement]:
    return dg.multiple_process_executor_requirements() if process_settings().executor == "celery" else []


_CONFIG: Any = dg.in_process_executor.config_schema


@dg.executor(name="in_process_or_celery", config_schema=_CONFIG, requirements=_requirements)
def run_executor(context: dg.InitExecutorContext) -> dg.Executor:
    """In the run's process; with FBADS_EXECUTOR=celery each step by a worker (`fbads worker`)."""
    settings = process_settings()
    if settings.executor == "celery":
        # Celery is heavy, and only this way of running needs it
        from fbads_pipeline.adapters.celery.executor import celery_executor

        return celery_executor(settings)
    made: dg.Executor = dg.in_process_executor.executor_creation_fn(context)  # type: ignore[misc]
    return made


def is_one_process() -> bool:
    """Whether a run's later steps find what an earlier one has prepared in memory."""
    return process_settings().executor == "in_process"


def count_shards(asked: int | None) -> int:
    """Into how many steps a collecting run is spread. asked: what the settings say; without it one per process that
    executes steps."""
    settings = process_settings()
    if asked is not None or settings.executor != "celery":
        return asked or 1
    # Celery is heavy, and only this way of running needs it
    from fbads_pipeline.adapters.celery.executor import count_worker_processes

    return count_worker_processes(settings)
