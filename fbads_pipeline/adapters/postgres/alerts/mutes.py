"""Mutes in `ops`. Whoever announces checks `ops.is_muted` in the same transaction."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.mutes import Mute

SQL = Statements(__package__, "mutes.sql")


class PostgresMutes:
    """The port Mutes on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def mute(self, mute: Mute, *, made_by: str, now: datetime) -> int:
        with self._engine.begin() as connection:
            values = vars(mute) | {"made_by": made_by, "now": now}
            return int(connection.execute(SQL["mute"], values).scalar_one())

    def lift(self, mute_id: int, *, now: datetime) -> bool:
        with self._engine.begin() as connection:
            return connection.execute(SQL["lift"], {"mute_id": mute_id, "now": now}).rowcount == 1

    def active(self, *, now: datetime) -> list[tuple[int, Mute]]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["active"], {"now": now}).mappings()
            return [(row["mute_id"], Mute(**{k: v for k, v in row.items() if k != "mute_id"})) for row in rows]
