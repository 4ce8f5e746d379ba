"""Alerts into the outbox, inside the transaction of what caused them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox import SQL
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.brief import brief_json
from fbads_pipeline.domain.alerts.routing import Recipient, route
from fbads_pipeline.domain.core.messages import Headline, Name, Value, to_json


def write_alert(connection: sa.Connection, alert: Alert, recipients: Sequence[Recipient], now: datetime) -> bool:
    """The alert and a delivery for each recipient that receives it; False where that alert exists already."""
    brief = brief_json(alert.brief)
    stored = {
        "title": orjson.dumps(to_json(_named(connection, alert))).decode(),
        "body": orjson.dumps(to_json(alert.body)).decode(),
        "facts": orjson.dumps(dict(alert.facts), default=str).decode(),
        "brief": None if brief is None else orjson.dumps(brief, default=str).decode(),
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


def _named(connection: sa.Connection, alert: Alert) -> Value:
    """The title with the client's name, as far as the account has a client; else with the account's."""
    if alert.account_id is None or not isinstance(alert.title, Headline):
        return alert.title
    name = connection.execute(SQL["concerned"], {"account_id": alert.account_id}).scalar()
    who = Name(name, "")
    return alert.title if who.name is None else replace(alert.title, who=who)
