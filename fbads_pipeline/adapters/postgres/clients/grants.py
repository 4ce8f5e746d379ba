"""Which user was given which client: they see its accounts, those added later too."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity import audit
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "grants.sql")


class PostgresClientGrants:
    """Rights that follow clients; each change is in the audit log, and holds from the next request on."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def grant(self, user_id: str, client_id: int, *, actor: str, now: datetime) -> bool:
        """Gives a user the accounts of a client; False where they have them already."""
        return self._write("grant", "user.client_granted", user_id, client_id, actor, now)

    def revoke(self, user_id: str, client_id: int, *, actor: str, now: datetime) -> bool:
        """Takes them away; False where they did not have them."""
        return self._write("revoke", "user.client_revoked", user_id, client_id, actor, now)

    def users(self, client_ids: Collection[int]) -> dict[int, list[str]]:
        """Client → the addresses of its users, in order."""
        found: dict[int, list[str]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(SQL["users"], {"clients": list(client_ids)}):
                found.setdefault(row.client_id, []).append(row.email)
        return found

    def _write(self, name: str, action: str, user_id: str, client_id: int, actor: str, now: datetime) -> bool:
        with self._engine.begin() as connection:
            values = {"user_id": user_id, "client_id": client_id}
            if connection.execute(SQL[name], values | ({"now": now} if name == "grant" else {})).rowcount == 0:
                return False
            audit.append(
                connection, at=now, actor=actor, action=action, user_id=user_id, details={"client_id": client_id}
            )
        return True
