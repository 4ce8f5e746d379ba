"""Landing pages of active ads in `ops.link_checks`: how each distinct link was found."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.delivery.links import LinkCheck, LinkFact

SQL = Statements(__package__, "links.sql")


class PostgresLinks:
    """The port Links on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def due(self, *, checked_before: datetime, most: int) -> list[str]:
        with reading(self._engine) as connection:
            values = {"checked_before": checked_before, "most": most}
            return list(connection.execute(SQL["due"], values).scalars())

    def keep(self, url: str, check: LinkCheck, *, now: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(SQL["keep"], {**vars(check), "url": url, "now": now})

    def links(self, accounts: Accounts = None) -> list[Row]:
        """Per visible account and link that was looked at: state, detail, since, ads; the worst first."""
        return rows_of(self._engine, SQL["links"], {"accounts": bound(accounts)})


def link_facts(connection: sa.Connection, now: datetime) -> list[LinkFact]:
    """Links of ads that spend, as far as they were looked at in the last hours."""
    return [LinkFact(**row) for row in connection.execute(SQL["facts"], {"now": now}).mappings()]
