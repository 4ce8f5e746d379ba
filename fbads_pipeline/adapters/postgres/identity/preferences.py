"""Users' preferences, and the recipients that come of them."""

from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.identity.preferences import Preferences, recipients_of

SQL = Statements(__package__, "preferences.sql")


class PostgresPreferences:
    """One row per user who has changed something."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, user_id: str) -> Preferences:
        """What they chose, or the defaults."""
        return self._all(user_id).get(user_id, Preferences())

    def keep(self, user_id: str, wanted: Preferences) -> None:
        first, last = wanted.quiet or (None, None)
        values = {
            "user_id": user_id,
            "channels": sorted(wanted.channels),
            "least_severity": wanted.least_severity,
            "quiet_from": first,
            "quiet_until": last,
            "reports": sorted(wanted.reports),
            "money": wanted.money,
        }
        with self._engine.begin() as connection:
            connection.execute(SQL["keep"], values)

    def recipients(self) -> list[Recipient]:
        """Of every user who chose a channel, in the order of their addresses."""
        wanted = {user_id: one for user_id, one in self._all(None).items() if one.channels}
        users = PostgresIdentity(self._engine).users() if wanted else []
        return [one for user in users if user.user_id in wanted for one in recipients_of(user, wanted[user.user_id])]

    def _all(self, user_id: str | None) -> dict[str, Preferences]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["preferences"], {"user_id": user_id}).mappings()
            return {row["user_id"]: _preferences(row) for row in rows}


def _preferences(row: sa.RowMapping | dict[str, Any]) -> Preferences:
    quiet = None if row["quiet_from"] is None else (row["quiet_from"], row["quiet_until"])
    channels, reports = frozenset(row["channels"]), frozenset(row["reports"])
    return Preferences(channels, row["least_severity"], quiet, reports, row["money"])
