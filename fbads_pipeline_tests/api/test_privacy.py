"""A person's data: handed out without secrets, erased everywhere, and every column classified."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import SecretStr

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.chat.conversations import PostgresConversations
from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.adapters.postgres.identity.mentions import mentions
from fbads_pipeline.adapters.postgres.identity.personal_data import PostgresPersonalData
from fbads_pipeline.adapters.postgres.identity.retention import PostgresRetention
from fbads_pipeline.api.app import create_app
from fbads_pipeline.bootstrap.identity import erase_again
from fbads_pipeline.domain.identity.personal_data import (
    OF_CONTACTS,
    OF_NOBODY,
    OF_THE_PROGRAM,
    OF_USERS,
    RETENTION,
    TELLING,
    VIEWS,
)
from fbads_pipeline.domain.identity.privacy_notice import NOTICE_VERSION, PURPOSES
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.adapters.rendering.test_formats import a_report, rendered
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.api.test_decisions import rows
from fbads_pipeline_tests.support.people import PASSWORD, People

APP_SECRET = "canary-app-secret"


@pytest.fixture
def app(database, tmp_path, monkeypatch):
    """The sidecar in a home of its own, since an erasure writes there."""
    monkeypatch.setenv("FBADS_NOW", "2026-11-10T12:00:00-03:00")
    return create_app(load_settings(home=tmp_path), database)


@pytest.fixture
def people(app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text("update ops.suggestions set expires_at = '2026-11-20T00:00:00Z'"))
    return People(app, database)


@pytest.fixture
def busy(people, database):
    """An approver who has decided, keeps a session, and was written to."""
    client = people.logged_in("approver")
    assert client.post("/api/v1/suggestions/s101/accept", {"version": 1, "reason": "ok"}).status_code == 200
    client.post(
        "/api/v1/me", {"alerts": {"channels": ["email"], "least_severity": "info", "reports": []}}, method="PATCH"
    )
    (user,) = people.identity.users()
    with database.owner.begin() as connection:
        connection.execute(
            sa.text(
                "insert into ops.alerts (alert_id, dedupe_key, account_id, rule, entity, severity, window_start, title,"
                " body, facts, created_at) values ('a', 'a', '42', 'r', 'e', 'info', current_date,"
                " '\"t\"', '\"b\"', '{}', now()); insert into ops.deliveries (alert_id, channel, recipient,"
                " next_attempt_at, title) values ('a', 'email', :email, now(), 't');"
                " insert into ops.conversations values (:id, 's', 1, null, 'answered', '[]', null, now())"
            ),
            {"email": user.email, "id": user.user_id},
        )
    return client, user


def test_every_column_that_promises_a_person_is_classified(database):
    found = rows(database, "select table_name, column_name from information_schema.columns where table_schema = 'ops'")
    tables = {table for table, _ in found}
    assert tables - VIEWS == set(OF_USERS) | OF_NOBODY, "a table is new, or gone"
    known = {(table, column) for table, columns in OF_USERS.items() for column in columns}
    assert known <= set(found), "a classified column is gone"
    unclassified = {one for one in found if one[1] in TELLING and one[0] in OF_USERS} - known - OF_THE_PROGRAM
    assert not unclassified
    of_contacts = {(table, column) for table, columns in OF_CONTACTS.items() for column in columns}
    assert {one for one in found if one[1].startswith("contact_")} <= of_contacts <= set(found)


def test_one_takes_ones_own_data_along_without_a_secret(busy, database):
    client, user = busy
    answer = client.get("/api/v1/me/export")
    told = answer.json()
    assert told["identity"]["email"] == user.email and told["decisions"][0]["reason"] == "ok"
    assert [one["title"] for one in told["deliveries"]] == ["t"] and len(told["conversations"]) == 1
    assert told["purposes"]["decisions"]["basis"] and told["preferences"][0]["channels"] == ["email"]
    assert [one["state"] for one in told["consents"]] == ["informed", "acknowledged"]
    other = partial(Cipher(SecretStr(Fernet.generate_key().decode())).decrypt, name="question")
    unreadable = PostgresPersonalData(database.owner, other).export(user.user_id, actor="test", now=datetime.now(UTC))
    assert [one["question"] for one in unreadable["conversations"]] == [None]
    for secret in (PASSWORD, "argon2", "hash", "csrf"):
        assert secret not in answer.text
    exported = [one for one in PostgresAudit(database.owner).newest(100) if one.action == "user.exported"]
    assert [(one.actor, one.subject) for one in exported] == [("test", user.email), (user.email, user.email)]
    assert {one["subject"] for one in told["audit"] if one["action"] == "login"} == {user.user_id}


def test_an_erased_person_is_nowhere_but_in_an_id_that_names_nobody(people, busy, database):
    client, user = busy
    officer = people.with_key("dpo")
    first, again = (officer.get(f"/api/v1/users/{user.user_id}/data", method="DELETE") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202) and first.json() == again.json()
    assert client.get("/api/v1/me").status_code == 401
    for (table,) in rows(database, "select table_name from information_schema.tables where table_schema = 'ops'"):
        shown = rows(database, f"select t::text from ops.{table} as t")
        assert not [one for (one,) in shown if user.email in one], table
    assert rows(database, f"select count(*) from ops.sessions where user_id = '{user.user_id}'") == [(0,)]
    assert rows(database, "select user_id from ops.decisions") == [(user.user_id,)]
    assert rows(database, "select count(*) from ops.audit_log where action = 'user.erased'") == [(1,)]
    assert PostgresAudit(database.owner).verify()[1] is None
    log = rows(database, "select l::text from ops.audit_log as l")
    assert len(log) > 3 and not [one for (one,) in log if user.user_id in one], "not even the id"
    assert rows(database, f"select count(*) from ops.audit_keys where person = '{user.user_id}'") == [(0,)]
    actors = [(one.action, one.actor) for one in PostgresAudit(database.owner).newest(100)]
    assert ("user.erased", "dpo1@agencia.example") in actors, "whoever is still there has a name"
    assert [one for action, one in actors if action == "suggestion.accept"][0].startswith("person:")


def test_an_erased_person_is_found_in_other_spellings_free_text_and_files(app, people, busy, database):
    client, user = busy
    home = app.state.settings.home_path
    (home / "outbox").mkdir(parents=True, exist_ok=True)
    said = {"version": 1, "reason": f"Zélia Prado asked for it, {user.email}"}
    assert client.post("/api/v1/suggestions/s102/reject", said).status_code == 200
    address = user.email.replace("@", "%40")
    printed = home / "dagster" / "storage" / "r1" / "compute_logs"
    printed.mkdir(parents=True)
    (printed / "x.err").write_text(f"to {user.email.upper()}, ?address={address}, ZÉLIA PRADO, U0ZELIA\n")
    dagsters = sa.create_engine(database.dagster_url)
    with dagsters.begin() as connection:
        connection.execute(sa.text("create table event_logs (event text)"))
        quoted = json.dumps({"error": f"550 {user.email}: Zélia Prado (Z\u00c9LIA PRADO)"})
        connection.execute(sa.text("insert into event_logs values (:event)"), {"event": quoted})
    (home / "outbox" / "dry_run.jsonl").write_text(f'{{"recipient": "{user.email.upper()}"}}\n{{"recipient": "b@x"}}\n')
    with database.owner.begin() as connection:
        connection.execute(
            sa.text("update ops.users set name = 'Zélia Prado', slack_id = 'U0ZELIA' where user_id = :id"),
            {"id": user.user_id},
        )
        connection.execute(
            sa.text(
                "insert into ops.deliveries (alert_id, channel, recipient, next_attempt_at, title, body) values"
                " ('a', 'email', :spelling, now(), 't', 'by U0ZELIA'), ('a', 'slack', 'U0ZELIA', now(), 't', 'b');"
                " update ops.deliveries set state = 'sent';"
                " insert into ops.deliveries (alert_id, channel, recipient, next_attempt_at) values"
                " ('a', 'whatsapp', 'u0zelia', now());"
                " insert into ops.clients (name, contact_name, contact_email, contact_phone, language, set_at, set_by,"
                " channels) values ('Loja', 'Zélia Prado', :spelling, '+5511987654321', 'pt', now(), 'x',"
                " jsonb_build_array(jsonb_build_object('channel', 'email', 'address', cast(:spelling as text)),"
                ' \'{"channel": "slack", "address": "U0ZELIA"}\'::jsonb,'
                ' \'{"channel": "slack", "address": "C1"}\'::jsonb));'
                " insert into ops.deliveries (alert_id, channel, recipient, next_attempt_at) values"
                " ('a', 'whatsapp', '+5511987654321', now());"
                " update ops.decisions set reason = 'zélia prado said so; write to ' || :spelling;"
                " update ops.alerts set facts = jsonb_build_object('to', jsonb_build_array(cast(:spelling as text)))"
            ),
            {"spelling": user.email.title()},
        )
    assert people.with_key("dpo").get(f"/api/v1/users/{user.user_id}/data", method="DELETE").status_code == 202
    with database.owner.connect() as connection:
        for text in (user.email, "U0ZELIA", "Zélia Prado", "5511987654321"):
            assert mentions(connection, text) == []
    assert people.with_key("admin").get("/api/v1/clients").status_code == 200, "what stays can be read"
    assert rows(database, "select contact_phone, contact_email, channels from ops.clients") == [
        (None, None, [{"channel": "slack", "address": "C1"}])
    ]
    assert rows(database, "select count(*) from ops.deliveries where recipient like 'erased-%'") == [(3,)]
    assert rows(database, "select count(*) from ops.deliveries") == [(3,)], "what waited goes"
    kept = (home / "outbox" / "dry_run.jsonl").read_text()
    assert user.email.lower() not in kept.lower() and '"b@x"' in kept
    printed = (home / "dagster" / "storage" / "r1" / "compute_logs" / "x.err").read_text()
    assert printed.count("erased-") == 4 and "lia" not in printed.lower()
    with dagsters.connect() as connection:
        (event,) = connection.execute(sa.text("select event from event_logs")).scalars()
    assert event.count("erased-") == 3 and "lia" not in event.lower()
    dagsters.dispose()
    assert PostgresAudit(database.owner).verify()[1] is None


def test_reports_that_name_whom_is_erased_are_deleted_and_links_to_them_end(app, people, busy, database):
    _, user = busy
    exports = app.state.settings.home_path / "exports"
    exports.mkdir()
    named = replace(a_report(), comment=f"Zélia\nPrado: {user.email.upper()}")
    for name, report in {"named": named, "other": a_report(), "listed": a_report()}.items():
        for kind in ("pdf", "xlsx", "html"):
            (exports / f"{name}.{kind}").write_bytes(rendered(kind, report))
    (exports / "broken.xlsx").write_bytes(b"PK")
    link = (
        "insert into ops.report_links (link_id, secret_digest, report_id, kind, name, language, made_by, made_at,"
        " expires_at, has_document, page, document) values (:id, encode(sha256(cast(:id as bytea)), 'hex'), 'r',"
        " 'weekly', 'n', 'pt', 'x', now(), now() + interval '9 days', true, :page, :document)"
    )
    comment = (
        "insert into ops.reports (report_id, kind, account_id, first_day, last_day, files, state, comment, made_at)"
        " values ('r', 'weekly', '42', current_date, current_date, '[{\"name\": \"listed.pdf\"}]', 'sent',"
        " 'zélia asked', now())"
    )
    with database.owner.begin() as connection:
        connection.execute(sa.text(comment))
        for name in ("named", "other"):
            page, document = ((exports / f"{name}.{kind}").read_bytes() for kind in ("html", "pdf"))
            connection.execute(sa.text(link), {"id": f"page of {name}", "page": page, "document": None})
            connection.execute(sa.text(link), {"id": f"pdf of {name}", "page": b"p", "document": document})
        connection.execute(sa.text("update ops.users set name = 'Zélia' where user_id = :id"), {"id": user.user_id})
    officer, path = people.with_key("dpo"), f"/api/v1/users/{user.user_id}/data"
    answers = [officer.get(path, method="DELETE").json() for _ in range(2)]
    told = {name: answers[0][name] for name in ("rewritten_files", "deleted_files", "ended_links")}
    assert told == {"rewritten_files": 1, "deleted_files": 4, "ended_links": 2} and answers[0] == answers[1]
    kept = {one.name for one in exports.iterdir()}
    assert kept == {"named.html", "other.html", "listed.html", "listed.xlsx", "other.pdf", "other.xlsx"}
    assert user.email.upper() not in (exports / "named.html").read_text().upper()
    assert rows(database, "select link_id from ops.report_links where revoked_at is null order by link_id") == [
        ("page of other",),
        ("pdf of other",),
    ]
    (line,) = (app.state.settings.home_path / "erasures.jsonl").read_text().splitlines()
    assert json.loads(line)["report"] == told


def test_whom_a_restored_backup_brings_back_is_erased_again(app, people, busy, database):
    _, user = busy
    people.with_key("dpo").get(f"/api/v1/users/{user.user_id}/data", method="DELETE")
    with database.owner.begin() as connection:
        connection.execute(
            sa.text("update ops.users set email = :email, disabled_at = null where user_id = :id"),
            {"email": user.email, "id": user.user_id},
        )
    settings = app.state.settings
    assert erase_again(settings, database) == 1
    assert erase_again(settings, database) == 0
    with database.owner.connect() as connection:
        assert mentions(connection, user.email) == []
    listed = (settings.home_path / "erasures.jsonl").read_text()
    assert listed.count(user.user_id) == 1 and user.email not in listed


def test_what_one_was_told_and_refuses_is_kept_with_version_and_time(people, database):
    client = people.logged_in("analyst")
    (notice,) = client.get("/api/v1/me/consents").json()
    assert (notice["document"], notice["state"], notice["via"]) == ("privacy_notice", "acknowledged", "login")
    assert notice["version"] == NOTICE_VERSION and notice["at"]
    wrong = client.post("/api/v1/me/consents", {"document": "chat_history", "state": "acknowledged"})
    assert wrong.status_code == 422 and "refused, allowed" in wrong.text
    (user,) = people.identity.users()
    conversations = PostgresConversations(database.owner, Cipher(SecretStr(Fernet.generate_key().decode())))

    def ask(turn):
        conversations.keep(user.user_id, "s", question="quanto?", plan=None, outcome="answered", queries=(), now=turn)
        return rows(database, "select question is not null from ops.conversations order by turn")

    now = datetime.now(UTC)
    assert ask(now) == [(True,)]
    refused = client.post("/api/v1/me/consents", {"document": "chat_history", "state": "refused"})
    assert refused.status_code == 201 and {one["state"] for one in refused.json()} == {"acknowledged", "refused"}
    assert ask(now) == [(False,), (False,)], "what was kept goes, what comes is not kept"
    client.post("/api/v1/me/consents", {"document": "chat_history", "state": "allowed"})
    assert ask(now) == [(False,), (False,), (True,)]
    assert rows(database, "select count(*) from ops.audit_log where action = 'consent.stated'") == [(2,)]


def test_the_notice_is_public_names_the_contact_and_every_purpose(database):
    app = create_app(load_settings(dpo_contact="encarregado@agencia.example"), database)
    page = Client(app, **{"accept-language": "pt-BR"}).get("/privacy")
    assert page.status_code == 200 and "encarregado@agencia.example" in page.text and NOTICE_VERSION in page.text
    assert page.text.count("LGPD, art. 7") + page.text.count("Marco Civil") == len(PURPOSES)
    assert "/privacy" in Client(app).get("/login").text


def test_what_is_older_than_the_notice_says_goes_and_the_rest_stays(people, busy, database):
    _, user = busy
    now = datetime.now(UTC)
    with database.owner.begin() as connection:
        connection.execute(
            sa.text(
                "insert into ops.conversations values (:id, 'old', 1, null, 'answered', '[]', null, :old);"
                " insert into ops.sessions (session_hash, user_id, csrf_token, created_at, expires_at)"
                " values ('old', :id, 'c', :old, :old); update ops.deliveries set state = 'sent', settled_at = :old"
            ),
            {"id": user.user_id, "old": now - timedelta(days=400)},
        )
    done = PostgresRetention(database.owner).apply(now=now)
    assert set(done) == {rule.table for rule in RETENTION}
    assert {name: count for name, count in done.items() if count} == {
        "conversations": 1,
        "sessions": 1,
        "deliveries": 1,
    }
    assert rows(database, "select recipient = 'forgotten-' || delivery_id from ops.deliveries") == [(True,)]
    assert rows(database, "select count(*) from ops.sessions") == [(1,)]
    assert not any(PostgresRetention(database.owner).apply(now=now).values()), "a second time there is nothing to do"


def test_every_table_of_users_is_kept_until_the_erasure_or_has_its_time():
    timed = {rule.table for rule in RETENTION}
    assert timed <= set(OF_USERS)
    with_login = {
        "users",
        "account_grants",
        "recovery_codes",
        "preferences",
        "column_sets",
        "client_grants",
        "consents",
        "audit_keys",
        "audit_originals",
    }
    evidence = {table for table, columns in OF_USERS.items() if set(columns.values()) == {"pseudonym"}}
    assert set(OF_USERS) == timed | with_login | evidence


def test_the_last_admin_and_strangers_are_not_erased(people, database):
    admin = people.add("admin")
    officer = people.with_key("dpo")
    assert officer.get(f"/api/v1/users/{admin.user_id}/data", method="DELETE").status_code == 409
    assert officer.get(f"/api/v1/users/{'0' * 16}/data", method="DELETE").status_code == 404
    assert people.with_key("viewer").get(f"/api/v1/users/{admin.user_id}/export").status_code == 403


def a_signed_request(said, secret=APP_SECRET):
    payload = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    signature = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(signature).decode().rstrip('=')}.{payload}"


class TestMetasCallback:
    PATH = "/api/v1/webhooks/meta/data-deletion"
    SAID = {"algorithm": "HMAC-SHA256", "user_id": "218471", "issued_at": 1_700_000_000}

    @pytest.fixture
    def client(self, database):
        return Client(create_app(load_settings(app_secret=APP_SECRET, public_url="https://ads.example"), database))

    def test_it_is_taken_once_and_its_state_can_be_seen(self, client, database):
        first, again = (
            client.send("POST", self.PATH, data={"signed_request": a_signed_request(self.SAID)}) for _ in range(2)
        )
        assert first.status_code == 200, first.text
        assert first.json() == again.json() and first.json()["url"].startswith("https://ads.example/api/v1/")
        state = client.get(f"{self.PATH}/{first.json()['confirmation_code']}").json()
        assert state["found"] == 0
        assert "218471" not in str(rows(database, "select t::text from ops.deletion_requests as t"))

    @pytest.mark.parametrize(
        "text",
        [
            a_signed_request(SAID, "another"),
            a_signed_request({**SAID, "algorithm": "none"}),
            a_signed_request({"algorithm": "HMAC-SHA256"}),
            "x.y",
            "%%%.@",
            ".",
        ],
    )
    def test_what_is_not_metas_is_refused(self, client, text):
        assert client.send("POST", self.PATH, data={"signed_request": text}).status_code == 401

    def test_without_the_apps_secret_there_is_no_such_address(self, app):
        answer = Client(app).send("POST", self.PATH, data={"signed_request": a_signed_request(self.SAID)})
        assert answer.status_code == 404
