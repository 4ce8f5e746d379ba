"""Prometheus metrics that are counted in PostgreSQL, because runs are too short to be scraped."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.domain.collection.account_reports import LATENCY_BOUNDS

# name, help, type, labels, query: labels first, the value last. Never a name that a stranger wrote.
_QUERIES: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    (
        "facebook_api_calls",
        "Calls to the Marketing API; status none: no answer came.",
        "counter",
        ("method", "status"),
        "select split_part(key, ' ', 1), split_part(key, ' ', 2), sum(value::bigint)"
        " from ops.collect_runs, jsonb_each_text(answers) group by 1, 2 order by 1, 2",
    ),
    (
        "alerts_sent",
        "Messages that were sent.",
        "counter",
        ("channel", "severity"),
        "select delivery.channel, alert.severity, count(*) from ops.deliveries as delivery"
        " join ops.alerts as alert using (alert_id) where delivery.state = 'sent' group by 1, 2 order by 1, 2",
    ),
    (
        "alerts_waiting",
        "Messages that wait for their time, or were given up.",
        "gauge",
        ("channel", "state"),
        "select channel, state, count(*) from ops.deliveries where state <> 'sent' group by 1, 2 order by 1, 2",
    ),
    (
        "suggestions_generated",
        "Suggestions by kind.",
        "counter",
        ("type",),
        "select kind, count(*) from ops.suggestions group by 1 order by 1",
    ),
    (
        "suggestions_by_status",
        "Suggestions by where they stand.",
        "gauge",
        ("status",),
        "select status, count(*) from ops.suggestions group by 1 order by 1",
    ),
    (
        "campaigns_analyzed",
        "Campaigns with a score.",
        "counter",
        (),
        "select count(*) from analysis.scores",
    ),
    (
        "active_campaigns_count",
        "Campaigns that are active now.",
        "gauge",
        (),
        "select count(*) from marts.campaigns where effective_status = 'ACTIVE'",
    ),
    (
        "daily_spend",
        "Spend of each account's own yesterday, by currency: two currencies are never added.",
        "gauge",
        ("currency",),
        "select daily.currency, sum(daily.spend) from marts.campaign_daily as daily"
        " join marts.accounts as accounts using (account_id)"
        " where daily.day = (now() at time zone coalesce(accounts.timezone_name, 'UTC'))::date - 1"
        " and daily.currency is not null group by 1 order by 1",
    ),
    (
        "active_users_count",
        "People with a session that stands.",
        "gauge",
        (),
        "select count(distinct user_id) from ops.sessions where revoked_at is null and expires_at > now()",
    ),
    (
        "account_freshness_seconds",
        "Age of each account's newest good reading.",
        "gauge",
        ("account_id",),
        "select account_id, extract(epoch from now() - max(read_at)) from raw.reading_runs"
        " where level = 'campaign' and breakdown = '' and ok group by 1 order by 1",
    ),
    (
        "open_anomalies",
        "Anomalies that stand open.",
        "gauge",
        ("severity",),
        "select severity, count(*) from analysis.anomalies where status = 'OPEN' group by 1 order by 1",
    ),
    (
        "open_incidents",
        "IncidentStore that need a person.",
        "gauge",
        ("kind",),
        "select kind, count(*) from ops.incidents where resolved_at is null group by 1 order by 1",
    ),
    (
        "failing_jobs",
        "Jobs whose newest run failed.",
        "gauge",
        ("job",),
        "select job, 1 from ops.job_outcomes where not ok order by 1",
    ),
    (
        "database_connections",
        "Connections to this database.",
        "gauge",
        (),
        "select count(*) from pg_stat_activity where datname = current_database()",
    ),
)
_DISTRIBUTIONS: tuple[tuple[str, str, str, tuple[float, ...]], ...] = (
    (
        "campaign_ctr",
        "CTR of active campaigns over the last seven complete days.",
        "sum(clicks)::numeric / nullif(sum(impressions), 0)",
        (0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05),
    ),
    (
        "campaign_cpa",
        "CPA of active campaigns over the last seven complete days, by currency.",
        "sum(spend) / nullif(sum(conversions), 0)",
        (5, 10, 25, 50, 100, 250, 1000),
    ),
)
_BUCKETS = """
select currency, {counts}, count(figure), coalesce(sum(figure), 0)
from (
    select daily.campaign_id, min(daily.currency) as currency, {expression} as figure
    from marts.campaign_daily as daily
    join marts.campaigns as campaigns using (campaign_id)
    where campaigns.effective_status = 'ACTIVE' and daily.day between current_date - 7 and current_date - 1
    group by daily.campaign_id having count(distinct daily.currency) = 1
) as figures
where figure is not null group by currency order by currency
"""


_LATENCY_BOUNDS = """
select counted.key, counted.calls, summed.seconds
from (select sum(answer_seconds) as seconds from ops.collect_runs) as summed
left join (
    select key, sum(value::bigint) as calls from ops.collect_runs, jsonb_each_text(latencies) group by key
) as counted on true
"""


class MetricsCollector:
    """A collector of prometheus-client: every figure is queried when it is asked for."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def collect(self) -> Iterator[Any]:
        """Families whose tables are not there yet are left out."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        families = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}
        for name, about, kind, labels, query in _QUERIES:
            rows = self._rows(query)
            if rows is None:
                continue
            family = families[kind](name, about, labels=labels)
            for *values, figure in rows:
                family.add_metric([str(value) for value in values], float(figure or 0))
            yield family
        for name, about, expression, bounds in _DISTRIBUTIONS:
            counts = ", ".join(f"count(*) filter (where figure <= {bound})" for bound in bounds)
            rows = self._rows(_BUCKETS.format(counts=counts, expression=expression))
            histogram = HistogramMetricFamily(name, about, labels=("currency",))
            for currency, *counted, total, summed in rows or ():
                buckets = [(str(bound), float(n)) for bound, n in zip(bounds, counted, strict=True)]
                histogram.add_metric([str(currency)], [*buckets, ("+Inf", float(total))], float(summed))
            yield histogram
        yield self._latencies()

    def _latencies(self) -> Any:
        from prometheus_client.core import HistogramMetricFamily

        about = "Until an answer of the Marketing API is whole."
        histogram = HistogramMetricFamily("facebook_api_latency_seconds", about)
        rows = [row for row in self._rows(_LATENCY_BOUNDS) or () if row[0] is not None]
        if rows:
            counted, below = {key: float(calls) for key, calls, _ in rows}, 0.0
            buckets = []
            for bound in (*map(str, LATENCY_BOUNDS), "+Inf"):
                below += counted.get(bound, 0.0)
                buckets.append((bound, below))
            histogram.add_metric([], buckets, float(rows[0][2] or 0))
        return histogram

    def _rows(self, query: str) -> list[tuple[Any, ...]] | None:
        """None where a table is missing: the marts are built after the first migration."""
        try:
            with self._owner.connect() as connection:
                return [tuple(row) for row in connection.execute(sa.text(query))]
        except sa.exc.ProgrammingError:
            return None
