"""What Prometheus' Alertmanager reports of the platform.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

import hmac
from dataclasses import replace
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Request
from pydantic import BaseModel, Field

from fbads_pipeline.api.dependencies import ClockDep, IncidentsDep, OutboxDep, RecipientsDep, SettingsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.rate_limits import WEBHOOKS_PER_MINUTE, at_most
from fbads_pipeline.bootstrap.alerts import channels
from fbads_pipeline.domain.health.platform_alerts import PLATFORM_ALERTS, PlatformAlert, compose_platform_alert
from fbads_pipeline.ports.alerts import Outbox
from fbads_pipeline.services.alerts.dispatch_alerts import dispatch_alerts
from fbads_pipeline.settings import Settings

router = APIRouter(
    prefix="/api/v1/webhooks", tags=["webhooks"], dependencies=[Depends(at_most("webhook", WEBHOOKS_PER_MINUTE))]
)


class ReportedLabels(BaseModel):
    """Labels that count; Alertmanager sends more."""

    alertname: str = Field(max_length=100)
    instance: str = Field("", max_length=200)


class ReportedAlert(BaseModel):
    """One alert of Alertmanager's message."""

    status: Literal["firing", "resolved"]
    labels: ReportedLabels
    fingerprint: str = Field(pattern=r"^[0-9a-f]{1,32}$")
    startsAt: datetime
    endsAt: datetime | None = None


class AlertmanagerReport(BaseModel):
    """Alertmanager's message."""

    version: Literal["4"]
    alerts: list[ReportedAlert] = Field(max_length=100)


class AlertsTaken(BaseModel):
    """kept: alerts that are new; the others were reported before."""

    kept: int


def shown_token(request: Request) -> None:
    """Raises ApiError where the request does not show FBADS_ALERTMANAGER_TOKEN."""
    settings: Settings = request.app.state.settings
    if settings.alertmanager_token is None:
        raise ApiError(404, "not_found", "not_found")
    wanted = f"Bearer {settings.alertmanager_token.get_secret_value()}"
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted.encode()):
        raise ApiError(401, "unauthenticated", "invalid_token")


def _send(outbox: Outbox, settings: Settings) -> None:
    """At once, by the sidecar itself: Dagster, which sends messages otherwise, may be what is down."""
    dispatch_alerts(outbox, channels(settings))


@router.post("/alertmanager", dependencies=[Depends(shown_token)], responses=documented(404, 422, 429))
def alertmanager(
    report: AlertmanagerReport,
    incidents: IncidentsDep,
    recipients: RecipientsDep,
    outbox: OutboxDep,
    settings: SettingsDep,
    clock: ClockDep,
    background: BackgroundTasks,
) -> AlertsTaken:
    """Alerts of the platform, sent to whoever receives incidents. Those of rules that are not ours are left out."""
    receiving, now = recipients.everybody(), clock.now()
    kept = 0
    for one in report.alerts:
        if one.labels.alertname not in PLATFORM_ALERTS:
            continue
        place = one.labels.instance or one.labels.alertname
        begun = PlatformAlert(one.labels.alertname, one.fingerprint, place, one.startsAt)
        # The end replies to the beginning, which may never have arrived.
        ends = [replace(begun, ended_at=one.endsAt)] if one.status == "resolved" else []
        for found in (begun, *ends):
            kept += incidents.announce_platform(compose_platform_alert(found), receiving, now=now)
    if kept:
        background.add_task(_send, outbox, settings)
    return AlertsTaken(kept=kept)
