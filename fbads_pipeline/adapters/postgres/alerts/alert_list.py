"""Alerts that were written, with what became of their messages, and what is muted: for whoever looks back."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox import SQL, stored_alert
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.domain.alerts.alerts import Alert


class AlertList:
    """Reads only."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def newest(self, accounts: Accounts, *, most: int, skipped: int) -> list[Row]:
        """The newest first, each with `total`, how many there are; deliveries: `channel:state:number` each."""
        values = {"accounts": bound(accounts), "most": most, "skipped": skipped}
        return rows_of(self._engine, SQL["newest_alerts"], values)

    def whole(self, accounts: Accounts, alert_id: str | None = None) -> Alert | None:
        """That alert, or the newest, with all of its text; None without one that may be seen."""
        values = {"accounts": bound(accounts), "alert_id": alert_id}
        with reading(self._engine) as connection:
            row = connection.execute(SQL["newest_whole"], values).mappings().one_or_none()
        return None if row is None else stored_alert(row)

    def mutes(self, accounts: Accounts, now: datetime) -> list[Row]:
        """What is muted now, what ends first first."""
        return rows_of(self._engine, SQL["open_mutes"], {"accounts": bound(accounts), "now": now})
