"""A person's data, handed out or erased: in one transaction, and in the audit log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.identity.users import SQL as USERS
from fbads_pipeline.adapters.postgres.identity.users import require_other_admin
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.identity.personal_data import OF_USERS, PURPOSES

SQL = Statements(__package__, "personal_data.sql")
_EXPORT = "export_"
_ERASED = [table for table, columns in OF_USERS.items() if columns.get("user_id") == "delete"]


class PostgresPersonalData:
    """What is stored about one user. decrypt: of a stored question; None where there is no key."""

    def __init__(self, engine: sa.Engine, decrypt: Callable[[bytes], str] | None = None) -> None:
        self._engine, self._decrypt = engine, decrypt

    def export(self, user_id: str, *, actor: str, now: datetime) -> dict[str, Any] | None:
        """Everything about them but secrets; None where there is no such user."""
        with self._engine.begin() as connection:
            found = {
                name.removeprefix(_EXPORT): [
                    dict(row) for row in connection.execute(SQL[name], {"user_id": user_id}).mappings()
                ]
                for name in SQL
                if name.startswith(_EXPORT)
            }
            if not found["identity"]:
                return None
            append(connection, at=now, actor=actor, action="user.exported", subject=user_id, details=_about(user_id))
        for row in found["conversations"]:
            row["question"] = self._readable(row["question"])
        return {**found, "identity": found["identity"][0], "purposes": dict(PURPOSES)}

    def erase(self, user_id: str, *, actor: str, now: datetime) -> bool:
        """Rows that are only theirs go, their address everywhere; who decided stays, as an id that names nobody.

        False where there is no such user; an erased one is erased again without effect. Raises LastAdmin.
        """
        named = {"user_id": user_id, "replacement": f"erased-{user_id}@erased.invalid", "now": now}
        with self._engine.begin() as connection:
            connection.execute(USERS["lock_users"])
            role = connection.execute(SQL["role"], named).scalar()
            if role is None:
                return False
            if role == "admin":
                require_other_admin(connection, user_id)
            connection.execute(SQL["erase_deliveries"], named)
            for name in _ERASED:
                table = sa.table(name, sa.column("user_id"), schema="ops")
                connection.execute(sa.delete(table).where(table.c.user_id == user_id))
            if connection.execute(SQL["erase_user"], named).rowcount:
                append(
                    connection,
                    at=now,
                    actor=actor,
                    action="user.erased",
                    subject=user_id,
                    details=_about(user_id, "erased"),
                )
        return True

    def _readable(self, question: Any) -> str | None:
        return None if question is None or self._decrypt is None else self._decrypt(bytes(question))


def _about(user_id: str, after: str | None = None) -> dict[str, object]:
    """The details of an audit entry; what a person was is not repeated in it."""
    return {
        "entity": {"type": "user", "id": user_id},
        "before": None,
        "after": None if after is None else {"state": after},
    }
