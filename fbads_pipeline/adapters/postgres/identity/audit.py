"""The audit log: one chain of hashes over pseudonyms. An entry is appended in the transaction of its change.

What an entry is about and who made it stand in it under keyed pseudonyms, so that an erasure, which deletes the key,
changes no entry (docs/decisions/api/0825). The part of a home from before pseudonyms is sealed: the hashes that it had
stay in the chain, and the entry `audit.sealed` holds a digest of its entries as they read since.
"""

import hashlib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.pseudonyms import names_of, pseudonyms_of
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.identity.pseudonyms import is_person, texts_in, with_names

_LOCK = 0x66626164735F6175  # "fbads_au"
_GENESIS = "0" * 64
# Where the work that is under way was asked for, such as a request of the sidecar: part of every entry that it makes.
ORIGIN: ContextVar[Mapping[str, object] | None] = ContextVar("audit_origin", default=None)
SQL = Statements(__package__, "audit.sql")


@dataclass(frozen=True)
class AuditEntry:
    """One entry as somebody who may read it sees it. actor, subject: a person's name or address while there is one, the
    pseudonym of somebody who was erased."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


def append(
    connection: sa.Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str | None = None,
    user_id: str | None = None,
    details: Mapping[str, object],
) -> None:
    """One row at the end. Writers queue, so that the chain has no forks.

    subject: what it is about; user_id: whom, where it is about a user, who stands there as a pseudonym like the actor.
    details: entity (type, id), before and after, and what else there is to know; the origin is added.
    """
    connection.execute(SQL["lock"], {"key": _LOCK})
    persons = [one for one in (actor, user_id) if one is not None and is_person(one)]
    names = pseudonyms_of(connection, persons, texts_in(details), at)
    last = connection.execute(SQL["last"]).one_or_none()
    seq, previous = (last.seq + 1, last.hash) if last else (1, _GENESIS)
    about = user_id if subject is None else subject
    assert about is not None, "an entry is about something"
    row: dict[str, Any] = {"seq": seq, "at": at, "action": action}
    row |= {"actor": names.get(actor, actor), "subject": names.get(about, about)}
    origin = ORIGIN.get()
    row["details"] = _json(with_names(details if origin is None else {**details, "origin": origin}, names))
    connection.execute(SQL["append"], {**row, "previous": previous, "hash": _hash(previous, **row)})


class PostgresAudit:
    """Reads the audit log."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def verify(self) -> tuple[int, int | None]:
        """How many rows there are, and the first one at which the chain is broken; None where it is whole."""
        previous, count, contents = _GENESIS, 0, hashlib.sha256()
        with self._engine.connect().execution_options(stream_results=True) as connection:
            seal = connection.execute(SQL["seal"]).one_or_none()
            for row in connection.execute(SQL["entries"]).mappings():
                count += 1
                is_sealed = seal is not None and row["seq"] < seal.seq
                if row["seq"] != count or row["previous_hash"] != previous or not _is_own_hash(row, is_sealed):
                    return count, int(row["seq"])
                if is_sealed:
                    contents.update(_line(row))
                elif seal is not None and row["seq"] == seal.seq:
                    found = {"entries": count - 1, "last_hash": previous, "contents": contents.hexdigest()}
                    if found != {name: seal.details.get(name) for name in found}:
                        return count, int(row["seq"])
                previous = row["hash"]
        return count, None

    def withheld(self) -> int:
        """Entries of the sealed part that no longer say all that they said: they named somebody who was erased."""
        with reading(self._engine) as connection:
            count: int = connection.execute(SQL["withheld"]).scalar_one()
        return count

    def newest(self, last: int, *, before: int | None = None) -> list[AuditEntry]:
        """The newest entries, or those before that number, newest first, with the names of whoever was not erased."""
        with reading(self._engine) as connection:
            names = names_of(connection)
            rows = connection.execute(SQL["newest"], {"last": last, "before": before}).mappings().all()
        return [AuditEntry(**{name: with_names(value, names) for name, value in row.items()}) for row in rows]


def _is_own_hash(row: sa.RowMapping, is_sealed: bool) -> bool:
    """Whether the row's hash is that of its content: of a sealed one, as it was written. One whose first content went
    with an erased person is covered by the digest of the sealed part."""
    if is_sealed and row["has_original"] and row["original_actor"] is None:
        return True
    first = "original_" if is_sealed and row["has_original"] else ""
    written = {name: row[first + name] for name in ("actor", "subject")}
    same = {name: row[name] for name in ("seq", "at", "action")}
    return bool(row["hash"] == _hash(row["previous_hash"], **same, **written, details=_json(row[f"{first}details"])))


def _line(row: sa.RowMapping) -> bytes:
    """A row of the sealed part as its digest has it."""
    content = [row["seq"], _moment(row["at"]), row["actor"], row["action"], row["subject"], _json(row["details"])]
    return orjson.dumps([*content, row["hash"]]) + b"\n"


def _json(details: Mapping[str, object]) -> str:
    return orjson.dumps(details, default=str, option=orjson.OPT_SORT_KEYS).decode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _hash(previous: str, *, seq: int, at: datetime, actor: str, action: str, subject: str, details: str) -> str:
    content = orjson.dumps([previous, seq, _moment(at), actor, action, subject, details])
    return hashlib.sha256(content).hexdigest()
