"""Webhooks that were received, each once, and what they settle."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "webhook_receipts.sql")
# Longer than any signature of a webhook stays valid.
_KEPT = timedelta(days=2)


class PostgresReceipts:
    """Receipts of webhooks in `ops`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def is_new(self, source: str, receipt: str, *, now: datetime) -> bool:
        """Whether it comes for the first time; receipts whose signatures have run out are deleted."""
        with self._engine.begin() as connection:
            connection.execute(SQL["forget"], {"before": now - _KEPT})
            values = {"source": source, "receipt": receipt, "now": now}
            return connection.execute(SQL["add"], values).rowcount == 1

    def settle_whatsapp(self, message: str, status: str) -> bool:
        """Whether it is the status of a message that was sent from here."""
        with self._engine.begin() as connection:
            values = {"message": message, "status": status}
            return connection.execute(SQL["settle_whatsapp"], values).rowcount == 1
