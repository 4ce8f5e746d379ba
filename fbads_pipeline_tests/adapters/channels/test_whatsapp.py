"""WhatsApp Cloud over real HTTP: the template that leaves, and what each answer means."""

import json
import re

import pytest

from fbads_pipeline.adapters.channels.whatsapp import WhatsAppChannel, parameter
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, a_delivery, a_suggestion, an_alert, announced, news
from fbads_pipeline_tests.support.stub_server import hang_up, reply, stub_server

TOKEN = "canary-whatsapp-token"
ACCEPTED = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.1"}]}


@pytest.fixture
def meta():
    with stub_server(ACCEPTED) as server:
        yield server


def send(meta, **others):
    return channel(meta.url).send(a_delivery(recipient="+5511999999999", **others))


def channel(url):
    return WhatsAppChannel(TOKEN, "42", "fbads_alert", base_url=url, timeout_seconds=2)


def texts(meta):
    (component,) = meta.requests[-1][2]["template"]["components"]
    return [one["text"] for one in component["parameters"]]


def test_a_template_leaves_with_its_two_parameters_and_the_key(meta):
    delivery = a_delivery(recipient="+5511999999999")
    attempt = channel(meta.url).send(delivery)
    assert (attempt.outcome, attempt.provider_id) == ("sent", "wamid.1")
    ((path, headers, body),) = meta.requests
    assert (path, headers["Authorization"]) == ("/api/42/messages", f"Bearer {TOKEN}")
    assert (body["to"], body["type"], body["biz_opaque_callback_data"]) == ("5511999999999", "template", delivery.key)
    assert body["template"]["name"] == "fbads_alert" and body["template"]["language"] == {"code": "pt_BR"}
    title, details = texts(meta)
    assert title == delivery.title
    assert details == "Verão: pausar, por regra; R$ 100 gastos"


def test_three_lines_the_rest_counted_and_the_link(meta):
    many = [announced(a_suggestion(str(n), spend=str(1000 - n)), f"C {n}") for n in range(7)]
    linked = WhatsAppChannel(TOKEN, "42", "fbads_alert", base_url=meta.url, public_url="https://ads.example")
    linked.send(a_delivery(recipient="+5511999999999", alert=compose_suggestions(news(*many))))
    assert texts(meta)[1] == (
        "C 0: pausar, por regra; R$ 1.000 gastos · C 1: pausar, por regra; R$ 999,00 gastos"
        " · C 2: pausar, por regra; R$ 998,00 gastos · e mais 4 · https://ads.example/suggestions?account=1"
    ).replace(",00", "")


def test_a_body_that_is_too_long_ends_with_a_whole_line(meta):
    body = "\n".join(f"Campanha {n}: gastou R$ 12.345,67 em 28 dias" for n in range(100))
    send(meta, alert=an_alert(body=body))
    *whole, last = texts(meta)[1].split(" · ")
    assert last == "…" and whole == body.splitlines()[: len(whole)] and len(whole) > 10
    send(meta, alert=an_alert(body="R$ 12.345,67 " * 100))
    assert re.fullmatch(r"(R\$ 12\.345,67 ?)*…", texts(meta)[1]) or texts(meta)[1] == "…"


def test_english_uses_the_english_template(meta):
    send(meta, language="en")
    assert meta.requests[0][2]["template"]["language"] == {"code": "en"}
    assert texts(meta)[0] == "Loja 1: 1 campaign past the limits, R$100 spent"


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_parameter_breaks_metas_rules(meta, name):
    many = [announced(a_suggestion(str(n)), name) for n in range(12)]
    assert send(meta, alert=compose_suggestions(news(*many, account_name=name))).outcome == "sent"
    title, details = texts(meta)
    assert 0 < len(title) <= 200 and 0 < len(details) <= 700
    assert not re.search(r"[\n\r\t]| {4}", title + details)


def test_an_empty_parameter_is_a_dash():
    assert (parameter("\n\t ", 10), parameter("a    b", 10), parameter("x" * 20, 10)) == ("–", "a b", "x" * 9 + "…")


@pytest.mark.parametrize(
    ("status", "code", "outcome", "says"),
    [
        (404, 132001, "failed", "FBADS_WHATSAPP_TEMPLATE in that language"),
        (401, 190, "failed", "has expired"),
        (400, 131026, "failed", "cannot deliver"),
        (400, 131050, "failed", "does not want"),
        (400, 130429, "retry", "slow down"),
        (500, 131016, "retry", "slow down"),
        (500, 131000, "unknown", "does not say"),
        (400, 999999, "failed", "999999"),
    ],
)
def test_the_code_decides(meta, status, code, outcome, says):
    meta.answers.append(reply(status, {"error": {"code": code, "message": f"secret {TOKEN}"}}))
    attempt = send(meta)
    assert attempt.outcome == outcome and says in attempt.error
    assert TOKEN not in attempt.error


@pytest.mark.parametrize("body", ["<html>", "[]", '{"messages": []}', '{"messages": [7]}', ""])
def test_an_answer_without_the_messages_name_is_unknown(meta, body):
    meta.answers.append(reply(200, body))
    assert send(meta).outcome == "unknown"


def test_what_may_have_arrived_is_unknown_and_what_cannot_is_not(meta):
    meta.answers.append(hang_up)
    assert send(meta).outcome == "unknown"
    assert channel(f"http://127.0.0.1:{free_port()}").send(a_delivery(recipient="+551")).outcome == "retry"
    meta.answers.append(reply(503, "down"))
    assert send(meta).outcome == "retry"
    assert TOKEN not in json.dumps([vars(send(meta))]) + repr(channel(meta.url))
