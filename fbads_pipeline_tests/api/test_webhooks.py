"""Buttons of Slack and statuses of WhatsApp: only with their signature, only fresh, only once."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.channels.n8n import sign, signing_key
from fbads_pipeline.adapters.channels.slack_layout import blocks
from fbads_pipeline.adapters.postgres.collection.collect_requests import PostgresCollectRequests
from fbads_pipeline.api.app import create_app
from fbads_pipeline.domain.collection.collect_requests import CollectRequest
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.fakes import a_delivery, a_suggestion, announced, news

SECRET, APP_SECRET = "canary-signing-secret", "canary-app-secret"


@pytest.fixture
def client(database):
    with database.owner.begin() as connection:
        connection.execute(sa.text("update ops.suggestions set expires_at = now() + interval '3 days'"))
    settings = load_settings(
        slack_signing_secret=SECRET,
        slack_approvers="U1,U2",
        app_secret=APP_SECRET,
        whatsapp_token="t",
        whatsapp_verify_token="agreed",
    )
    return Client(create_app(settings, database))


def press(client, action="suggestion_accept", value="s101:1", user="U1", *, secret=SECRET, age=0, payload=None):
    shown = (
        payload if payload is not None else {"user": {"id": user}, "actions": [{"action_id": action, "value": value}]}
    )
    body = urlencode({"payload": json.dumps(shown)}).encode()
    stamp = str(int(time.time()) - age)
    signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signed}"}
    return client.send("POST", "/api/v1/webhooks/slack", content=body, headers=headers)


def stands(database, name="s101"):
    with database.owner.connect() as connection:
        query = "select status, version, decided_by from ops.suggestions where suggestion_id = :name"
        return tuple(connection.execute(sa.text(query), {"name": name}).one())


@pytest.mark.parametrize(
    ("action", "status", "by"),
    [
        ("suggestion_accept", "ACCEPTED", "slack:U1"),
        ("suggestion_reject", "REJECTED", "slack:U1"),
        ("suggestion_snooze", "PENDING", None),
    ],
)
def test_a_button_of_an_approver_decides(client, database, action, status, by):
    answer = press(client, action)
    assert answer.status_code == 200 and "<@U1>" in answer.json()["text"]
    assert stands(database) == (status, 2, by)


def test_the_buttons_that_we_send_are_the_ones_that_we_take(client, database):
    alert = compose_suggestions(news(announced(a_suggestion())))
    (actions,) = [one for one in blocks(a_delivery(alert=alert), with_buttons=True) if one["type"] == "actions"]
    for element in actions["elements"]:
        answer = press(client, element["action_id"], element["value"])
        assert "não existe a sugestão s1-7" in answer.json()["text"]


@pytest.mark.parametrize("options", [{"secret": "another"}, {"age": 330}, {"age": -330}])
def test_what_slack_did_not_sign_just_now_is_refused(client, database, options):
    assert press(client, **options).status_code == 401
    assert stands(database)[:2] == ("PENDING", 1)


def test_the_same_request_again_decides_nothing_again(client, database):
    first, again = (press(client) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert stands(database)[:2] == ("ACCEPTED", 2)


def test_who_is_no_approver_is_told_so(client, database):
    assert "FBADS_SLACK_APPROVERS" in press(client, user="U9").json()["text"]
    assert stands(database)[:2] == ("PENDING", 1)


def test_a_button_of_an_older_version_changes_nothing_and_says_why(client, database):
    assert "já está na versão 1" in press(client, value="s101:7").json()["text"]
    assert stands(database)[:2] == ("PENDING", 1)


@pytest.mark.parametrize(
    "payload",
    [
        {"user": {}},
        [],
        {"user": {"id": "U1"}, "actions": []},
        {"user": {"id": "U1"}, "actions": [{"action_id": "x", "value": "s101:1"}]},
        {"user": {"id": "U1"}, "actions": [{"action_id": "suggestion_accept", "value": "s101"}]},
        {"user": {"id": "U1"}, "actions": [{"action_id": "suggestion_accept", "value": f"s101:{2**63}"}]},
    ],
)
def test_a_payload_of_nonsense_is_422(client, payload):
    assert press(client, payload=payload).status_code == 422


def test_without_a_secret_there_is_no_such_address(database):
    assert press(Client(create_app(load_settings(), database))).status_code == 404


class TestWhatsApp:
    def status(self, client, body, secret=APP_SECRET):
        raw = json.dumps(body).encode()
        signed = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"x-hub-signature-256": f"sha256={signed}"}
        return client.send("POST", "/api/v1/webhooks/whatsapp", content=raw, headers=headers)

    def test_meta_is_told_its_own_challenge_for_the_token_that_was_agreed_on(self, client):
        asked = {"hub.mode": "subscribe", "hub.verify_token": "agreed", "hub.challenge": "1158201444"}
        assert client.get("/api/v1/webhooks/whatsapp", **asked).text == "1158201444"
        assert client.get("/api/v1/webhooks/whatsapp", **{**asked, "hub.verify_token": "x"}).status_code == 403
        assert client.get("/api/v1/webhooks/whatsapp", **{**asked, "hub.challenge": "<script>"}).status_code == 400

    @pytest.mark.parametrize(("status", "state"), [("delivered", "sent"), ("failed", "failed"), ("odd", "unknown")])
    def test_a_status_settles_what_was_unknown(self, client, database, status, state):
        with database.owner.begin() as connection:
            connection.execute(
                sa.text(
                    "insert into ops.alerts values ('a', 'k', null, 'r', 'e', 'info', '2026-11-10', '{}', '{}', '{}',"
                    " now(), null);"
                    " insert into ops.deliveries (alert_id, channel, recipient, state, next_attempt_at, provider_id)"
                    " values ('a', 'whatsapp', '+55', 'unknown', now(), 'wamid.1')"
                )
            )
        body = {"entry": [{"changes": [{"value": {"statuses": [{"id": "wamid.1", "status": status}]}}]}]}
        assert self.status(client, body, "another").status_code == 401
        assert self.status(client, body).json() == {"kept": int(state != "unknown")}
        with database.owner.connect() as connection:
            assert connection.execute(sa.text("select state from ops.deliveries")).scalar() == state

    @pytest.mark.parametrize("body", [[], 7, {"entry": 7}, {"entry": [{"changes": [{"value": []}]}]}, {}])
    def test_nonsense_with_a_signature_breaks_nothing(self, client, body):
        assert self.status(client, body).status_code in (200, 422)


class TestN8n:
    SECRET, BEFORE = "canary-n8n-secret-now", "canary-n8n-secret-before"

    @pytest.fixture
    def n8n(self, database):
        return Client(create_app(load_settings(n8n_secret=self.SECRET, n8n_secret_before=self.BEFORE), database))

    def call(self, client, path="collect", body=None, *, secret=SECRET, age=0, message_id="m1", signature=None):
        raw = json.dumps(body or {}).encode()
        stamp = int(time.time()) - age
        shown = signature or sign(signing_key(secret), message_id, stamp, raw)
        headers = {"webhook-id": message_id, "webhook-timestamp": str(stamp), "webhook-signature": shown}
        return client.send("POST", f"/api/v1/webhooks/n8n/{path}", content=raw, headers=headers)

    def test_a_signed_request_asks_for_one_run(self, n8n, database):
        requests = PostgresCollectRequests(database.owner)
        assert requests.take() is None
        answers = [self.call(n8n, message_id=one) for one in ("m1", "m2")]
        assert [one.status_code for one in answers] == [202, 202]
        assert requests.take() == CollectRequest(answers[1].json()["request_id"])
        assert requests.take() is None, "both are one run"

    def test_suggestions_that_wait_are_told(self, n8n):
        told = self.call(n8n, "suggestions", {"account_ids": ["42"], "limit": 2}).json()["data"]
        assert [one["suggestion_id"] for one in told] == ["s105", "s104"]
        assert self.call(n8n, "suggestions", {"account_ids": ["43"]}, message_id="m2").json()["data"] == []

    def test_the_secret_before_still_counts_and_several_signatures_are_looked_at(self, n8n):
        assert self.call(n8n, secret=self.BEFORE).status_code == 202
        stamp, raw = int(time.time()), b"{}"
        several = "v1,AAAA " + sign(signing_key(self.SECRET), "m9", stamp, raw)
        assert self.call(n8n, message_id="m9", signature=several).status_code == 202

    @pytest.mark.parametrize(
        "options",
        [{"secret": "another-secret-of-n8n"}, {"age": 330}, {"age": -330}, {"signature": "v1,x"}, {"message_id": ""}],
    )
    def test_what_n8n_did_not_sign_just_now_is_refused(self, n8n, database, options):
        assert self.call(n8n, **options).status_code == 401
        assert PostgresCollectRequests(database.owner).take() is None

    def test_the_same_request_again_is_refused(self, n8n):
        assert [self.call(n8n).status_code for _ in range(2)] == [202, 409]

    def test_an_account_is_known_in_every_form_and_an_unknown_one_is_no_empty_list(self, n8n):
        assert len(self.call(n8n, "suggestions", {"account_ids": ["act_42"]}).json()["data"]) == 5
        assert self.call(n8n, "suggestions", {"account_ids": [43]}, message_id="m2").json()["data"] == []
        assert self.call(n8n, "suggestions", {"account_ids": ["act_999"]}, message_id="m3").status_code == 404

    @pytest.mark.parametrize("body", [{"limit": 0}, {"limit": 2**63}, {"account_ids": ["Loja"]}, {"x": 1}, [1]])
    def test_a_body_of_nonsense_is_422(self, n8n, body):
        assert self.call(n8n, "suggestions", body).status_code == 422

    def test_without_a_secret_there_is_no_such_address(self, client):
        assert self.call(client).status_code == 404
