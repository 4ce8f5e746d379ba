"""Useful or not: over the API, with the buttons of pages and of Slack; one mark per person, and what they add up to."""

import hashlib

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.channels.slack_layout import blocks
from fbads_pipeline.domain.alerts.brief import BriefLine, brief_of
from fbads_pipeline_tests.api.test_webhooks import client as slack  # noqa: F401
from fbads_pipeline_tests.api.test_webhooks import press
from fbads_pipeline_tests.support.fakes import a_delivery, an_alert
from fbads_pipeline_tests.support.people import People

ANOMALY = """
insert into analysis.anomalies (anomaly_id, account_id, campaign_id, kind, metric, severity, status, since, detected_at,
    observed, expected, low, high, money_at_stake_per_day, currency, causes, message, data_used, detector_version,
    is_alert, updated_at)
values ('a1', '42', '101', 'spend_spike', 'spend', 'warning', 'OPEN', now(), now(), 2, 1, 0.5, 1.5, 10, 'BRL', '[]',
    '{"kind": "legacy", "texts": {"pt": "Gasto alto.", "en": "Spend is high."}}', '{}', 'v', true, now())
"""


@pytest.fixture
def people(app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(ANOMALY.replace(":", r"\:")))
    return People(app, database)


def mark(client, subject="suggestion", subject_id="s101", *, is_useful=True):
    return client.post("/api/v1/feedback", {"subject": subject, "subject_id": subject_id, "is_useful": is_useful})


def test_a_persons_newer_mark_replaces_the_older_one_and_the_marks_add_up_per_kind(people, database):
    first, second = people.with_key("viewer"), people.with_key("approver")
    assert mark(first).json()["kind"] == "PAUSE"
    assert mark(first, is_useful=False).status_code == 200
    assert mark(second).status_code == 200
    assert mark(second, "anomaly", "a1").json()["kind"] == "spend_spike"
    assert second.get("/api/v1/feedback/precision", account_id="42").json() == [
        {"subject": "anomaly", "account_id": "42", "kind": "spend_spike", "marks": 1, "useful": 1, "precision": 1.0},
        {"subject": "suggestion", "account_id": "42", "kind": "PAUSE", "marks": 2, "useful": 1, "precision": 0.5},
    ]
    with database.owner.connect() as connection:
        entries = connection.execute(
            sa.text("select subject, details ->> 'is_useful' from ops.audit_log where action = 'feedback.marked'")
        ).all()
    assert entries == [("s101", "true"), ("s101", "false"), ("s101", "true"), ("a1", "true")]
    metrics = people.with_key("admin").get("/metrics").text
    assert 'feedback_marks{kind="PAUSE",subject="suggestion",useful="false"} 1.0' in metrics


def test_what_is_not_there_or_not_theirs_cannot_be_marked(people):
    stranger = people.with_key("approver", accounts=["43"])
    for client, subject, subject_id in ((stranger, "suggestion", "s101"), (stranger, "anomaly", "a1")):
        answer = mark(client, subject, subject_id)
        assert (answer.status_code, subject_id in answer.json()["error"]["message"]) == (404, True), answer.text
    assert mark(people.with_key(), "alert", "none").status_code == 404
    assert stranger.get("/api/v1/feedback/precision").json() == []


def test_the_pages_have_the_buttons_and_keep_what_is_pressed(people):
    browser = people.logged_in("viewer")
    token = browser.headers.pop("x-csrf-token")
    body = {"subject": "suggestion", "subject_id": "s101", "useful": "no", "back": "/suggestions/s101", "csrf": token}
    assert 'action="/feedback"' in browser.get("/suggestions/s101").text
    answer = browser.send("POST", "/feedback", data=body)
    assert (answer.status_code, answer.headers["location"]) == (303, "/suggestions/s101?marked=no#s101")
    shown = browser.get("/suggestions/s101", marked="no").text
    assert "Marcado como não útil." in shown and "0 de 1 marcação" in browser.get("/suggestions").text
    assert shown.count('aria-pressed="true"') == 1
    assert browser.send("POST", "/feedback", data={**body, "csrf": "x"}).status_code in (401, 403)
    assert browser.send("POST", "/feedback", data={**body, "subject_id": "none"}).status_code == 404


def test_slacks_buttons_mark_with_its_signature_and_not_without(slack, people, database):  # noqa: F811
    assert press(slack, "feedback_useful", "s101:1").json()["text"] == "Obrigado: marcado como útil."
    assert press(slack, "feedback_not_useful", "a1").json()["text"] == "Obrigado: marcado como não útil."
    assert "não existe a anomalia a9" in press(slack, "feedback_useful", "a9").json()["text"]
    assert press(slack, "feedback_not_useful", "s101:1", secret="another").status_code == 401
    with database.owner.connect() as connection:
        kept = connection.execute(
            sa.text("select subject, subject_id, user_id, is_useful from ops.feedback order by subject")
        ).all()
    assert kept == [("anomaly", "a1", "slack:U1", False), ("suggestion", "s101", "slack:U1", True)]


ALERT = """
insert into ops.alerts (alert_id, dedupe_key, account_id, rule, entity, severity, window_start, title, body, created_at)
    select md5(account), account, account, 'budget', 'account', 'warning', '2026-11-10',
    jsonb_build_object('kind', 'legacy', 'texts', jsonb_build_object('pt', 'Estoura <' || account || '>', 'en', 'x')),
    '{}', '2026-11-10' from unnest(array['42', '43']) account
"""


def test_an_alert_of_any_kind_has_the_buttons_on_its_page_and_in_slack(slack, people, database):  # noqa: F811
    with database.owner.begin() as connection:
        connection.execute(sa.text(ALERT))
    one = hashlib.md5(b"42", usedforsecurity=False).hexdigest()
    browser = people.logged_in("viewer", accounts=["42"])
    token = browser.headers.pop("x-csrf-token")
    page = browser.get("/alerts").text
    assert "Estoura &lt;42&gt;" in page and "Estoura &lt;43&gt;" not in page
    body = {"subject": "alert", "subject_id": one, "useful": "yes", "back": "/alerts", "csrf": token}
    assert browser.send("POST", "/feedback", data=body).headers["location"] == f"/alerts?marked=yes#{one}"
    assert browser.get("/alerts").text.count('aria-pressed="true"') == 1
    alert = an_alert(facts={}, brief=brief_of([BriefLine("", "x")]))
    shown = blocks(a_delivery(alert=alert), with_buttons=True)[-1]
    assert [(button["action_id"], button["value"]) for button in shown["elements"]] == [
        ("feedback_useful", f"alert:{alert.alert_id}"),
        ("feedback_not_useful", f"alert:{alert.alert_id}"),
    ]
    assert press(slack, "feedback_not_useful", f"alert:{one}").json()["text"] == "Obrigado: marcado como não útil."
    assert "não existe" in press(slack, "feedback_useful", "alert:none").json()["text"]
    with database.owner.connect() as connection:
        kept = connection.execute(
            sa.text("select subject, subject_id, kind, is_useful from ops.feedback order by is_useful")
        ).all()
    assert kept == [("alert", one, "budget", False), ("alert", one, "budget", True)]
