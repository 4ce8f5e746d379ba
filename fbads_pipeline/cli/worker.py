"""`fbads worker`: executes steps of runs that others hand out, where FBADS_EXECUTOR is celery."""

import os
import socket
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.cli.home import ready_home
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)

ALIVE = Path(tempfile.gettempdir()) / "fbads-worker.alive"


@app.command()
def worker(
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="Steps at once; FBADS_WORKER_PROCESSES without it.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of this worker, unlike every other's.")] = None,
) -> None:
    """Execute steps of runs until SIGTERM; those under way end first.

    Several workers, on one machine or many, share the work; each reaches the same PostgreSQL, Redis and FBADS_HOME.
    """
    settings = load_settings()
    if settings.executor != "celery":
        raise WrongUse("FBADS_EXECUTOR is not celery: no run hands its steps to a worker")
    with ready_home(settings):
        # Celery and the definitions are heavy; what is imported here is there in each process of the worker
        import fbads_pipeline.definitions  # noqa: F401
        from fbads_pipeline.adapters.celery.executor import celery_app
        from fbads_pipeline.adapters.celery.worker import serve_steps

        raise typer.Exit(
            serve_steps(
                celery_app(settings),
                processes=processes or settings.worker_processes,
                name=f"{name or f'fbads-{os.getpid()}'}@{socket.gethostname()}",
                alive=ALIVE,
            )
        )
