"""Telegram, Teams and Google Chat over real HTTP: what leaves, and what each answer means."""

import html
import json
import logging
import re

import pytest

from fbads_pipeline.adapters.channels.posted_chats import GoogleChatChannel, TeamsChannel, TelegramChannel
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, a_delivery, a_suggestion, an_alert, announced, news
from fbads_pipeline_tests.support.stub_server import hang_up, reply, stub_server

TOKEN = "7712345678:canary-telegram-token-AAE"
SECRET_PATH = "canary-webhook-secret-path"
ACCEPTED = {"ok": True, "result": {"message_id": 42}, "name": "spaces/A/messages/B"}
PAGES = "https://ads.example"


@pytest.fixture
def far():
    with stub_server(ACCEPTED) as server:
        yield server


def channels(url):
    hook = f"{url}{SECRET_PATH}"
    return [
        TelegramChannel(TOKEN, base_url=url, timeout_seconds=1, public_url=PAGES),
        TeamsChannel(hook, timeout_seconds=1, public_url=PAGES),
        GoogleChatChannel(hook, timeout_seconds=1, public_url=PAGES),
    ]


def seven(name="C"):
    many = [announced(a_suggestion(str(one), spend=str(1000 - one)), f"{name} {one}") for one in range(7)]
    return compose_suggestions(news(*many, account_name=name))


def texts(body):
    """Every text that a person reads, without markup."""
    if "chat_id" in body:
        return html.unescape(re.sub(r"</?(?:b|a)(?: href=\"[^\"]*\")?>", "", body["text"])).splitlines()
    if "cardsV2" in body:
        ((card),) = [one["card"] for one in body["cardsV2"]]
        shown = [one["textParagraph"]["text"] for one in card["sections"][0]["widgets"] if "textParagraph" in one]
        return [card["header"]["title"], *(html.unescape(re.sub(r"</?b>", "", one)) for one in shown)]
    blocks = body["attachments"][0]["content"]["body"]
    return ["".join(run["text"] for run in block["inlines"]) for block in blocks]


@pytest.mark.parametrize("number", range(3))
def test_the_title_three_campaigns_the_rest_and_the_link(far, number):
    attempt = channels(far.url)[number].send(a_delivery(alert=seven(), recipient="-100123"))
    assert (attempt.outcome, bool(attempt.provider_id)) == ("sent", True)
    ((path, _, body),) = far.requests
    assert texts(body)[:5] == [
        "C: 7 campanhas fora dos limites, R$ 6.979 gastos",
        "C 0: pausar, por regra · R$ 1.000 gastos",
        "C 1: pausar, por regra · R$ 999 gastos",
        "C 2: pausar, por regra · R$ 998 gastos",
        "e mais 4",
    ]
    link = f"{PAGES}/suggestions?account=1"
    assert json.dumps(body).count(link) == 1
    if number == 0:
        assert path == f"/api/bot{TOKEN}/sendMessage"
        assert (body["chat_id"], body["parse_mode"], body["link_preview_options"]) == (
            "-100123",
            "HTML",
            {"is_disabled": True},
        )
    if number == 1:
        card = body["attachments"][0]["content"]
        assert (body["type"], card["type"], card["version"]) == ("message", "AdaptiveCard", "1.4")
        assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Abrir a página", "url": link}]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_text(far, name):
    for one in channels(far.url):
        assert one.send(a_delivery(alert=seven(name))).outcome == "sent"
    telegram, teams, google = (body for _, _, body in far.requests)
    for body in (telegram, google):
        marked = body["text"] if "text" in body else json.dumps(body["cardsV2"][0]["card"]["sections"])
        assert set(re.findall(r"<[^>]*>", marked)) <= {
            "<b>",
            "</b>",
            f'<a href="{PAGES}/suggestions?account=1">',
            "</a>",
        }
    assert len(texts(telegram)) == 6 and len(texts(teams)) == len(texts(google)) == 5
    assert {block["type"] for block in teams["attachments"][0]["content"]["body"]} == {"RichTextBlock"}, (
        "no markup is read"
    )


def test_a_body_of_a_thousand_lines_fits(far):
    body = "\n".join(f"{number}. <campanha>: gastou R$ 12.345,67" for number in range(1000))
    for one in channels(far.url):
        assert one.send(a_delivery(alert=an_alert(body=body))).outcome == "sent"
    assert len(far.requests[0][2]["text"]) <= 4096
    assert all(len(raw) < 28_000 for raw in far.raw)
    for _, _, sent in far.requests:
        *whole, last = [one for one in texts(sent)[1:] if one != "Abrir a página"]
        assert last == "…" and whole == body.splitlines()[: len(whole)]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, "failed"),
        (401, "failed"),
        (403, "failed"),
        (404, "failed"),
        (429, "retry"),
        (500, "retry"),
        (503, "retry"),
    ],
)
def test_what_each_answer_means(far, status, outcome):
    for number in range(3):
        waits = {"ok": False, "error_code": status, "description": "quoted", "parameters": {"retry_after": 7}}
        far.answers.append(reply(status, waits, {"Retry-After": "7"}))
        attempt = channels(far.url)[number].send(a_delivery())
        assert attempt.outcome == outcome and "quoted" not in attempt.error
        assert attempt.retry_after_seconds == (7 if outcome == "retry" else None)


def test_an_answer_that_never_comes_is_unknown_and_one_that_cannot_be_reached_comes_again(far):
    for number in range(3):
        far.answers.append(hang_up)
        assert channels(far.url)[number].send(a_delivery()).outcome == "unknown"
        assert channels(f"http://127.0.0.1:{free_port()}/")[number].send(a_delivery()).outcome == "retry"


def test_no_secret_is_in_an_error_or_a_log(far, caplog):
    caplog.set_level(logging.INFO)
    for answer in (hang_up, reply(404, "x"), reply(500, "x")):
        for one in channels(far.url):
            far.answers.append(answer)
            said = str(one.send(a_delivery()).error)
            assert "canary" not in said and SECRET_PATH not in said
    assert "canary" not in caplog.text
