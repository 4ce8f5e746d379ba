"""The outbox: at least once, with a lease. A claim is committed before anything is sent.

pending → sending (lease) → sent | failed | pending again (retry) | unknown (may have arrived; sent again, marked).
A sender that dies leaves `sending` behind: after its lease the delivery is due again, as a repeat.
"""

from dataclasses import fields

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.adapters.translation.deliveries import due_delivery
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.alerts.alerts import (
    Alert,
    AnnouncedAlert,
    DeliveryAttempt,
    DueDelivery,
    FailedDelivery,
    delivery_state,
)
from fbads_pipeline.domain.alerts.brief import stored_brief
from fbads_pipeline.domain.core.messages import from_json

SQL = Statements(__package__, "outbox.sql")

_LONGEST_ERROR = 500
_NO_SENDER_LIVED = "every sender died on it; the last attempt may have arrived"
_STORED_AS_JSON = ("title", "body")
_ALERT = [one.name for one in fields(Alert)]
_DELIVERY = ("delivery_id", "channel", "recipient", "attempts", "is_repeat", "announced_at", "language", "thread")


class PostgresOutbox:
    """The port Outbox on PostgreSQL; any number of senders may work at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def claim(self, channel: str, *, lease_seconds: float, max_attempts: int) -> DueDelivery | None:
        values = {"channel": channel, "max_attempts": max_attempts, "error": _NO_SENDER_LIVED}
        with self._engine.begin() as connection:
            connection.execute(SQL["give_up"], values)
            claimed = {"channel": channel, "lease_seconds": lease_seconds}
            row = connection.execute(SQL["claim"], claimed).mappings().one_or_none()
        if row is None:
            return None
        return due_delivery(stored_alert(row), **{name: row[name] for name in _DELIVERY})

    def settle(self, delivery: DueDelivery, attempt: DeliveryAttempt, *, wait_seconds: float | None) -> bool:
        may_have_arrived = attempt.outcome in ("sent", "unknown")
        values = {
            "delivery_id": delivery.delivery_id,
            "attempts": delivery.attempts,
            "state": delivery_state(attempt, is_last=wait_seconds is None),
            "wait_seconds": wait_seconds or 0,
            "provider_id": attempt.provider_id,
            "error": attempt.error[:_LONGEST_ERROR].replace("\0", "") if attempt.error else None,
            "title": delivery.title if may_have_arrived else None,
            "body": delivery.body if may_have_arrived else None,
        }
        with self._engine.begin() as connection:
            return connection.execute(SQL["settle"], values).rowcount == 1

    def due(self) -> dict[str, int]:
        with reading(self._engine) as connection:
            return dict(connection.execute(SQL["due"]).tuples().all())

    def newest(self, last: int) -> list[AnnouncedAlert]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["newest"], {"last": last}).mappings()
            return [AnnouncedAlert(**{**row, "title": from_json(row["title"])}) for row in rows]

    def failed(self, *, hours: int) -> list[FailedDelivery]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["failed"], {"hours": hours}).mappings()
            return [_failed(row) for row in rows]


def stored_alert(row: sa.RowMapping) -> Alert:
    """The alert of a row of `ops.alerts`."""
    values = {name: row[name] for name in _ALERT}
    texts = {name: from_json(values[name]) for name in _STORED_AS_JSON}
    return Alert(**values | texts | {"brief": stored_brief(values["brief"])})


def _failed(row: sa.RowMapping) -> FailedDelivery:
    title = translator().render(from_json(row["title"]), row["language"])
    return FailedDelivery(row["account_id"], title, row["channel"], row["recipient"], row["error"])
