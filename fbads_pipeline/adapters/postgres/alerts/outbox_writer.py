"""Alerts into the outbox, inside the transaction of what caused them."""

from collections.abc import Sequence
from datetime import datetime

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox import SQL
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient, route
from fbads_pipeline.domain.core.messages import to_json


def write_alert(connection: sa.Connection, alert: Alert, recipients: Sequence[Recipient], now: datetime) -> bool:
    """The alert and a delivery for each recipient that receives it; False where that alert exists already."""
    stored = {
        "title": orjson.dumps(to_json(alert.title)).decode(),
        "body": orjson.dumps(to_json(alert.body)).decode(),
        "facts": orjson.dumps(dict(alert.facts), default=str).decode(),
    }
    if connection.execute(SQL["write_alert"], vars(alert) | stored | {"now": now}).rowcount == 0:
        return False
    deliveries = [
        {
            "alert_id": alert.alert_id,
            "channel": one.recipient.channel,
            "recipient": one.recipient.address,
            "language": one.recipient.language,
            "wait_seconds": one.wait.total_seconds(),
        }
        for one in route(alert, recipients, now)
    ]
    if deliveries:
        connection.execute(SQL["write_delivery"], deliveries)
    return True
