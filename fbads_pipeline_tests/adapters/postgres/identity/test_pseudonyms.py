"""People in the audit log: pseudonyms that go with their key, under encryption keys that come, change and get lost."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from fbads_pipeline.adapters.encryption import Cipher, new_key
from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit, append
from fbads_pipeline.adapters.postgres.identity.pseudonyms import CIPHER, encrypt_plain_keys, forget_pseudonyms
from fbads_pipeline.adapters.postgres.server.encrypted_columns import encrypt_anew

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
OLD, NEW = new_key(), new_key()
ANA = "217771740acfb917"


def under(engine, *keys):
    engine.update_execution_options(**{CIPHER: Cipher(SecretStr(",".join(keys))) if keys else None})


def write(engine, actor, **about):
    with engine.begin() as connection:
        append(connection, at=NOW, actor=actor, action="x", details={"by": actor, "list": [ANA, 1]}, **about)


def rows(engine, query):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def actors(engine):
    return [one for (one,) in rows(engine, "select actor from ops.audit_log order by seq")]


@pytest.fixture
def log(migrated_engine):
    """A log under an encryption key, with entries of three people and of the program."""
    under(migrated_engine, OLD)
    write(migrated_engine, ANA, user_id=ANA)
    write(migrated_engine, "slack:U0ANA", user_id=ANA)
    write(migrated_engine, "cli:ana", subject="account:42")
    write(migrated_engine, "fbads", subject="s1")
    return migrated_engine


def test_no_entry_has_a_person_and_readers_see_who_it_was(log):
    (text,) = rows(log, "select string_agg(l::text, ' ') from ops.audit_log as l")[0]
    assert not [one for one in ("slack:U0ANA", "cli:ana") if one in text]
    assert [one.startswith("person:") for one in actors(log)] == [True, True, True, False]
    assert rows(log, "select count(*) from ops.audit_keys where key_plain is not null") == [(0,)]
    newest = PostgresAudit(log).newest(3, before=4)
    assert [one.actor for one in newest] == ["cli:ana", "slack:U0ANA", ANA]
    assert newest[-1].details == {"by": ANA, "list": [ANA, 1]}
    assert PostgresAudit(log).verify() == (4, None)


def test_without_the_key_nobody_tells_whose_it_is_and_no_entry_has_changed(log):
    before = rows(log, "select * from ops.audit_log")
    with log.begin() as connection:
        assert forget_pseudonyms(connection, [ANA, "slack:U0ANA"]) == 2
    assert rows(log, "select * from ops.audit_log") == before and PostgresAudit(log).verify() == (4, None)
    assert ANA not in repr(PostgresAudit(log).newest(9))
    write(log, ANA, user_id=ANA)
    assert actors(log)[-1] not in actors(log)[:-1], "a person of that id is another one"


def test_a_key_that_is_given_to_somebody_else_gives_them_no_entry(log):
    with log.begin() as connection:
        connection.execute(sa.text(f"update ops.audit_keys set person = 'cli:bob' where person = '{ANA}'"))
    shown = [one.actor for one in PostgresAudit(log).newest(9)]
    assert "cli:bob" not in shown and shown[-1].startswith("person:")


def test_encryption_keys_come_change_and_get_lost(migrated_engine):
    write(migrated_engine, ANA, user_id=ANA)
    assert rows(migrated_engine, "select count(*) from ops.audit_keys where key_plain is not null") == [(1,)]
    assert encrypt_plain_keys(migrated_engine) == 0
    under(migrated_engine, OLD)
    assert encrypt_plain_keys(migrated_engine) == 1
    write(migrated_engine, ANA, user_id=ANA)
    assert encrypt_anew(migrated_engine, Cipher(SecretStr(f"{NEW},{OLD}"))) == 1
    under(migrated_engine, NEW)
    write(migrated_engine, ANA, user_id=ANA)
    assert len(set(actors(migrated_engine))) == 1, "one person, whatever their key is encrypted with"
    under(migrated_engine, OLD)
    write(migrated_engine, ANA, user_id=ANA)
    assert len(set(actors(migrated_engine))) == 2, "a lost key locks nobody out"
    assert PostgresAudit(migrated_engine).verify() == (4, None)
