"""A worker that executes steps, and renews its hold on those it has as long as it lives."""

import time
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.worker import state

from fbads_pipeline.adapters.celery.configuration import QUEUE, RENEWED_SECONDS


class LeaseRenewal(bootsteps.StartStopStep):  # type: ignore[misc]
    """Tells Redis every RENEWED_SECONDS that this worker still has its steps; touches `alive`, for a health check."""

    requires = {"celery.worker.consumer.tasks:Tasks"}
    alive: Path | None = None

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._renewal: Any = None

    def start(self, parent: Any) -> None:
        self._renewal = parent.timer.call_repeatedly(RENEWED_SECONDS, renew_leases, (parent, self.alive))
        renew_leases(parent, self.alive)

    def stop(self, parent: Any) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None


def renew_leases(consumer: Any, alive: Path | None) -> int:
    """Hold what this worker has for another LEASE_SECONDS; returns how many steps that are.

    A step that was handed to another worker meanwhile is not taken back.
    """
    tags = [request.message.delivery_tag for request in tuple(state.reserved_requests)]
    channel = consumer.task_consumer.channel
    with channel.conn_or_acquire() as client:
        if tags:
            client.zadd(channel.unacked_index_key, dict.fromkeys(tags, time.time()), xx=True)
        else:
            client.ping()
    if alive is not None:
        alive.touch()
    return len(tags)


def serve_steps(app: Celery, *, processes: int, name: str, alive: Path | None = None) -> int:
    """Execute steps until SIGTERM, which lets those under way end; returns the exit code.

    name: of this worker, unlike every other's. alive: a file that is touched while the worker lives and reaches Redis.
    """
    LeaseRenewal.alive = alive
    app.steps["consumer"].add(LeaseRenewal)
    worker = app.Worker(
        hostname=name, concurrency=processes, pool="prefork", queues=[QUEUE], loglevel="INFO", without_gossip=True
    )
    worker.start()
    return int(worker.exitcode or 0)
