"""Persons in the audit log become keyed pseudonyms; the log of before is sealed, with the hashes that it had."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

TABLES = """
create table ops.audit_keys (
    key_id bigint generated always as identity primary key,
    person text not null,
    key_encrypted bytea,
    key_plain bytea,
    made_at timestamptz not null,
    check ((key_encrypted is null) <> (key_plain is null))
);
create index audit_keys_of_person on ops.audit_keys (person, key_id desc);
comment on table ops.audit_keys is
    'Keys of the pseudonyms in the audit log, one or more per person; they go when the person is erased.';
create table ops.audit_originals (
    seq bigint primary key,
    actor text,
    subject text,
    details jsonb,
    check ((actor is null) = (subject is null) and (actor is null) = (details is null))
);
comment on table ops.audit_originals is
    'What entries of the audit log said before persons in it became pseudonyms: what their hashes are of. An erasure'
    ' empties those that name the person.';
"""
OF_THE_PROGRAM = frozenset({"fbads", "demo", "restore", "owner"})
# Keys of details whose texts people wrote, or that name somebody.
_FREE_TEXT = frozenset({"reason", "name", "comment", "note", "email"})
_READ = "select seq, at, actor, action, subject, details, hash from ops.audit_log order by seq"
_USERS = "select user_id, email like 'erased-%@erased.invalid' as is_erased from ops.users"
_CHANGE = """
update ops.audit_log set actor = :actor, subject = :subject, details = cast(:details as jsonb) where seq = :seq
"""
_KEEP = """
insert into ops.audit_originals (seq, actor, subject, details) values (:seq, :actor, :subject, cast(:details as jsonb))
"""
_APPEND = """
insert into ops.audit_log (seq, at, actor, action, subject, details, previous_hash, hash)
values (:seq, :at, 'fbads', 'audit.sealed', :subject, cast(:details as jsonb), :previous, :hash)
"""


def upgrade() -> None:
    op.execute(TABLES)
    connection = op.get_bind()
    entries = connection.execute(sa.text(_READ)).mappings().all()
    if not entries:
        return
    known = connection.execute(sa.text(_USERS)).all()
    users: dict[str, bool] = {row.user_id: row.is_erased for row in known}
    actors = {row["actor"] for row in entries} - OF_THE_PROGRAM
    erased = {one for one, is_erased in users.items() if is_erased}
    names = _named(connection, actors | users.keys(), erased)
    op.execute("alter table ops.audit_log disable trigger audit_is_append_only")
    contents = hashlib.sha256()
    for row in entries:
        was = {name: row[name] for name in ("actor", "subject", "details")}
        now = {name: _without_persons(value, names) for name, value in was.items()}
        if now != was:
            connection.execute(sa.text(_CHANGE), {"seq": row["seq"], **now, "details": _json(now["details"])})
            kept = dict.fromkeys(was) if _may_name(was, erased) else {**was, "details": _json(was["details"])}
            connection.execute(sa.text(_KEEP), {"seq": row["seq"], **kept})
        contents.update(_line({**row, **now}))
    op.execute("alter table ops.audit_log enable trigger audit_is_append_only")
    _seal(connection, dict(entries[-1]), contents.hexdigest())


def _named(connection: sa.Connection, persons: set[str], erased: set[str]) -> dict[str, str]:
    """Person → pseudonym; of those who are erased already nothing leads back to it."""
    names: dict[str, str] = {}
    for person in sorted(persons):
        key = secrets.token_bytes(32)
        names[person] = "person:" + hmac.new(key, person.encode(), hashlib.sha256).hexdigest()[:32]
        if person not in erased:
            add = "insert into ops.audit_keys (person, key_plain, made_at) values (:person, :key, now())"
            connection.execute(sa.text(add), {"person": person, "key": key})
    return names


def _without_persons(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Mapping):
        return {
            key: None if key in _FREE_TEXT and isinstance(one, str) else _without_persons(one, names)
            for key, one in value.items()
        }
    return [_without_persons(one, names) for one in value] if isinstance(value, list) else value


def _may_name(was: Mapping[str, Any], erased: set[str]) -> bool:
    """Whether an entry is about somebody who is erased, or has a text in which nobody can look for them any more."""
    if not erased:
        return False
    texts = _json(was["details"])
    return was["actor"] in erased or was["subject"] in erased or any(f'"{key}":' in texts for key in _FREE_TEXT)


def _seal(connection: sa.Connection, last: Mapping[str, Any], contents: str) -> None:
    seq, at, subject = last["seq"] + 1, datetime.now(UTC), f"1-{last['seq']}"
    details = _json({"entries": last["seq"], "last_hash": last["hash"], "contents": contents})
    written = orjson.dumps([last["hash"], seq, _moment(at), "fbads", "audit.sealed", subject, details])
    row = {"seq": seq, "at": at, "subject": subject, "details": details, "previous": last["hash"]}
    connection.execute(sa.text(_APPEND), {**row, "hash": hashlib.sha256(written).hexdigest()})


def _line(row: Mapping[str, Any]) -> bytes:
    content = [row["seq"], _moment(row["at"]), row["actor"], row["action"], row["subject"], _json(row["details"])]
    return orjson.dumps([*content, row["hash"]]) + b"\n"


def _json(details: Any) -> str:
    return orjson.dumps(details, default=str, option=orjson.OPT_SORT_KEYS).decode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def downgrade() -> None:
    op.execute(
        "alter table ops.audit_log disable trigger audit_is_append_only;"
        " update ops.audit_log as entry set actor = original.actor, subject = original.subject,"
        " details = original.details from ops.audit_originals as original"
        " where original.seq = entry.seq and original.actor is not null;"
        " alter table ops.audit_log enable trigger audit_is_append_only;"
        " drop table ops.audit_originals, ops.audit_keys"
    )
