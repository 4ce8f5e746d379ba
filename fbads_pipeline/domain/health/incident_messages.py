"""Alerts about incidents: what happened, since when, why, what to do; and one when it is over."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, Severity, alert_of
from fbads_pipeline.domain.alerts.brief import Brief, BriefLine
from fbads_pipeline.domain.alerts.titles import headline
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Day, Instant, Joined, Name, Value, lines, message, to_json
from fbads_pipeline.domain.health.incidents import EVERY_ACCOUNT, Incident

INCIDENT, RECOVERY = "incident", "recovery"
_CRITICAL = frozenset({"account_stopped", "token_invalid", "account_disabled", "stale"})
# What happened in this program, and was not reported by Meta.
_OWN = frozenset({"run_failed", "stale", "account_unusable"})


@dataclass(frozen=True)
class IncidentUpdate:
    """An incident that no alert has announced yet, or whose end none has. resolved_at: None while it lasts.

    announced_alert_id: the alert that announced it.
    """

    incident_id: str
    incident: Incident
    resolved_at: datetime | None = None
    announced_alert_id: str | None = None


def compose_incident(update: IncidentUpdate) -> Alert:
    """The one alert about that incident, or about its end, which replies to the first."""
    incident, is_over = update.incident, update.resolved_at is not None
    severity: Severity = "info" if is_over else "critical" if incident.kind in _CRITICAL else "warning"
    return alert_of(
        _text(update),
        account_id=incident.account_id,
        rule=f"{RECOVERY if is_over else INCIDENT}.{incident.kind}",
        entity=incident.entity,
        severity=severity,
        window_start=(update.resolved_at or incident.since).date(),
        occasion=update.incident_id,
        facts={
            "incident_id": update.incident_id,
            "kind": incident.kind,
            "entity": incident.entity,
            "since": incident.since.isoformat(),
            "resolved_at": update.resolved_at.isoformat() if update.resolved_at else None,
            "reason": to_json(_reason(incident)),
        },
        replies_to=update.announced_alert_id if is_over else None,
    )


def _text(update: IncidentUpdate) -> AlertText:
    incident = update.incident
    what = message(f"health.headline.{incident.kind}")
    since, reason = Instant(incident.since, "UTC"), _reason(incident)
    if update.resolved_at is not None:
        ended = Instant(update.resolved_at, "UTC")
        over = message("health.resolved.body", ended=ended, since=since, reason=reason)
        title = headline(_who(incident), message("health.headline.resolved", what=what))
        return AlertText(title, over, Brief((BriefLine("", over),)))
    happened = message("health.since" if incident.kind in _OWN else "health.since_meta", since=since, reason=reason)
    if incident.account_id is not None and incident.name:
        # Accounts of the same name are distinguished, and found at Meta, by their id.
        happened = message("health.of_account", id=incident.account_id, happened=happened)
    to_do = message("health.what_to_do", to_do=message(f"health.to_do.{incident.kind}"))
    title = headline(_who(incident), what, since=_since(incident.since))
    return AlertText(title, lines(happened, "", to_do), Brief((BriefLine("", happened), BriefLine("", to_do))))


def _since(at: datetime) -> Value:
    """desde 23/11 14:00 UTC: accounts of several time zones may be concerned."""
    moment = at.astimezone(UTC)
    return message("alerts.since", when=Joined((Day(moment.date(), is_short=True), f"{moment:%H:%M} UTC"), " "))


def _reason(incident: Incident) -> Value:
    return plain_line(incident.reason) if isinstance(incident.reason, str) else incident.reason


def _who(incident: Incident) -> Value:
    """The account by its name, else its id, or the token, version or job as it is called."""
    if incident.kind == "stale" and incident.entity == EVERY_ACCOUNT:
        return message("health.every_account")
    if incident.account_id is None:
        return Name(incident.name or incident.entity, incident.entity)
    return Name(incident.name, message("core.account", id=incident.account_id))
