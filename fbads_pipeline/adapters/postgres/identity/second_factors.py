"""Second factors in `ops`; each change is in the audit log, in the same transaction."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.identity.passwords import digest
from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "second_factors.sql")


class PostgresSecondFactors:
    """The port SecondFactorStore on PostgreSQL. Secrets come and go encrypted, codes are stored as their hashes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def secret(self, user_id: str) -> bytes | None:
        """None for a user without a second factor."""
        with reading(self._engine) as connection:
            found = connection.execute(SQL["secret"], {"user_id": user_id}).scalar()
            return None if found is None else bytes(found)

    def keep(self, user_id: str, secret: bytes, step: int, codes: Sequence[str], *, now: datetime) -> None:
        """step: the one whose code was shown, which counts no second time."""
        with self._engine.begin() as connection:
            connection.execute(SQL["set_secret"], {"user_id": user_id, "secret": secret, "step": step})
            connection.execute(SQL["forget_codes"], {"user_id": user_id})
            rows = [{"hash": digest(one), "user_id": user_id, "now": now} for one in codes]
            connection.execute(SQL["add_code"], rows)
            _note(connection, user_id, user_id, "second_factor.added", None, {"state": "on"}, now)

    def remove(self, user_id: str, *, actor: str, now: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(SQL["set_secret"], {"user_id": user_id, "secret": None, "step": None})
            connection.execute(SQL["forget_codes"], {"user_id": user_id})
            _note(connection, user_id, actor, "second_factor.removed", {"state": "on"}, {"state": "off"}, now)

    def use_step(self, user_id: str, step: int) -> bool:
        """False for a step that was used already, or an earlier one."""
        with self._engine.begin() as connection:
            return connection.execute(SQL["use_step"], {"user_id": user_id, "step": step}).rowcount == 1

    def use_code(self, user_id: str, code: str, *, now: datetime) -> bool:
        """False for one that is used, or not theirs."""
        with self._engine.begin() as connection:
            values = {"user_id": user_id, "hash": digest(code), "now": now}
            return connection.execute(SQL["use_code"], values).rowcount == 1


def _note(
    connection: sa.Connection, user_id: str, actor: str, action: str, before: object, after: object, now: datetime
) -> None:
    details = {"entity": {"type": "user", "id": user_id}, "before": before, "after": after}
    append(connection, at=now, actor=actor, action=action, user_id=user_id, details=details)
