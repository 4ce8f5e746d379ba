"""Dagster's steps on Celery's workers."""

import dagster as dg
from celery import Celery
from dagster_celery.config import dict_wrapper
from dagster_celery.executor import CeleryExecutor
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_task

from fbads_pipeline.adapters.celery.configuration import broker_url, celery_configuration, result_url
from fbads_pipeline.settings import Settings

_ANSWER_SECONDS = 1.0


def celery_executor(settings: Settings) -> dg.Executor:
    """Hands each step of a run to a worker, and waits for it. No step of ours is tried again by Dagster itself."""
    made: dg.Executor = CeleryExecutor.for_cli(
        broker=broker_url(settings), backend=result_url(settings), config_source=celery_configuration()
    )
    return made


def celery_app(settings: Settings) -> Celery:
    """The application that workers serve: the executor's own configuration, and the task that executes a step."""
    app: Celery = make_app(
        {
            "broker": broker_url(settings),
            "backend": result_url(settings),
            "config_source": dict_wrapper(celery_configuration()),
        }
    )
    create_task(app)
    return app


def count_worker_processes(settings: Settings) -> int:
    """Processes of all workers that answer within a second, at least one."""
    answers = celery_app(settings).control.inspect(timeout=_ANSWER_SECONDS).stats() or {}
    return max(1, sum(int(one["pool"]["max-concurrency"]) for one in answers.values()))
