"""What Prometheus reads: the sidecar's own requests, and what PostgreSQL counts. `endpoint` is a route's template."""

import re
import time
from functools import lru_cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from sqlalchemy import event

from fbads_pipeline.adapters.postgres.health.prometheus import MetricsCollector

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_OUTCOMES = ("answered", "asked", "refused")
_TABLE = re.compile(r"\b(?:from|into|update|join)\s+((?:raw|marts|analysis|ops|intermediate)\.\w+)", re.IGNORECASE)


class Metrics:
    """One registry per application: nothing global, so that two of them do not share counts."""

    def __init__(self, database_metrics: MetricsCollector) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "api_requests", "Requests by route and status.", ("method", "endpoint", "status"), registry=self.registry
        )
        self._durations = Histogram(
            "request_duration_seconds",
            "How long requests took.",
            ("method", "endpoint"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._questions = Counter("chat_questions", "Questions by outcome.", ("outcome",), registry=self.registry)
        self._queries = Histogram(
            "database_query_duration_seconds",
            "How long a statement took, by the first table that it names.",
            ("table",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        for outcome in _OUTCOMES:
            self._questions.labels(outcome)
        self._database_metrics = database_metrics
        self.registry.register(self._database_metrics)

    def seen(self, method: str, endpoint: str, status: int, seconds: float) -> None:
        """One request."""
        known = method if method in ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS") else "other"
        self._requests.labels(known, endpoint, str(status)).inc()
        self._durations.labels(known, endpoint).observe(seconds)

    def asked(self, outcome: str) -> None:
        """One question of the chat."""
        self._questions.labels(outcome).inc()

    def watch(self, *engines: Any) -> None:
        """Time every statement on these engines, by the first table of ours that it names."""

        def begin(connection: Any, *_: Any) -> None:
            connection.info["fbads_begun"] = time.perf_counter()

        def end(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            begun = connection.info.pop("fbads_begun", None)
            if begun is not None:
                self._queries.labels(_table(statement)).observe(time.perf_counter() - begun)

        for engine in engines:
            event.listen(engine, "before_cursor_execute", begin)
            event.listen(engine, "after_cursor_execute", end)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        made: bytes = generate_latest(self.registry)
        return made


@lru_cache(maxsize=1024)
def _table(statement: str) -> str:
    found = _TABLE.search(statement)
    return found.group(1).lower() if found else "other"
