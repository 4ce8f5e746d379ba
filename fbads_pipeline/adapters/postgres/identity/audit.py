"""The audit log: one chain of hashes. An entry is appended in the transaction of the change that it records."""

import hashlib
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.statements import Statements

_LOCK = 0x66626164735F6175  # "fbads_au"
_GENESIS = "0" * 64
# Where the work that is under way was asked for, such as a request of the sidecar: part of every entry that it makes.
ORIGIN: ContextVar[Mapping[str, object] | None] = ContextVar("audit_origin", default=None)
SQL = Statements(__package__, "audit.sql")


def append(
    connection: sa.Connection, *, at: datetime, actor: str, action: str, subject: str, details: Mapping[str, object]
) -> None:
    """One row at the end. Writers queue, so that the chain has no forks.

    details: entity (type, id), before and after, and what else there is to know; the origin is added.
    """
    connection.execute(SQL["lock"], {"key": _LOCK})
    last = connection.execute(SQL["last"]).one_or_none()
    seq, previous = (last.seq + 1, last.hash) if last else (1, _GENESIS)
    row: dict[str, Any] = {"seq": seq, "at": at, "actor": actor, "action": action, "subject": subject}
    origin = ORIGIN.get()
    row["details"] = _json(details if origin is None else {**details, "origin": origin})
    connection.execute(SQL["append"], {**row, "previous": previous, "hash": _hash(previous, **row)})


class PostgresAudit:
    """Reads the audit log."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def verify(self) -> tuple[int, int | None]:
        """How many rows there are, and the first one at which the chain is broken; None where it is whole."""
        previous, count = _GENESIS, 0
        with self._engine.connect().execution_options(stream_results=True) as connection:
            for row in connection.execute(SQL["entries"]).mappings():
                count += 1
                plain = {name: row[name] for name in ("seq", "at", "actor", "action", "subject")}
                expected = _hash(previous, **plain, details=_json(row["details"]))
                if row["seq"] != count or row["previous_hash"] != previous or row["hash"] != expected:
                    return count, int(row["seq"])
                previous = row["hash"]
        return count, None


def _json(details: Mapping[str, object]) -> str:
    return orjson.dumps(details, default=str, option=orjson.OPT_SORT_KEYS).decode()


def _hash(previous: str, *, seq: int, at: datetime, actor: str, action: str, subject: str, details: str) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    content = orjson.dumps([previous, seq, moment, actor, action, subject, details])
    return hashlib.sha256(content).hexdigest()
