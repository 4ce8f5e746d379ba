"""Prometheus metrics that are counted in PostgreSQL, because runs are too short to be scraped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.account_reports import LATENCY_BOUNDS

SQL = Statements(__package__, "prometheus.sql")

_WINDOW_DAYS = 7
_COVERAGE_DAYS = 28


@dataclass(frozen=True)
class _Family:
    """name: also that of its statement; kind: counter or gauge; labels: the statement's columns before the figure;
    days: how far back it looks, for a statement that binds them."""

    name: str
    about: str
    kind: str
    labels: tuple[str, ...] = ()
    days: int | None = None


@dataclass(frozen=True)
class _Distribution:
    """name: also that of its statement; bounds: upper ends of the buckets."""

    name: str
    about: str
    bounds: tuple[float, ...]


_FAMILIES = (
    _Family(
        "facebook_api_calls",
        "Calls to the Marketing API; status none: no answer came.",
        "counter",
        ("method", "status"),
    ),
    _Family("alerts_sent", "Messages that were sent.", "counter", ("channel", "severity")),
    _Family("alerts_waiting", "Messages that wait for their time, or were given up.", "gauge", ("channel", "state")),
    _Family("suggestions_generated", "Suggestions by kind.", "counter", ("type",)),
    _Family("suggestions_by_status", "Suggestions by status.", "gauge", ("status",)),
    _Family(
        "feedback_marks",
        "People's marks on suggestions, anomalies and alerts, useful or not.",
        "gauge",
        ("subject", "kind", "useful"),
    ),
    _Family("campaigns_analyzed", "Campaigns with a score.", "counter"),
    _Family("active_campaigns_count", "Campaigns that are active now.", "gauge"),
    _Family(
        "daily_spend",
        "Spend of each account's own yesterday, by currency, never added; absent while one is not read.",
        "gauge",
        ("currency",),
    ),
    _Family(
        "coverage_asked",
        "Complete days among the last 28 that should be read, per account.",
        "gauge",
        ("account_id",),
        _COVERAGE_DAYS,
    ),
    _Family(
        "coverage_read",
        "Days among them whose campaigns were read well after their end.",
        "gauge",
        ("account_id",),
        _COVERAGE_DAYS,
    ),
    _Family(
        "coverage_not_read_well",
        "Days of the last 28 whose newest reading is doubtful, unreadable or failed.",
        "gauge",
        ("account_id", "level", "state"),
        _COVERAGE_DAYS,
    ),
    _Family("active_users_count", "People with an active session.", "gauge"),
    _Family("account_freshness_seconds", "Age of each account's newest good reading.", "gauge", ("account_id",)),
    _Family("open_anomalies", "Open anomalies.", "gauge", ("severity",)),
    _Family("open_incidents", "Incidents that need a person.", "gauge", ("kind",)),
    _Family("open_delivery_problems", "What keeps ads from delivering, or soon will.", "gauge", ("kind", "severity")),
    _Family("failing_jobs", "Jobs whose newest run failed.", "gauge", ("job",)),
    _Family("database_connections", "Connections to this database.", "gauge"),
)
_DISTRIBUTIONS = (
    _Distribution(
        "campaign_ctr",
        "CTR of active campaigns over the last seven complete days.",
        (0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05),
    ),
    _Distribution(
        "campaign_cpa",
        "CPA of active campaigns over the last seven complete days, by currency.",
        (5, 10, 25, 50, 100, 250, 1000),
    ),
)


class MetricsCollector:
    """A collector of prometheus-client: every figure is queried when it is scraped."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def collect(self) -> Iterator[Any]:
        """Families whose tables do not exist yet are left out, and so is a figure that is not known."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # a library of the sidecar alone

        families = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}
        for one in _FAMILIES:
            rows = self._rows(one.name, None if one.days is None else {"days": one.days})
            if rows is None:
                continue
            family = families[one.kind](one.name, one.about, labels=one.labels)
            for *values, figure in rows:
                if figure is not None:
                    family.add_metric([str(value) for value in values], float(figure))
            yield family
        for distribution in _DISTRIBUTIONS:
            yield self._histogram(distribution)
        yield self._latencies()

    def _histogram(self, distribution: _Distribution) -> Any:
        from prometheus_client.core import HistogramMetricFamily  # a library of the sidecar alone

        histogram = HistogramMetricFamily(distribution.name, distribution.about, labels=("currency",))
        window = {"days": _WINDOW_DAYS, "bounds": list(distribution.bounds)}
        for currency, group in groupby(self._rows(distribution.name, window) or (), key=lambda row: row[0]):
            rows = list(group)
            buckets = [(str(bound), float(row[2])) for bound, row in zip(distribution.bounds, rows, strict=True)]
            _, _, _, campaigns, total = rows[0]
            histogram.add_metric([str(currency)], [*buckets, ("+Inf", float(campaigns))], float(total))
        return histogram

    def _latencies(self) -> Any:
        from prometheus_client.core import HistogramMetricFamily  # a library of the sidecar alone

        name, about = "facebook_api_latency_seconds", "Seconds until an answer of the Marketing API is complete."
        histogram = HistogramMetricFamily(name, about)
        rows = [row for row in self._rows(name) or () if row[0] is not None]
        if rows:
            counted, below = {key: float(calls) for key, calls, _ in rows}, 0.0
            buckets = []
            for bound in (*map(str, LATENCY_BOUNDS), "+Inf"):
                below += counted.get(bound, 0.0)
                buckets.append((bound, below))
            histogram.add_metric([], buckets, float(rows[0][2] or 0))
        return histogram

    def _rows(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]] | None:
        """None where a table is missing: the marts are built after the first migration."""
        try:
            with self._owner.connect() as connection:
                return [tuple(row) for row in connection.execute(SQL[statement], values or {})]
        except sa.exc.ProgrammingError:
            return None
