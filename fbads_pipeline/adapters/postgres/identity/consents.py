"""What people read of the privacy notice, and what they refused (`ops.consents`)."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.identity.privacy_notice import NOTICE_VERSION, Consent, ConsentState, Document

SQL = Statements(__package__, "consents.sql")
_NOTICE: Document = "privacy_notice"


class PostgresConsents:
    """One row per statement; the newest one of a document holds."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def newest(self, user_id: str) -> list[Consent]:
        """The newest statement about each document that there is one about."""
        with reading(self._engine) as connection:
            return [Consent(**row) for row in connection.execute(SQL["newest"], {"user_id": user_id}).mappings()]

    def state(self, user_id: str, document: Document, state: ConsentState, *, via: str, now: datetime) -> None:
        """Write it under the notice's version of today, and in the audit log. Who refuses that questions are kept
        loses those that were."""
        values = {"user_id": user_id, "document": document, "state": state, "version": NOTICE_VERSION}
        with self._engine.begin() as connection:
            before = {row.document: row.state for row in connection.execute(SQL["newest"], {"user_id": user_id})}
            connection.execute(SQL["state"], {**values, "via": via, "now": now})
            if (document, state) == ("chat_history", "refused"):
                connection.execute(SQL["forget_questions"], {"user_id": user_id})
            details: dict[str, object] = {
                "entity": {"type": "consent", "id": document},
                "before": before.get(document),
                "after": {"state": state, "version": NOTICE_VERSION},
            }
            append(connection, at=now, actor=user_id, action="consent.stated", user_id=user_id, details=details)


def informed(connection: sa.Connection, user_id: str, now: datetime) -> None:
    """A login was made for them under the notice's version of today."""
    values = {"user_id": user_id, "document": _NOTICE, "version": NOTICE_VERSION, "now": now}
    connection.execute(SQL["state"], {**values, "state": "informed", "via": "creation"})


def acknowledged(connection: sa.Connection, user_id: str, now: datetime) -> None:
    """They logged in, which the login's form says acknowledges the notice; kept once for each version."""
    values = {"user_id": user_id, "document": _NOTICE, "version": NOTICE_VERSION, "now": now}
    connection.execute(SQL["acknowledge_at_login"], values)
