"""Addresses whose owners ended the messages to them."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.unsubscribing import address_digest, canonical_address

SQL = Statements(__package__, "unsubscribed.sql")


class PostgresUnsubscribed:
    """Written by links in mails, and undone by whoever runs the program."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def end(self, channel: str, address: str, *, now: datetime) -> None:
        """Nothing more is written for that address, and what is queued for it leaves the queue; a second time changes
        nothing."""
        values = {"channel": channel, "digest": address_digest(channel, address), "now": now}
        with self._engine.begin() as connection:
            connection.execute(SQL["unsubscribe"], values)
            waiting = {"channel": channel, "address": canonical_address(address)}
            connection.execute(SQL["drop_waiting"], waiting)

    def resume(self, channel: str, address: str) -> bool:
        """Messages go there again; False where they were not ended."""
        values = {"digest": address_digest(channel, address)}
        with self._engine.begin() as connection:
            return connection.execute(SQL["resubscribe"], values).rowcount > 0

    def digests(self) -> frozenset[str]:
        """Of every address that nothing is sent to."""
        with reading(self._engine) as connection:
            return frozenset(connection.execute(SQL["unsubscribed"]).scalars())
