"""The audit log of an old home: sealed with its hashes, its persons are pseudonyms, and an erasure changes no entry."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.adapters.postgres.identity.personal_data import PostgresPersonalData
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline_tests.support.stored_home import ANA

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
SPOIL = "update ops.audit_log set subject = 's2' where seq = {}"
NAMED = "update ops.users set name = 'Ana Souza', slack_id = 'U0ANA' where user_id = '217771740acfb917'"


@pytest.fixture
def home(home_copy):
    made = engine(home_copy, application_name="fbads tests")
    run(made, NAMED)
    yield made
    made.dispose()


def run(made, statement):
    with made.begin() as connection:
        connection.execute(sa.text("set local session_replication_role = replica"))  # as if there were no trigger
        connection.execute(sa.text(statement))


def rows(made, query):
    with made.connect() as connection:
        return connection.execute(sa.text(query)).all()


def test_what_it_said_is_shown_and_its_hashes_are_those_that_it_had(home, home_before):
    old = home_before.rows("select seq, previous_hash, hash from ops.audit_log order by seq")
    kept = rows(home, "select seq, previous_hash, hash from ops.audit_log order by seq")
    assert [dict(one._mapping) for one in kept][:-1] == old and len(old) == 4
    log = PostgresAudit(home)
    assert (log.verify(), log.withheld()) == ((5, None), 0)
    sealed, applied, login, accepted, added = log.newest(10)
    assert (sealed.action, sealed.details["last_hash"]) == ("audit.sealed", old[-1]["hash"])
    assert (applied.actor, login.actor, login.subject) == ("fbads", "Ana Souza", "Ana Souza")
    assert accepted.actor == "slack:U0ANA" and accepted.details["reason"] == "Ana Souza asked for it"
    assert (added.actor, added.subject) == ("cli:root", "Ana Souza")
    (text,) = rows(home, "select string_agg(l::text, ' ') from ops.audit_log as l")[0]
    assert not [one for one in (ANA, "U0ANA", "Ana Souza", "cli:root") if one in text]
    assert "1.20" in text


CHANGES = {
    SPOIL.format(4): 4,  # of the program: nothing of it was changed, so its own hash holds
    SPOIL.format(2): 5,  # of a person: the seal's digest holds
    "update ops.audit_originals set actor = 'slack:U9' where seq = 2": 2,
    "delete from ops.audit_originals where seq = 2": 2,
    "update ops.audit_log set details = jsonb_set(details, '{contents}', '\"0\"') where seq = 5": 5,
    "delete from ops.audit_log where seq = 5": 1,
}


def test_a_change_of_the_sealed_part_is_found(home):
    tables = ("audit_log", "audit_originals")
    for table in tables:
        run(home, f"create table public.kept_{table} as select * from ops.{table}")
    for change, broken in CHANGES.items():
        run(home, change)
        assert PostgresAudit(home).verify()[1] == broken, change
        for table in tables:
            run(home, f"delete from ops.{table}; insert into ops.{table} select * from public.kept_{table}")
        assert PostgresAudit(home).verify() == (5, None)


def test_an_erasure_takes_what_named_the_person_and_leaves_the_chain_whole(home):
    before = rows(home, "select * from ops.audit_log order by seq")
    assert PostgresPersonalData(home).erase(ANA, actor="restore", now=NOW) is not None
    log = PostgresAudit(home)
    assert (log.verify(), log.withheld()) == ((6, None), 3)
    assert rows(home, "select * from ops.audit_log order by seq")[:-1] == before
    shown = repr(log.newest(10)) + repr(rows(home, "select o::text from ops.audit_originals as o"))
    assert not [one for one in (ANA, "U0ANA", "Ana Souza") if one in shown]
    assert "suggestion.accept" in shown and "1.20" in shown, "what was done stays"
    run(home, SPOIL.format(2))
    assert log.verify()[1] == 5, "what no longer says who is held by the seal"
