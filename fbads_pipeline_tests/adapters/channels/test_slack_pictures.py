"""The chart in a message to Slack, over real HTTP: uploaded where the token may, and never in the message's way."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from fbads_pipeline.adapters.channels import slack, slack_pictures
from fbads_pipeline.adapters.channels.slack import SlackChannel
from fbads_pipeline.domain.alerts.charts import RecentDay, chart_of
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import a_delivery, a_suggestion, an_alert, announced, news
from fbads_pipeline_tests.support.stub_server import OK, hang_up, refuse, reply, silence, stub_server

TOKEN = "xoxb-canary-1234567890-token"
FILE = "F0CHART0001"
MAY_WRITE = reply(200, {"ok": True}, {"X-OAuth-Scopes": "chat:write,files:write"})
MAY_NOT = reply(200, {"ok": True}, {"X-OAuth-Scopes": "chat:write,channels:history"})


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(slack, "_FILE_WAITS_SECONDS", (0.0, 0.0))
    with stub_server() as one:
        yield one


@pytest.fixture
def channel(server):
    return SlackChannel(TOKEN, base_url=server.url, timeout_seconds=2, with_buttons=True)


def with_chart(**changes):
    recent = [
        RecentDay(date(2026, 11, 9) + timedelta(days=n), True, False, {"spend": Decimal(100 - 9 * n)}) for n in range(7)
    ]
    first = replace(announced(a_suggestion("1"), "Verão"), chart=chart_of("spend", recent, "BRL"))
    alert = compose_suggestions(news(first, announced(a_suggestion("2"), "B")))
    return a_delivery(alert=alert, recipient="C1", **changes)


def place(server):
    return reply(200, {"ok": True, "upload_url": f"{server.url}upload/v1/abc", "file_id": FILE})


def asked(server):
    return [path.removeprefix("/api/") for path, _, _ in server.requests]


UPLOAD = ["auth.test", "files.getUploadURLExternal", "upload/v1/abc", "files.completeUploadExternal"]
TAKEN = reply(200, "OK - 1")


def test_the_chart_is_uploaded_and_shown_below_the_campaign_that_it_is_of(server, channel):
    server.answers += [MAY_WRITE, place(server), TAKEN, reply(200, {"ok": True, "files": []})]
    assert channel.send(with_chart()).outcome == "sent"
    assert asked(server) == [*UPLOAD, "chat.postMessage"]
    wanted, finished, message = (server.requests[n][2] for n in (1, 3, 4))
    png = server.raw[2]
    assert int(wanted["length"]) == len(png) and Image.open(BytesIO(png)).format == "PNG"
    assert FILE in str(finished["files"]) and "channel" not in str(finished)
    assert [one["type"] for one in message["blocks"]] == ["header", "section", "image", "actions", "section", "actions"]
    image = message["blocks"][2]
    assert image["slack_file"] == {"id": FILE}
    assert image["title"]["text"] == "Investimento, últimos 7 dias"
    assert image["alt_text"].startswith("Investimento, últimos 7 dias. 09/11: R$\xa0100,00; ")


def test_the_token_leaves_for_slack_alone_and_not_with_the_file(server, channel):
    server.answers += [MAY_WRITE, place(server), TAKEN, reply(200, {"ok": True, "files": []})]
    channel.send(with_chart())
    holders = {path.removeprefix("/api/"): headers.get("Authorization") for path, headers, _ in server.requests}
    assert holders.pop("upload/v1/abc") is None
    assert set(holders.values()) == {f"Bearer {TOKEN}"}


def test_a_token_that_may_not_write_files_is_asked_once(server, channel):
    server.answers.append(MAY_NOT)
    assert channel.send(with_chart()).outcome == channel.send(with_chart()).outcome == "sent"
    assert asked(server) == ["auth.test", "chat.postMessage", "chat.postMessage"]


def test_an_alert_without_a_chart_asks_nothing_more(server, channel):
    assert channel.send(a_delivery(alert=an_alert(), recipient="C1")).outcome == "sent"
    assert asked(server) == ["chat.postMessage"]


SAYS_NO, BROKEN, UNREADABLE = refuse("fatal_error"), reply(500, "x"), reply(200, "[]")


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        *((step, answer) for step in (0, 1, 3) for answer in (SAYS_NO, BROKEN, UNREADABLE, hang_up)),
        # Of an upload Slack says with its status alone whether it took it.
        *((2, answer) for answer in (BROKEN, hang_up)),
    ],
)
def test_whatever_fails_the_message_leaves_without_the_chart(server, channel, step, answer, caplog):
    good = [MAY_WRITE, place(server), TAKEN, reply(200, {"ok": True, "files": []})]
    server.answers += [*good[:step], answer]
    assert channel.send(with_chart()).outcome == "sent"
    assert asked(server) == [*UPLOAD[: step + 1], "chat.postMessage"]
    assert "image" not in [one["type"] for one in server.requests[-1][2]["blocks"]]
    assert "goes without its chart" in caplog.text and TOKEN not in caplog.text


def test_a_slow_upload_is_given_up_in_time(server, monkeypatch):
    monkeypatch.setattr(slack_pictures, "LONGEST_SECONDS", 0.3)
    channel, release = SlackChannel(TOKEN, base_url=server.url, timeout_seconds=5), threading.Event()
    server.answers += [MAY_WRITE, place(server), silence(release)]
    try:
        assert channel.send(with_chart()).outcome == "sent"
    finally:
        release.set()
    assert "image" not in [one["type"] for one in server.requests[-1][2]["blocks"]]


def test_a_file_that_slack_has_not_read_yet_is_tried_again_and_then_left_out(server, channel):
    good = [MAY_WRITE, place(server), TAKEN, reply(200, {"ok": True, "files": []})]
    server.answers += [*good, refuse("invalid_blocks"), reply(200, OK)]
    assert channel.send(with_chart()).outcome == "sent"
    first, second = (body for _, _, body in server.requests[-2:])
    assert first["blocks"] == second["blocks"] and "image" in [one["type"] for one in second["blocks"]]
    server.requests.clear()
    server.answers += [*good[1:], *[refuse("invalid_blocks")] * 3, reply(200, OK)]
    assert channel.send(with_chart()).outcome == "sent"
    shown = [
        ["image" in [one["type"] for one in body["blocks"]] for path, _, body in server.requests if "chat" in path]
    ]
    assert shown == [[True, True, True, False]]
