"""Signed webhooks over real HTTP."""

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import replace
from importlib import resources

import pytest
from jsonschema import Draft202012Validator

from fbads_pipeline.adapters import channels
from fbads_pipeline.adapters.channels.http import AddressRefused, check_address
from fbads_pipeline.adapters.channels.n8n import WebhookChannel
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, a_delivery, a_suggestion, announced, news
from fbads_pipeline_tests.support.rendering import body_of, title_of
from fbads_pipeline_tests.support.stub_server import hang_up, reply, silence, stub_server

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture
def n8n():
    with stub_server({"received": True}) as server:
        yield server


def channel(url, **others):
    return WebhookChannel(url, SECRET, timeout_seconds=1, clock=lambda: 1_700_000_000.7, **others)


def test_the_signature_is_that_of_standard_webhooks(n8n):
    delivery = a_delivery()
    assert channel(n8n.url).send(delivery).outcome == "sent"
    ((_, headers, body),), (raw,) = n8n.requests, n8n.raw
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (delivery.key, "1700000000")
    signed = hmac.new(KEY, f"{delivery.key}.1700000000.".encode() + raw, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()
    assert (body["type"], body["data"]["dedupe_key"]) == ("alert.breaches", delivery.alert.dedupe_key)
    assert (body["data"]["title_pt"], body["data"]["title_en"]) == (
        title_of(delivery.alert),
        title_of(delivery.alert, "en"),
    )


def test_every_body_is_as_the_schema_says(n8n):
    schema = json.loads((resources.files(channels) / "alert_message.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    linked = channel(n8n.url, public_url="https://ads.example")
    for number, name in enumerate(HOSTILE_NAMES):
        alert = compose_suggestions(news(*[announced(a_suggestion(str(n)), name) for n in range(5)], account_name=name))
        changes = {"account_id": None, "brief": None} if number % 2 else {}
        linked.send(a_delivery(alert=replace(alert, **changes), language="en", is_repeat=number % 3 == 0))
    bodies = [body for _, _, body in n8n.requests]
    assert len(bodies) == len(HOSTILE_NAMES)
    for body in bodies:
        Draft202012Validator(schema).validate(body)
    message = bodies[0]["data"]["message"]
    assert (message["title"], len(message["lines"]), message["more"]) == (bodies[0]["data"]["title"], 3, "and 2 more")
    assert message["link"] == "https://ads.example/suggestions?account=1"


def test_a_repeat_has_the_same_id_and_says_so(n8n):
    for is_repeat in (False, True):
        channel(n8n.url).send(a_delivery(is_repeat=is_repeat))
    assert len({headers["webhook-id"] for _, headers, _ in n8n.requests}) == 1
    assert [body["data"]["is_repeat"] for _, _, body in n8n.requests] == [False, True]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_travel_as_text(n8n, name):
    alert = compose_suggestions(news(announced(a_suggestion(), name), account_name=name))
    assert channel(n8n.url).send(a_delivery(alert=alert)).outcome == "sent"
    assert n8n.requests[0][2]["data"]["body_pt"] == body_of(alert)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(204, "sent"), (302, "failed"), (400, "failed"), (404, "retry"), (410, "failed"), (429, "retry"), (502, "retry")],
)
def test_the_status_decides(n8n, status, outcome):
    n8n.answers.append(reply(status, "", {"Retry-After": "5", "Location": "http://169.254.169.254/"}))
    attempt = channel(n8n.url).send(a_delivery())
    assert (attempt.outcome, len(n8n.requests)) == (outcome, 1)
    assert attempt.retry_after_seconds == (5 if outcome == "retry" else None)


def test_silence_and_a_broken_line_are_unknown_and_nobody_there_is_not(n8n):
    release = threading.Event()
    n8n.answers.extend([silence(release), hang_up])
    outcomes = [channel(n8n.url).send(a_delivery()).outcome for _ in range(2)]
    release.set()
    assert outcomes == ["unknown", "unknown"]
    assert channel(f"http://127.0.0.1:{free_port()}/").send(a_delivery()).outcome == "retry"


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[fd00:ec2::254]"],
)
def test_machine_metadata_is_never_asked_however_it_is_written(host):
    with pytest.raises(AddressRefused, match="machine metadata"):
        check_address(f"http://{host}/latest/")
    assert channel(f"http://{host}/").send(a_delivery()).outcome == "failed"
