"""A person's data, handed out or erased: in one transaction, and in the audit log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.identity.users import require_other_admin
from fbads_pipeline.domain.identity.personal_data import OF_USERS, PURPOSES

_EXPORT = {
    "identity": """
        select user_id, email, role, language, timezone, sees_all_accounts, created_at, disabled_at
        from ops.users where user_id = :id
    """,
    "accounts": "select account_id, granted_at from ops.account_grants where user_id = :id order by 1",
    "preferences": """
        select channels, least_severity, quiet_from, quiet_until, reports from ops.preferences where user_id = :id
    """,
    "sessions": "select created_at, expires_at, revoked_at from ops.sessions where user_id = :id order by 1",
    "keys": """
        select key_id, name, scopes, created_at, expires_at, revoked_at, last_used_at
        from ops.api_keys where user_id = :id order by created_at
    """,
    "conversations": """
        select session_id, turn, outcome, question, at from ops.conversations where user_id = :id order by at
    """,
    "decisions": """
        select suggestion_id, version, action, reason, via, decided_at
        from ops.decisions where user_id = :id order by decided_at
    """,
    "deliveries": """
        select delivery.alert_id, delivery.title, delivery.state, delivery.sent_at
        from ops.deliveries as delivery
        where delivery.channel = 'email' and delivery.recipient = (select email from ops.users where user_id = :id)
        order by delivery.delivery_id
    """,
    "reports": """
        select kind, account_id, state, asked_at from ops.report_requests where user_id = :id order by asked_at
    """,
    "audit": """
        select at, action, subject, details from ops.audit_log where :id in (actor, subject) order by seq
    """,
}
_FORGET = """
update ops.users set email = :gone, password_hash = null, slack_id = null, disabled_at = coalesce(disabled_at, :now)
where user_id = :id
"""
_FORGET_DELIVERIES = """
update ops.deliveries set recipient = :gone
where channel = 'email' and recipient = (select email from ops.users where user_id = :id)
"""


class PostgresPersonalData:
    """What there is about one user. decrypt: of a stored question; None where there is no key."""

    def __init__(self, engine: sa.Engine, decrypt: Callable[[bytes], str] | None = None) -> None:
        self._engine, self._decrypt = engine, decrypt

    def export(self, user_id: str, *, actor: str, now: datetime) -> dict[str, Any] | None:
        """Everything about them but secrets; None where there is no such user."""
        with self._engine.begin() as connection:
            found = {
                name: [dict(row) for row in connection.execute(sa.text(query), {"id": user_id}).mappings()]
                for name, query in _EXPORT.items()
            }
            if not found["identity"]:
                return None
            append(connection, at=now, actor=actor, action="user.exported", subject=user_id, details={})
        for row in found["conversations"]:
            row["question"] = self._readable(row["question"])
        return {**found, "identity": found["identity"][0], "purposes": dict(PURPOSES)}

    def erase(self, user_id: str, *, actor: str, now: datetime) -> bool:
        """Rows that are only theirs go, their address everywhere; who decided stays, as an id that names nobody.

        False where there is no such user; an erased one is erased again without effect. Raises LastAdmin.
        """
        named = {"id": user_id, "gone": f"erased-{user_id}@erased.invalid", "now": now}
        with self._engine.begin() as connection:
            connection.execute(sa.text("lock table ops.users in share row exclusive mode"))
            role = connection.execute(sa.text("select role from ops.users where user_id = :id"), named).scalar()
            if role is None:
                return False
            if role == "admin":
                require_other_admin(connection, user_id)
            connection.execute(sa.text(_FORGET_DELIVERIES), named)
            for table, columns in OF_USERS.items():
                if columns.get("user_id") == "delete":
                    connection.execute(sa.text(f"delete from ops.{table} where user_id = :id"), named)
            if connection.execute(sa.text(f"{_FORGET} and email <> :gone"), named).rowcount:
                append(connection, at=now, actor=actor, action="user.erased", subject=user_id, details={})
        return True

    def _readable(self, question: Any) -> str | None:
        return None if question is None or self._decrypt is None else self._decrypt(bytes(question))
