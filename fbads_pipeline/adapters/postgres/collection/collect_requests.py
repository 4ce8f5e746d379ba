"""Requests for collecting runs in PostgreSQL; a sensor of Dagster takes them."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.collect_requests import (
    ASKED_AGAIN_AFTER,
    AskedDays,
    CollectRequest,
    ReadingProgress,
    runs_for,
)
from fbads_pipeline.domain.core.days import DayRange

SQL = Statements(__package__, "collect_requests.sql")


class PostgresCollectRequests:
    """The port CollectRequests on PostgreSQL, and the side of it that asks."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def ask(self, asked_by: str, *, now: datetime) -> int:
        """Ask for what is due; the request's number."""
        with self._engine.begin() as connection:
            return int(connection.execute(SQL["add"], {"by": asked_by, "now": now}).scalar_one())

    def ask_for_days(self, asked_by: str, account_id: str, days: DayRange, *, now: datetime) -> int:
        """Ask for days of an account, newest first; how many runs that makes, without those that were asked for within
        the last hour."""
        shared = {"by": asked_by, "now": now, "account_id": account_id, "recent": now - ASKED_AGAIN_AFTER}
        with self._engine.begin() as connection:
            made = [
                connection.execute(SQL["add_days"], {**shared, "first": part.since, "last": part.until}).first()
                for part in runs_for(days)
            ]
        return len([one for one in made if one is not None])

    def newest_of(self, account_id: str, days: DayRange) -> AskedDays | None:
        """The newest request for days of the account that overlap these, one that still waits before all others."""
        values = {"account_id": account_id, "first": days.since, "last": days.until}
        with reading(self._engine) as connection:
            row = connection.execute(SQL["newest_of_account"], values).first()
        return None if row is None else AskedDays(DayRange(row.first_day, row.last_day), row.asked_at, row.taken_at)

    def progress(self) -> list[ReadingProgress]:
        """How far the requested days of each account are read, of the level of accounts; ordered by account."""
        with reading(self._engine) as connection:
            return [ReadingProgress(*row) for row in connection.execute(SQL["progress"])]

    def take(self) -> CollectRequest | None:
        with self._engine.begin() as connection:
            due = max(connection.execute(SQL["take_due"]).scalars(), default=None)
            if due is not None:
                return CollectRequest(due)
            row = connection.execute(SQL["take_days"]).first()
        if row is None:
            return None
        return CollectRequest(row.request_id, DayRange(row.first_day, row.last_day), tuple(row.account_ids))
