"""Messages into the outbox, inside the transaction of what caused them."""

from collections.abc import Sequence
from datetime import datetime

import orjson
import sqlalchemy as sa

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient, route

_WRITE_ALERT = """
insert into ops.alerts (
    alert_id, dedupe_key, account_id, rule, entity, severity, window_start, title, body, title_en, body_en, facts,
    replies_to, created_at
)
values (
    :alert_id, :dedupe_key, :account_id, :rule, :entity, :severity, :window_start, :title, :body, :title_en, :body_en,
    cast(:facts as jsonb), :replies_to, :now
)
on conflict (dedupe_key) do nothing
"""
# Waits are measured by the database's own clock, as everything in the outbox.
_WRITE_DELIVERY = """
insert into ops.deliveries (alert_id, channel, recipient, language, next_attempt_at)
values (:alert_id, :channel, :recipient, :language, clock_timestamp() + make_interval(secs => :wait_seconds))
"""


def write_alert(connection: sa.Connection, alert: Alert, recipients: Sequence[Recipient], now: datetime) -> bool:
    """The alert and a delivery for each recipient that hears it; False where that alert exists already."""
    values = {**vars(alert), "facts": orjson.dumps(dict(alert.facts), default=str).decode(), "now": now}
    if connection.execute(sa.text(_WRITE_ALERT), values).rowcount == 0:
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
        connection.execute(sa.text(_WRITE_DELIVERY), deliveries)
    return True
