"""Deciding: once, of the version that was read, by somebody who may, and in the log."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline_tests.api.conftest import HOSTILE
from fbads_pipeline_tests.support.people import People

ACCEPT = "/api/v1/suggestions/s101/accept"


@pytest.fixture
def people(app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text("update ops.suggestions set expires_at = '2026-11-20T00:00:00Z'"))
    return People(app, database)


@pytest.fixture
def approver(people):
    return people.with_key("approver")


def rows(database, query):
    with database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_an_accepted_one_is_accepted_with_who_when_and_the_next_version(approver, database):
    answer = approver.post(ACCEPT, {"version": 1, "reason": "faz sentido"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["status"], told["version"], told["action"]) == ("ACCEPTED", 2, "accept")
    shown = approver.get("/api/v1/suggestions/s101").json()
    assert (shown["status"], shown["version"], shown["decision_reason"]) == ("ACCEPTED", 2, "faz sentido")
    assert datetime.fromisoformat(shown["decided_at"]) == datetime(2026, 11, 10, 15, tzinfo=UTC)
    ((action, subject, via),) = rows(
        database, "select action, subject, details ->> 'via' from ops.audit_log where action like 'suggestion%'"
    )
    assert (action, subject, via) == ("suggestion.accept", "s101", "key")
    assert PostgresAudit(database.owner).verify()[1] is None


def test_of_twenty_at_once_one_wins_and_the_others_are_told(people, database):
    approver = people.with_key("approver")
    answers = []

    def accept():
        client = type(approver)(approver._app, **approver.headers)
        answers.append(client.post(ACCEPT, {"version": 1}).status_code)

    threads = [threading.Thread(target=accept) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 19
    assert rows(database, "select count(*) from ops.decisions") == [(1,)]
    assert rows(database, "select count(*) from ops.audit_log where action = 'suggestion.accept'") == [(1,)]


def test_the_same_key_answers_the_same_and_decides_once(approver, database):
    first, again = (approver.post(ACCEPT, {"version": 1}, **{"Idempotency-Key": "k-1"}) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert rows(database, "select count(*) from ops.decisions") == [(1,)]
    other = approver.post(ACCEPT, {"version": 2}, **{"Idempotency-Key": "k-1"})
    assert (other.status_code, "used for another decision" in other.text) == (422, True)


def test_a_key_of_a_decision_that_failed_may_be_used_again(approver):
    key = {"Idempotency-Key": "k-2"}
    assert approver.post(ACCEPT, {"version": 9}, **key).status_code == 409
    assert approver.post(ACCEPT, {"version": 1}, **key).status_code == 200


@pytest.mark.parametrize(
    ("action", "body", "status", "says"),
    [
        ("accept", {"version": 2}, 409, "at version 1 by now, not at 2"),
        ("reject", {"version": 1}, 422, "reason"),
        ("reject", {"version": 1, "reason": " \u202e\u200b "}, 422, "say why"),
        ("snooze", {"version": 1, "until": "2026-12-30T00:00:00Z"}, 422, "within the next 14 days"),
        ("snooze", {"version": 1, "until": "2026-11-01T00:00:00Z"}, 422, "within the next 14 days"),
        ("snooze", {"version": 1, "until": "2026-11-12T00:00:00"}, 422, "needs an offset"),
        ("undo", {"version": 1}, 409, "only a decision of the last 30 minutes"),
        ("accept", {"version": 0}, 422, "version"),
        ("accept", {"version": 2**63}, 422, "version"),
        ("accept", {"version": "1; drop table"}, 422, "version"),
        ("accept", {}, 422, "version"),
        ("accept", {"version": 1, "status": "APPLIED"}, 422, "status"),
    ],
)
def test_what_makes_no_sense_decides_nothing(approver, database, action, body, status, says):
    answer = approver.post(f"/api/v1/suggestions/s101/{action}", body)
    assert (answer.status_code, says in answer.json()["error"]["message"]) == (status, True), answer.text
    assert rows(database, "select status, version from ops.suggestions where suggestion_id = 's101'") == [
        ("PENDING", 1)
    ]


def test_what_has_expired_is_over(approver, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text("update ops.suggestions set expires_at = '2026-11-10T14:59:00Z'"))
    answer = approver.post(ACCEPT, {"version": 1})
    assert (answer.status_code, answer.json()["error"]["message"]) == (409, "the suggestion has expired")


def test_a_snoozed_one_stays_open_until_then(approver):
    answer = approver.post("/api/v1/suggestions/s101/snooze", {"version": 1, "until": "2026-11-12T00:00:00Z"})
    assert (answer.json()["status"], answer.json()["version"]) == ("PENDING", 2)
    assert approver.get("/api/v1/suggestions/s101").json()["snoozed_until"] == "2026-11-12T00:00:00Z"


def test_a_decision_is_taken_back_within_half_an_hour(app, approver, database, monkeypatch):
    approver.post("/api/v1/suggestions/s101/reject", {"version": 1, "reason": HOSTILE})
    assert approver.post("/api/v1/suggestions/s101/undo", {"version": 2}).json()["status"] == "PENDING"
    approver.post(ACCEPT, {"version": 3})
    with database.owner.begin() as connection:
        connection.execute(sa.text("update ops.suggestions set decided_at = '2026-11-10T14:29:00Z'"))
    assert approver.post("/api/v1/suggestions/s101/undo", {"version": 4}).status_code == 409
    told = rows(database, "select action from ops.decisions order by decided_at, version")
    assert [one for (one,) in told] == ["reject", "undo", "accept"]


def test_another_ones_suggestion_is_not_there(people):
    stranger = people.with_key("approver", accounts=["43"])
    assert stranger.get("/api/v1/suggestions").json()["data"] == []
    for path, body in (
        ("/api/v1/suggestions/s101", None),
        (ACCEPT, {"version": 1}),
        ("/api/v1/suggestions/s101/reject", {"version": 1, "reason": "x"}),
    ):
        answer = stranger.post(path, body) if body else stranger.get(path)
        assert (answer.status_code, answer.json()["error"]["message"]) == (404, "there is no suggestion s101")
