"""Prometheus metrics that are counted in PostgreSQL, because runs are too short to be scraped."""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.health.metric_families import (
    DISTRIBUTIONS,
    FAMILIES,
    MetricFamily,
)
from fbads_pipeline.adapters.postgres.server.engine import clock_offset
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.account_reports import LATENCY_BOUNDS

SQL = Statements(__package__, "prometheus.sql")

_WINDOW_DAYS = 7


class MetricsCollector:
    """A collector of prometheus-client: every figure is queried when it is scraped.

    dagster: connections to Dagster's own database; without it its families are left out. backup_age: seconds since the
    newest backup, None where none is made.
    """

    def __init__(
        self,
        owner: sa.Engine,
        dagster: sa.Engine | None = None,
        backup_age: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._owner, self._dagster, self._backup_age = owner, dagster, backup_age

    def collect(self) -> Iterator[Any]:
        """Families whose tables do not exist yet are left out, and so is a figure that is not known."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # a library of the sidecar alone

        families = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}
        for one in FAMILIES:
            figures = self._figures(one)
            if figures is None:
                continue
            family = families[one.kind](one.name, one.about, labels=one.labels)
            for labels, figure in figures.items():
                family.add_metric(labels, figure)
            yield family
        if (age := self._backup_age()) is not None:
            name, about = "backup_age_seconds", "Seconds since the newest backup; infinite where there is none yet."
            yield GaugeMetricFamily(name, about, value=age)
        name, about = "clock_offset_seconds", "How far this machine's clock is ahead of PostgreSQL's; negative: behind."
        yield GaugeMetricFamily(name, about, value=clock_offset(self._owner))
        yield from self._distributions()
        yield self._latencies()

    def _figures(self, family: MetricFamily) -> dict[tuple[str, ...], float] | None:
        """Labels → figure, those that are known first; None where a table is missing."""
        engine = self._dagster if family.of_dagster else self._owner
        values = None if family.days is None else {"days": family.days}
        rows = None if engine is None else self._rows(family.name, values, engine)
        if rows is None:
            return None
        found = {tuple(str(one) for one in labels): float(figure) for *labels, figure in rows if figure is not None}
        return dict.fromkeys(family.known, 0.0) | found

    def _distributions(self) -> Iterator[Any]:
        from prometheus_client.core import HistogramMetricFamily  # a library of the sidecar alone

        asked = [(one.name, bound) for one in DISTRIBUTIONS for bound in one.bounds]
        metrics, bounds = map(list, zip(*asked, strict=True))
        rows = self._rows("campaign_distributions", {"days": _WINDOW_DAYS, "metrics": metrics, "bounds": bounds}) or []
        for distribution in DISTRIBUTIONS:
            histogram = HistogramMetricFamily(distribution.name, distribution.about, labels=("currency",))
            own = [row[1:] for row in rows if row[0] == distribution.name]
            for currency, group in groupby(own, key=lambda row: row[0]):
                some = list(group)
                buckets = [(str(bound), float(row[2])) for bound, row in zip(distribution.bounds, some, strict=True)]
                _, _, _, campaigns, total = some[0]
                histogram.add_metric([str(currency)], [*buckets, ("+Inf", float(campaigns))], float(total))
            yield histogram

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

    def _rows(
        self, statement: str, values: Mapping[str, Any] | None = None, engine: sa.Engine | None = None
    ) -> list[tuple[Any, ...]] | None:
        """None where a table is missing: the marts are built after the first migration."""
        try:
            with (engine or self._owner).connect() as connection:
                return [tuple(row) for row in connection.execute(SQL[statement], values or {})]
        except sa.exc.ProgrammingError:
            return None
        except sa.exc.OperationalError:
            if engine is self._dagster and engine is not None:
                return None  # nobody has started Dagster yet
            raise
