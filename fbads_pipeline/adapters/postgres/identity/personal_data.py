"""A person's data, handed out or erased: in one transaction, and in the audit log."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.identity.erasures import ErasureList, replace_in_files
from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.identity.mentions import replace_mentions
from fbads_pipeline.adapters.postgres.identity.users import SQL as USERS
from fbads_pipeline.adapters.postgres.identity.users import require_other_admin
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.identity.personal_data import OF_USERS, is_full_name
from fbads_pipeline.settings import SettingsError

SQL = Statements(__package__, "personal_data.sql")
_EXPORT = "export_"
_ERASED = [table for table, columns in OF_USERS.items() if columns.get("user_id") == "delete"]


class PostgresPersonalData:
    """What is stored about one user. decrypt: of a stored question; None where there is no key. home: the folder whose
    files may name them, and which keeps the list of erasures; None for a database alone. dagster: opens Dagster's."""

    def __init__(
        self,
        engine: sa.Engine,
        decrypt: Callable[[bytes], str] | None = None,
        home: Path | None = None,
        dagster: Callable[[], sa.Engine] | None = None,
    ) -> None:
        self._engine, self._decrypt, self._home, self._dagster = engine, decrypt, home, dagster

    def export(self, user_id: str, *, actor: str, now: datetime) -> dict[str, Any] | None:
        """Part → its rows, everything about them but secrets; None where there is no such user."""
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
        return {**found, "identity": found["identity"][0]}

    def erase(self, user_id: str, *, actor: str, now: datetime) -> bool:
        """Rows that are only theirs go; address, Slack id and name are replaced wherever they stand, files of the home
        included; who decided stays, as an id that names nobody.

        False where there is no such user; an erased one is erased again without effect. Raises LastAdmin.
        """
        replacement = f"erased-{user_id}@erased.invalid"
        named = {"user_id": user_id, "replacement": replacement, "now": now}
        with self._engine.begin() as connection:
            connection.execute(USERS["lock_users"])
            person = connection.execute(SQL["person"], named).one_or_none()
            if person is None:
                return False
            if person.role == "admin":
                require_other_admin(connection, user_id)
            for name in _ERASED:
                table = sa.table(name, sa.column("user_id"), schema="ops")
                connection.execute(sa.delete(table).where(table.c.user_id == user_id))
            phones = connection.execute(SQL["phones"], {"email": person.email}).scalars().all()
            if connection.execute(SQL["erase_user"], named).rowcount:
                recipients = [one.lower() for one in (person.email, person.slack_id, *phones) if one]
                for name in ("forget_unsent", "erase_recipients", "forget_contact", "forget_channels"):
                    connection.execute(SQL[name], {"user_id": user_id, "recipients": recipients})
                addresses = [one for one in (person.email, person.slack_id, *phones) if one]
                replace_mentions(connection, replacement, addresses, person.name)
                self._replace_elsewhere(replacement, addresses, person.name)
                details = _about(user_id, "erased")
                append(connection, at=now, actor=actor, action="user.erased", subject=user_id, details=details)
        if self._home is not None:
            ErasureList(self._home).add(user_id, now)
        return True

    def _replace_elsewhere(self, replacement: str, addresses: Sequence[str], name: str | None) -> None:
        """In the home's files and in Dagster's runs and events, before the erasure counts as done."""
        telling = name if name and is_full_name(name) else None
        if self._home is not None:
            replace_in_files(self._home, [*addresses, *([telling] if telling else [])], replacement)
        if self._dagster is not None:
            opened = self._dagster()
            try:
                with opened.begin() as connection:
                    replace_mentions(connection, replacement, addresses, telling, schema="public")
            finally:
                opened.dispose()

    def erase_again(self, *, now: datetime) -> int:
        """Erase whoever is on the list of erasures and stands in the database, which a restored backup brings back;
        returns how many there were."""
        erased = [] if self._home is None else ErasureList(self._home).user_ids()
        with self._engine.connect() as connection:
            present = connection.execute(SQL["not_erased"], {"user_ids": erased}).scalars().all()
        return sum(self.erase(one, actor="restore", now=now) for one in present)

    def _readable(self, question: Any) -> str | None:
        """None too where no key of today's opens it: the rest is handed out all the same."""
        if question is None or self._decrypt is None:
            return None
        try:
            return self._decrypt(bytes(question))
        except SettingsError:
            return None


def _about(user_id: str, after: str | None = None) -> dict[str, object]:
    """The details of an audit entry; what a person was is not repeated in it."""
    return {
        "entity": {"type": "user", "id": user_id},
        "before": None,
        "after": None if after is None else {"state": after},
    }
