"""Whose the pseudonyms of the audit log are: a random key per person in `ops.audit_keys`, which goes with the person.

Keys are encrypted like every other secret. A home without encryption keys keeps them in clear until it has one; where
no encryption key opens a person's, the person gets a new one, so that nobody is locked out by a log.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.identity.pseudonyms import KEY_BYTES, pseudonym
from fbads_pipeline.settings import SettingsError

SQL = Statements(__package__, "pseudonyms.sql")
# The option of an engine, and so of its connections, that holds the cipher.
CIPHER = "fbads_audit_cipher"


def pseudonyms_of(
    connection: sa.Connection, persons: Iterable[str], texts: Iterable[str], now: datetime
) -> dict[str, str]:
    """Person → the pseudonym of new entries, under their newest key that opens; whoever has none gets one. texts: among
    which there may be others who have one."""
    wanted = list(dict.fromkeys(persons))
    found: dict[str, str] = {}
    asked = [*wanted, *texts]
    for person, name in _known(connection, asked) if asked else ():
        found.setdefault(person, name)
    for person in wanted:
        if person not in found:
            key = secrets.token_bytes(KEY_BYTES)
            connection.execute(SQL["add"], {"person": person, "now": now, **_stored(_cipher(connection), key)})
            found[person] = pseudonym(key, person)
    return found


def all_pseudonyms(connection: sa.Connection, persons: Iterable[str] | None = None) -> dict[str, str]:
    """Pseudonym → person, of these persons, or of everybody whose key opens."""
    wanted = None if persons is None else list(persons)
    return {name: person for person, name in _known(connection, wanted)}


def names_of(connection: sa.Connection) -> Mapping[str, str]:
    """Pseudonym, and id of a user as old entries have it → what a reader of the log is shown: a user's name, else their
    address; the name in Slack or at a command line."""
    shown = {row.person: row.shown for row in connection.execute(SQL["names"])}
    return shown | {name: shown.get(person, person) for name, person in all_pseudonyms(connection).items()}


def forget_pseudonyms(connection: sa.Connection, persons: Iterable[str]) -> int:
    """Nobody can tell any more which entries are theirs; returns how many keys there were."""
    return connection.execute(SQL["forget"], {"persons": list(persons)}).rowcount


def encrypt_plain_keys(engine: sa.Engine) -> int:
    """Encrypt the keys of a home that had no encryption key before, where it has one now; how many."""
    with engine.begin() as connection:
        cipher = _cipher(connection)
        if cipher is None:
            return 0
        rows = connection.execute(SQL["plain"]).all()
        for row in rows:
            encrypted = _stored(cipher, bytes(row.key_plain))["key_encrypted"]
            connection.execute(SQL["encrypt"], {"key_id": row.key_id, "key_encrypted": encrypted})
    return len(rows)


def _known(connection: sa.Connection, persons: list[str] | None) -> Iterable[tuple[str, str]]:
    """Person and pseudonym of each key that opens, newest first."""
    cipher = _cipher(connection)
    for row in connection.execute(SQL["keys"], {"persons": persons}).all():
        key = _opened(cipher, row.key_encrypted, row.key_plain)
        if key is not None:
            yield row.person, pseudonym(key, row.person)


def _cipher(connection: sa.Connection) -> Cipher | None:
    found = connection.get_execution_options().get(CIPHER)
    return found if isinstance(found, Cipher) else None


def _stored(cipher: Cipher | None, key: bytes) -> dict[str, bytes | None]:
    if cipher is None:
        return {"key_encrypted": None, "key_plain": key}
    return {"key_encrypted": cipher.encrypt(key.hex()), "key_plain": None}


def _opened(cipher: Cipher | None, encrypted: bytes | None, plain: bytes | None) -> bytes | None:
    if encrypted is None:
        return None if plain is None else bytes(plain)
    if cipher is None:
        return None
    try:
        return bytes.fromhex(cipher.decrypt(bytes(encrypted), name="key of the audit log"))
    except SettingsError:
        return None
