"""The four dashboards as panels: a title, what is asked of Prometheus, a unit. `write.py` makes Grafana's JSON of it.

What PostgreSQL counts is the same at each sidecar, so `max by` takes one of them; requests are added up.
"""

from dataclasses import dataclass

STAT, SERIES, BARS = "stat", "timeseries", "bargauge"


@dataclass(frozen=True)
class Panel:
    """expression: PromQL; legend: Grafana's template of a series' name; unit: Grafana's name of it; of_workers: over
    Flower's metrics, which are there with Celery's workers alone."""

    title: str
    expression: str
    kind: str = SERIES
    legend: str = ""
    unit: str = "short"
    about: str = ""
    of_workers: bool = False


@dataclass(frozen=True)
class Dashboard:
    """uid: also the name of its file."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def _one(name: str, *labels: str) -> str:
    """A figure of PostgreSQL, once, whichever sidecar answered."""
    return f"max by ({', '.join(labels)}) ({name})" if labels else f"max({name})"


def _quantile(share: float, name: str, *labels: str) -> str:
    within = ", ".join(("le", *labels))
    return f"histogram_quantile({share}, sum by ({within}) (rate({name}_bucket[5m])))"


_SYSTEM = Dashboard(
    "system-health",
    "System health",
    (
        Panel("Sidecars", 'sum(up{job="sidecar"})', STAT),
        Panel("PostgreSQL", "min(pg_up)", STAT, about="1: it answers."),
        Panel("Redis", "min(redis_up)", STAT, about="1: it answers."),
        Panel("Alerts of the platform", 'count(ALERTS{alertstate="firing"}) or vector(0)', STAT),
        Panel("Newest backup", _one("backup_age_seconds"), STAT, unit="s"),
        Panel("Longest run under way", _one("dagster_oldest_run_seconds"), STAT, unit="s"),
        Panel(
            "Age of the newest good reading",
            _one("account_freshness_seconds", "account_id"),
            legend="{{account_id}}",
            unit="s",
        ),
        Panel(
            "Days read of the last 28",
            f"sum({_one('coverage_read', 'account_id')}) / sum({_one('coverage_asked', 'account_id')})",
            unit="percentunit",
        ),
        Panel(
            "Days not read well",
            f"sum by (state) ({_one('coverage_not_read_well', 'account_id', 'level', 'state')}) or vector(0)",
            legend="{{state}}",
        ),
        Panel("Runs of the last day", _one("dagster_runs", "job", "status"), legend="{{job}} {{status}}"),
        Panel("Mean length of runs", _one("dagster_run_seconds", "job"), legend="{{job}}", unit="s"),
        Panel("Longest steps", f"topk(10, {_one('dagster_step_seconds', 'step')})", BARS, "{{step}}", "s"),
        Panel("Open incidents", f"sum by (kind) ({_one('open_incidents', 'kind')}) or vector(0)", legend="{{kind}}"),
        Panel("Jobs whose newest run failed", f"sum({_one('failing_jobs', 'job')}) or vector(0)"),
        Panel("Messages overdue", _one("oldest_message_seconds"), unit="s"),
        Panel(
            "Disk used",
            '1 - node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"}'
            ' / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"}',
            legend="{{mountpoint}}",
            unit="percentunit",
        ),
        Panel("Memory used", "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", unit="percentunit"),
        Panel("Processors", '1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m]))', unit="percentunit"),
        Panel("Databases", _one("database_size_bytes", "database"), legend="{{database}}", unit="bytes"),
        Panel("Largest tables", f"topk(12, {_one('table_size_bytes', 'table')})", BARS, "{{table}}", "bytes"),
        Panel(
            "Connections to PostgreSQL",
            f"{_one('database_connections')} / {_one('database_connections_allowed')}",
            unit="percentunit",
        ),
        Panel("Memory of Redis", "redis_memory_used_bytes", unit="bytes"),
        Panel("Workers", "sum(flower_worker_online)", of_workers=True),
        Panel("Steps on workers", "sum by (type) (rate(flower_events_total[5m]))", legend="{{type}}", of_workers=True),
    ),
)

_ADS = Dashboard(
    "ads-performance",
    "Ads performance",
    (
        Panel("Active campaigns", _one("active_campaigns_count"), STAT),
        Panel("Spend of yesterday", _one("daily_spend", "currency"), STAT, "{{currency}}"),
        Panel("Daily budgets", _one("daily_budget", "currency"), STAT, "{{currency}}"),
        Panel(
            "Spend of the daily budgets",
            f"{_one('daily_spend', 'currency')} / {_one('daily_budget', 'currency')}",
            STAT,
            "{{currency}}",
            "percentunit",
        ),
        Panel("Open anomalies", f"sum({_one('open_anomalies', 'severity')}) or vector(0)", STAT),
        Panel("Delivery problems", f"sum({_one('open_delivery_problems', 'kind', 'severity')}) or vector(0)", STAT),
        Panel("Campaigns by status", _one("campaigns_by_status", "status"), legend="{{status}}"),
        Panel("Spend of yesterday over time", _one("daily_spend", "currency"), legend="{{currency}}"),
        Panel(
            "CTR of active campaigns, median",
            f"histogram_quantile(0.5, {_one('campaign_ctr_bucket', 'le', 'currency')})",
            legend="{{currency}}",
            unit="percentunit",
        ),
        Panel(
            "CPA of active campaigns, median",
            f"histogram_quantile(0.5, {_one('campaign_cpa_bucket', 'le', 'currency')})",
            legend="{{currency}}",
        ),
        Panel(
            "ROAS of active campaigns, median",
            f"histogram_quantile(0.5, {_one('campaign_roas_bucket', 'le', 'currency')})",
            legend="{{currency}}",
        ),
        Panel("Anomalies by severity", f"{_one('open_anomalies', 'severity')} or vector(0)", legend="{{severity}}"),
    ),
)

_AGENT = Dashboard(
    "agent-activity",
    "Agent activity",
    (
        Panel("Campaigns with a score", _one("campaigns_analyzed_total"), STAT),
        Panel("Suggestions so far", f"sum({_one('suggestions_generated_total', 'type')})", STAT),
        Panel("Messages sent so far", f"sum({_one('alerts_sent_total', 'channel', 'severity')})", STAT),
        Panel("People with a session", _one("active_users_count"), STAT),
        Panel("Suggestions by kind", _one("suggestions_generated_total", "type"), legend="{{type}}"),
        Panel("Suggestions by status", _one("suggestions_by_status", "status"), legend="{{status}}"),
        Panel("Done without a person", _one("automations_executed_total", "type"), legend="{{type}}"),
        Panel(
            "Messages sent",
            f"sum by (channel) ({_one('alerts_sent_total', 'channel', 'severity')})",
            legend="{{channel}}",
        ),
        Panel(
            "Messages that wait",
            f"{_one('alerts_waiting', 'channel', 'state')} or vector(0)",
            legend="{{channel}} {{state}}",
        ),
        Panel(
            "Marks by people",
            f"{_one('feedback_marks', 'subject', 'kind', 'useful')} or vector(0)",
            legend="{{subject}} {{kind}}",
        ),
        Panel("Questions of the chat", "sum by (outcome) (rate(chat_questions_total[5m]))", legend="{{outcome}}"),
        Panel(
            "Calls to Meta in an hour",
            f"sum by (status) ({_one('increase(facebook_api_calls_total[1h])', 'method', 'status')})",
            legend="{{status}}",
        ),
        Panel(
            "Meta's answers, 95th percentile",
            f"histogram_quantile(0.95, {_one('facebook_api_latency_seconds_bucket', 'le')})",
            unit="s",
        ),
    ),
)

_API = Dashboard(
    "api",
    "API",
    (
        Panel("Requests a second", "sum(rate(api_requests_total[5m]))", STAT, unit="reqps"),
        Panel(
            "Errors",
            '(sum(rate(api_requests_total{status=~"5.."}[5m])) or vector(0)) / sum(rate(api_requests_total[5m]))',
            STAT,
            unit="percentunit",
        ),
        Panel("95th percentile", _quantile(0.95, "request_duration_seconds"), STAT, unit="s"),
        Panel(
            "Refused as too many", 'sum(rate(api_requests_total{status="429"}[5m])) or vector(0)', STAT, unit="reqps"
        ),
        Panel(
            "Requests by status", "sum by (status) (rate(api_requests_total[5m]))", legend="{{status}}", unit="reqps"
        ),
        Panel(
            "Requests by method", "sum by (method) (rate(api_requests_total[5m]))", legend="{{method}}", unit="reqps"
        ),
        Panel(
            "Most requested",
            "topk(10, sum by (endpoint) (rate(api_requests_total[5m])))",
            BARS,
            "{{endpoint}}",
            "reqps",
        ),
        Panel("Median", _quantile(0.5, "request_duration_seconds"), unit="s"),
        Panel("99th percentile", _quantile(0.99, "request_duration_seconds"), unit="s"),
        Panel(
            "Slowest endpoints, 95th percentile",
            f"topk(10, {_quantile(0.95, 'request_duration_seconds', 'endpoint')})",
            BARS,
            "{{endpoint}}",
            "s",
        ),
        Panel(
            "Statements by table, 95th percentile",
            f"topk(10, {_quantile(0.95, 'database_query_duration_seconds', 'table')})",
            BARS,
            "{{table}}",
            "s",
        ),
        Panel(
            "Statements a second",
            "sum by (table) (rate(database_query_duration_seconds_count[5m]))",
            legend="{{table}}",
            unit="ops",
        ),
    ),
)

DASHBOARDS = (_SYSTEM, _ADS, _AGENT, _API)
