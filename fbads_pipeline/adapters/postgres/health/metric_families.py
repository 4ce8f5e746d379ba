"""What Prometheus reads of the pipeline: names, labels and words; each statement is in prometheus.sql."""

from dataclasses import dataclass
from itertools import product

_COVERAGE_DAYS = 28
_CHANNELS = ("slack", "email", "whatsapp", "telegram", "teams", "google_chat", "n8n", "dry_run")
_SEVERITIES = ("critical", "warning", "info")
_KINDS = ("PAUSE", "BUDGET_UP", "BUDGET_DOWN", "REALLOCATE")
_AUTOMATIONS = ("decision_applied", "rule_alert", "report_sent", "collect_requested")


@dataclass(frozen=True)
class MetricFamily:
    """name: also that of its statement; kind: counter or gauge; labels: the statement's columns before the figure;
    days: how far back it looks, for a statement that binds them; known: labels whose counter begins at 0; of_dagster:
    asked of Dagster's own database."""

    name: str
    about: str
    kind: str
    labels: tuple[str, ...] = ()
    days: int | None = None
    known: tuple[tuple[str, ...], ...] = ()
    of_dagster: bool = False


@dataclass(frozen=True)
class MetricDistribution:
    """name: also that of its figure in the statement campaign_distributions; bounds: upper ends of the buckets."""

    name: str
    about: str
    bounds: tuple[float, ...]


FAMILIES = (
    MetricFamily(
        "facebook_api_calls",
        "Calls to the Marketing API; status none: no answer came.",
        "counter",
        ("method", "status"),
        known=(("GET", "200"), ("GET", "none")),
    ),
    MetricFamily(
        "alerts_sent",
        "Messages that were sent.",
        "counter",
        ("channel", "severity"),
        known=tuple(product(_CHANNELS, _SEVERITIES)),
    ),
    MetricFamily(
        "oldest_message_seconds", "How long the message that waits longest is overdue; 0 where none is.", "gauge"
    ),
    MetricFamily(
        "automations_executed",
        "What was done without a person at that moment, by kind.",
        "counter",
        ("type",),
        known=tuple((one,) for one in _AUTOMATIONS),
    ),
    MetricFamily(
        "alerts_waiting", "Messages that wait for their time, or were given up.", "gauge", ("channel", "state")
    ),
    MetricFamily(
        "suggestions_generated", "Suggestions by kind.", "counter", ("type",), known=tuple((one,) for one in _KINDS)
    ),
    MetricFamily("suggestions_by_status", "Suggestions by status.", "gauge", ("status",)),
    MetricFamily(
        "feedback_marks",
        "People's marks on suggestions, anomalies and alerts, useful or not.",
        "gauge",
        ("subject", "kind", "useful"),
    ),
    MetricFamily("campaigns_analyzed", "Campaigns with a score.", "counter"),
    MetricFamily("campaigns_by_status", "Campaigns by their effective status.", "gauge", ("status",)),
    MetricFamily(
        "daily_budget",
        "Daily budgets of active campaigns and of active ad sets that have their own, by currency.",
        "gauge",
        ("currency",),
    ),
    MetricFamily("active_campaigns_count", "Campaigns that are active now.", "gauge"),
    MetricFamily(
        "daily_spend",
        "Spend of each account's own yesterday, by currency, never added; absent while one is not read.",
        "gauge",
        ("currency",),
    ),
    MetricFamily(
        "coverage_asked",
        "Complete days among the last 28 that should be read, per account.",
        "gauge",
        ("account_id",),
        _COVERAGE_DAYS,
    ),
    MetricFamily(
        "coverage_read",
        "Days among them whose campaigns were read well after their end.",
        "gauge",
        ("account_id",),
        _COVERAGE_DAYS,
    ),
    MetricFamily(
        "coverage_not_read_well",
        "Days of the last 28 whose newest reading is doubtful, unreadable or failed.",
        "gauge",
        ("account_id", "level", "state"),
        _COVERAGE_DAYS,
    ),
    MetricFamily("active_users_count", "People with an active session.", "gauge"),
    MetricFamily("account_freshness_seconds", "Age of each account's newest good reading.", "gauge", ("account_id",)),
    MetricFamily("open_anomalies", "Open anomalies.", "gauge", ("severity",)),
    MetricFamily("open_incidents", "Incidents that need a person.", "gauge", ("kind",)),
    MetricFamily(
        "open_delivery_problems", "What keeps ads from delivering, or soon will.", "gauge", ("kind", "severity")
    ),
    MetricFamily("failing_jobs", "Jobs whose newest run failed.", "gauge", ("job",)),
    MetricFamily("database_connections", "Connections to this database.", "gauge"),
    MetricFamily("database_connections_allowed", "Connections that the server allows.", "gauge"),
    MetricFamily("database_size_bytes", "Size of each of our databases.", "gauge", ("database",)),
    MetricFamily("table_size_bytes", "The twenty largest tables, with their indexes.", "gauge", ("table",)),
    MetricFamily("dagster_runs", "Runs that began in the last day.", "gauge", ("job", "status"), of_dagster=True),
    MetricFamily(
        "dagster_run_seconds", "Mean length of the last day's runs that succeeded.", "gauge", ("job",), of_dagster=True
    ),
    MetricFamily(
        "dagster_step_seconds",
        "Mean length of the last day's steps that succeeded.",
        "gauge",
        ("step",),
        of_dagster=True,
    ),
    MetricFamily(
        "dagster_oldest_run_seconds",
        "Since when the run that has lasted longest runs; 0 for none.",
        "gauge",
        of_dagster=True,
    ),
)
DISTRIBUTIONS = (
    MetricDistribution(
        "campaign_ctr",
        "CTR of active campaigns over the last seven complete days.",
        (0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05),
    ),
    MetricDistribution(
        "campaign_cpa",
        "CPA of active campaigns over the last seven complete days, by currency.",
        (5, 10, 25, 50, 100, 250, 1000),
    ),
    MetricDistribution(
        "campaign_roas",
        "ROAS of active campaigns over the last seven complete days, by currency.",
        (0.5, 1, 1.5, 2, 3, 5, 10),
    ),
)
