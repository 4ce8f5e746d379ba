"""The account's change log: what was changed, when, by what kind of actor and with which tool."""

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "activities.sql")


class ActivityReader:
    """Events of `raw.activities`; no person stands there."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def changes(self, accounts: Accounts, campaign_id: str | None, *, rows: int) -> list[Row]:
        """Of a campaign and what is below it, or of the accounts; the newest first."""
        values = {"accounts": bound(accounts), "campaign_id": campaign_id, "rows": rows}
        return rows_of(self._engine, SQL["changes"], values)
