"""A person's data, handed out or erased: in one transaction, and in the audit log."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.identity.erasures import (
    ErasureList,
    ErasureReport,
    delete_reports,
    document_names,
    page_names,
    replace_in_files,
)
from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.identity.mentions import pattern_of, replace_mentions
from fbads_pipeline.adapters.postgres.identity.pseudonyms import all_pseudonyms, forget_pseudonyms
from fbads_pipeline.adapters.postgres.identity.users import SQL as USERS
from fbads_pipeline.adapters.postgres.identity.users import require_other_admin
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.identity.personal_data import OF_USERS, is_full_name, squeezed
from fbads_pipeline.domain.identity.pseudonyms import persons_of, with_names
from fbads_pipeline.settings import SettingsError

SQL = Statements(__package__, "personal_data.sql")
_EXPORT = "export_"
_ERASED = [table for table, columns in OF_USERS.items() if columns.get("user_id") == "delete"]


@dataclass(frozen=True)
class _Person:
    """Whom there is to erase. addresses: of mail, Slack and telephone; text: what takes their place."""

    user_id: str
    addresses: tuple[str, ...]
    name: str | None
    persons: tuple[str, ...]
    text: str

    @property
    def recipients(self) -> list[str]:
        return [one.lower() for one in self.addresses]

    @property
    def pattern(self) -> str:
        """Of what people wrote themselves, in which a single word may be their name."""
        return pattern_of(self.addresses, self.name)

    @property
    def telling(self) -> list[str]:
        """What stands for nobody else, wherever it is found."""
        return [*self.addresses, *([self.name] if self.name and is_full_name(self.name) else [])]


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
            person = connection.execute(SQL["person"], {"user_id": user_id}).one_or_none()
            if person is None:
                return None
            names = all_pseudonyms(connection, persons_of(user_id, person.slack_id))
            named = {"user_id": user_id, "pseudonyms": list(names)}
            found = {
                name.removeprefix(_EXPORT): [dict(row) for row in connection.execute(SQL[name], named).mappings()]
                for name in SQL
                if name.startswith(_EXPORT)
            }
            append(connection, at=now, actor=actor, action="user.exported", user_id=user_id, details=_about(user_id))
        found["audit"] = with_names(found["audit"], names)
        for row in found["conversations"]:
            row["question"] = self._readable(row["question"])
        return {**found, "identity": found["identity"][0]}

    def erase(self, user_id: str, *, actor: str, now: datetime) -> ErasureReport | None:
        """Rows that are only theirs go; address, Slack id and name are replaced wherever they stand, files of the home
        included; reports that name them are deleted, and links to such reports end; nobody can tell any more which
        entries of the audit log are theirs. Who decided stays, as an id that names nobody.

        None where there is no such user; an erased one is erased again without effect. Raises LastAdmin.
        """
        text = f"erased-{user_id}@erased.invalid"
        named = {"user_id": user_id, "replacement": text, "now": now}
        with self._engine.begin() as connection:
            connection.execute(USERS["lock_users"])
            found = connection.execute(SQL["person"], named).one_or_none()
            if found is None:
                return None
            if found.role == "admin":
                require_other_admin(connection, user_id)
            for name in _ERASED:
                table = sa.table(name, sa.column("user_id"), schema="ops")
                connection.execute(sa.delete(table).where(table.c.user_id == user_id))
            phones = connection.execute(SQL["phones"], {"email": found.email}).scalars().all()
            addresses = tuple(one for one in (found.email, found.slack_id, *phones) if one)
            person = _Person(user_id, addresses, found.name, persons_of(user_id, found.slack_id), text)
            done = ErasureReport()
            if connection.execute(SQL["erase_user"], named).rowcount:
                done = self._erase_traces(connection, person, actor, now)
        if self._home is None:
            return done
        listed = ErasureList(self._home)
        listed.add(user_id, now, done)
        return listed.report(user_id)

    def _erase_traces(self, connection: sa.Connection, person: _Person, actor: str, now: datetime) -> ErasureReport:
        """Wherever else they stand; the keys of their pseudonyms last, after the entry about the erasure."""
        user_id = person.user_id
        for name in ("forget_unsent", "erase_recipients", "forget_contact", "forget_channels"):
            connection.execute(SQL[name], {"user_id": user_id, "recipients": person.recipients})
        done = self._delete_reports(connection, person, now)
        replace_mentions(connection, person.text, person.addresses, person.name)
        done = replace(done, rewritten_files=self._replace_elsewhere(person))
        details = {**_about(user_id, "erased"), "files": done.rewritten_files + done.deleted_files}
        append(connection, at=now, actor=actor, action="user.erased", user_id=user_id, details=details)
        connection.execute(SQL["empty_originals"], {"persons": list(person.persons), "pattern": person.pattern})
        forget_pseudonyms(connection, person.persons)
        return done

    def _delete_reports(self, connection: sa.Connection, person: _Person, now: datetime) -> ErasureReport:
        """Workbooks and PDF files that name them, and what links lead to."""
        named = connection.execute(SQL["reports_naming"], {"pattern": person.pattern}).scalars().all()
        deleted = 0 if self._home is None else delete_reports(self._home, person.telling, named)
        wanted, ended = [squeezed(one) for one in person.telling], 0
        for row in connection.execute(SQL["shared_copies"]).all():
            document = None if row.document is None else bytes(row.document)
            if page_names(bytes(row.page), wanted) or (document is not None and document_names(document, wanted)):
                ended += connection.execute(SQL["end_link"], {"link_id": row.link_id, "now": now}).rowcount
        return ErasureReport(deleted_files=deleted, ended_links=ended)

    def _replace_elsewhere(self, person: _Person) -> int:
        """In the home's files and in Dagster's runs and events, before the erasure counts as done; how many files."""
        telling = person.name if person.name and is_full_name(person.name) else None
        count = 0 if self._home is None else replace_in_files(self._home, person.telling, person.text)
        if self._dagster is not None:
            opened = self._dagster()
            try:
                with opened.begin() as connection:
                    replace_mentions(connection, person.text, person.addresses, telling, schema="public")
            finally:
                opened.dispose()
        return count

    def erase_again(self, *, now: datetime) -> int:
        """Erase whoever is on the list of erasures and stands in the database, which a restored backup brings back;
        returns how many there were."""
        erased = [] if self._home is None else ErasureList(self._home).user_ids()
        with reading(self._engine) as connection:
            present = connection.execute(SQL["not_erased"], {"user_ids": erased}).scalars().all()
        return sum(self.erase(one, actor="restore", now=now) is not None for one in present)

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
