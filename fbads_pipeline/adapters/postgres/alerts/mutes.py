"""Mutes in `ops`; whoever announces asks `ops.is_muted` in the same statement."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.domain.alerts.mutes import Mute

_MUTE = """
insert into ops.mutes (account_id, campaign_id, rule, until, reason, made_by, made_at)
values (:account_id, :campaign_id, :rule, :until, :reason, :made_by, :now)
returning mute_id
"""
_LIFT = "update ops.mutes set lifted_at = :now where mute_id = :mute_id and lifted_at is null and until > :now"
_STANDING = """
select mute_id, account_id, until, campaign_id, rule, reason
from ops.mutes where lifted_at is null and until > :now order by mute_id
"""


class PostgresMutes:
    """The port Mutes on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def mute(self, mute: Mute, *, made_by: str, now: datetime) -> int:
        with self._engine.begin() as connection:
            values = {**vars(mute), "made_by": made_by, "now": now}
            return int(connection.execute(sa.text(_MUTE), values).scalar_one())

    def lift(self, mute_id: int, *, now: datetime) -> bool:
        with self._engine.begin() as connection:
            return connection.execute(sa.text(_LIFT), {"mute_id": mute_id, "now": now}).rowcount == 1

    def standing(self, *, now: datetime) -> list[tuple[int, Mute]]:
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(_STANDING), {"now": now}).mappings()
            return [(row["mute_id"], Mute(**{k: v for k, v in row.items() if k != "mute_id"})) for row in rows]
