"""Webhooks that were received: each once."""

from datetime import datetime, timedelta

import sqlalchemy as sa

_KEPT = timedelta(days=2)
_ADD = "insert into ops.webhook_receipts values (:source, :receipt, :now) on conflict do nothing"
_FORGET = "delete from ops.webhook_receipts where received_at < :before"
# https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components#statuses-object
_SETTLE = """
update ops.deliveries set
    state = case when :status = 'failed' then 'failed' else 'sent' end,
    last_error = case when :status = 'failed' then 'WhatsApp could not deliver it' else last_error end,
    settled_at = clock_timestamp()
where channel = 'whatsapp' and provider_id = :message and :status in ('sent', 'delivered', 'read', 'failed')
"""


class PostgresReceipts:
    """What came in, and what it settles."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def is_new(self, source: str, receipt: str, *, now: datetime) -> bool:
        """Whether it comes for the first time; old ones are forgotten, for their signatures have run out."""
        with self._engine.begin() as connection:
            connection.execute(sa.text(_FORGET), {"before": now - _KEPT})
            named = {"source": source, "receipt": receipt, "now": now}
            return connection.execute(sa.text(_ADD), named).rowcount == 1

    def ask_to_collect(self, asked_by: str, *, now: datetime) -> int:
        """The request's number."""
        with self._engine.begin() as connection:
            query = "insert into ops.collect_requests (asked_by, asked_at) values (:by, :now) returning request_id"
            return int(connection.execute(sa.text(query), {"by": asked_by, "now": now}).scalar_one())

    def take(self) -> int | None:
        """The newest request that no run was launched for; all older ones are taken with it."""
        with self._engine.begin() as connection:
            query = "update ops.collect_requests set taken_at = now() where taken_at is null returning request_id"
            taken = list(connection.execute(sa.text(query)).scalars())
            return max(taken, default=None)

    def settle_whatsapp(self, message: str, status: str) -> bool:
        """Whether it is a message of ours."""
        with self._engine.begin() as connection:
            return connection.execute(sa.text(_SETTLE), {"message": message, "status": status}).rowcount == 1
