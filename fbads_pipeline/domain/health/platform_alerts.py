"""What Prometheus watches and Alertmanager reports: the platform itself, where the program cannot notice by itself."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, Severity, alert_of
from fbads_pipeline.domain.alerts.brief import Brief, BriefLine
from fbads_pipeline.domain.alerts.titles import headline
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Day, Instant, Joined, lines, message
from fbads_pipeline.domain.health.incident_messages import INCIDENT, RECOVERY

# The rules of config/prometheus/rules.yml by name, each with its words in the catalogues.
PLATFORM_ALERTS: dict[str, Severity] = {
    "api_errors": "warning",
    "api_slow": "warning",
    "backup_old": "warning",
    "clock_skew": "warning",
    "collecting_stopped": "critical",
    "database_connections": "warning",
    "database_down": "critical",
    "disk_full": "critical",
    "memory_low": "warning",
    "messages_stuck": "critical",
    "meta_errors": "warning",
    "redis_down": "critical",
    "run_stuck": "warning",
    "sidecar_down": "critical",
    "workers_gone": "critical",
}


@dataclass(frozen=True)
class PlatformAlert:
    """name: of the rule; fingerprint: of its labels, by Alertmanager; place: the instance; ended_at: None while it
    lasts."""

    name: str
    fingerprint: str
    place: str
    since: datetime
    ended_at: datetime | None = None


def compose_platform_alert(found: PlatformAlert) -> Alert:
    """The one alert about it, or about its end, which replies to the first. Raises KeyError for an unknown name."""
    severity = PLATFORM_ALERTS[found.name]
    first = _alert(found, INCIDENT, severity, _begun(found), None)
    if found.ended_at is None:
        return first
    return _alert(found, RECOVERY, "info", _over(found), first.alert_id)


def _alert(found: PlatformAlert, kind: str, severity: Severity, text: AlertText, replies_to: str | None) -> Alert:
    return alert_of(
        text,
        account_id=None,
        rule=f"{kind}.platform",
        entity=found.name,
        severity=severity,
        window_start=(found.ended_at or found.since).date(),
        occasion=f"{found.fingerprint}:{found.since:%Y%m%dT%H%M%S}",
        facts={"name": found.name, "place": found.place, "since": found.since.isoformat()},
        replies_to=replies_to,
    )


def _begun(found: PlatformAlert) -> AlertText:
    happened = message(
        "health.platform.since", since=Instant(found.since, "UTC"), what=message(f"health.platform.what.{found.name}")
    )
    to_do = message("health.what_to_do", to_do=message(f"health.platform.to_do.{found.name}"))
    moment = found.since.astimezone(UTC)
    since = message("alerts.since", when=Joined((Day(moment.date(), is_short=True), f"{moment:%H:%M} UTC"), " "))
    title = headline(plain_line(found.place), message(f"health.platform.what.{found.name}"), since=since)
    return AlertText(title, lines(happened, "", to_do), Brief((BriefLine("", happened), BriefLine("", to_do))))


def _over(found: PlatformAlert) -> AlertText:
    what = message(f"health.platform.what.{found.name}")
    ended = Instant(found.ended_at or found.since, "UTC")
    over = message("health.platform.over", ended=ended, since=Instant(found.since, "UTC"))
    title = headline(plain_line(found.place), message("health.headline.resolved", what=what))
    return AlertText(title, over, Brief((BriefLine("", over),)))
