"""Each far end stops in the middle of its answer, or sends a byte now and then for ever: each caller ends, and says so.

Time limits of sockets are for each byte, so the second kind needs a deadline for the whole call.
"""

import contextlib
import gc
import json
import socket
import threading
from collections.abc import Iterator
from datetime import date

import pytest

from fbads_pipeline.adapters.calendar import google
from fbads_pipeline.adapters.channels.email import EmailChannel, MailServer
from fbads_pipeline.adapters.channels.n8n import WebhookChannel
from fbads_pipeline.adapters.channels.posted_chats import GoogleChatChannel, TeamsChannel, TelegramChannel
from fbads_pipeline.adapters.channels.punctual import PunctualChannel
from fbads_pipeline.adapters.channels.slack import SlackChannel
from fbads_pipeline.adapters.channels.whatsapp import WhatsAppChannel
from fbads_pipeline.adapters.identity import oidc
from fbads_pipeline.adapters.links import landing_pages
from fbads_pipeline.adapters.llm.planner import ChatModelPlanner
from fbads_pipeline.adapters.meta_ads.creatives import pictures
from fbads_pipeline.bootstrap.alerts import channels
from fbads_pipeline.domain.calendar.events import CalendarError
from fbads_pipeline.domain.delivery.pictures import PictureRefused
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.asking import context
from fbads_pipeline_tests.support.calendar_server import google_server
from fbads_pipeline_tests.support.fakes import a_delivery

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{"
QUESTION = "campeonato de ROAS da campanha X ontem"
DAYS = (date(2026, 10, 1), date(2026, 12, 31))
LATEST_SECONDS = 20.0


class SlowServer:
    """Sends the beginning of an answer; then nothing, or a byte at a time. is_trickling: which of both."""

    def __init__(self, beginning: bytes, *, is_trickling: bool) -> None:
        self._beginning, self._is_trickling = beginning, is_trickling
        self._end, self._socket = threading.Event(), socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._end.set()
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._answer, args=(self._socket.accept()[0],), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.sendall(self._beginning)
            while not self._end.wait(0.05):
                if self._is_trickling:
                    connection.sendall(b"x" if self._beginning else b"2")


@contextlib.contextmanager
def slow_server(beginning: bytes, *, is_trickling: bool) -> Iterator[SlowServer]:
    server = SlowServer(beginning, is_trickling=is_trickling)
    try:
        yield server
    finally:
        server.close()


def all_ended(calls):
    """What each call returned or raised, all at once; red where one had not ended long after every deadline."""
    results: dict[int, object] = {}

    def run(number, call):
        try:
            results[number] = call()
        except Exception as fault:
            results[number] = fault

    threads = [threading.Thread(target=run, args=given, daemon=True) for given in enumerate(calls)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(LATEST_SECONDS)
    assert [number for number in range(len(calls)) if number not in results] == [], "these wait for ever"
    return [results[number] for number in range(len(calls))]


@pytest.fixture
def given_up_calls():
    """Their threads end with the server; the connections that libraries leave open are nobody else's warnings, also
    those that the test itself still held."""
    yield
    for one in threading.enumerate():
        if one.name == "within a deadline":
            one.join(LATEST_SECONDS)
    gc.collect()


def senders(server):
    limit = 0.4
    mail = MailServer("127.0.0.1", "a@x.example", server.port, "tls", timeout_seconds=limit)
    plain = MailServer("127.0.0.1", "a@x.example", server.port, "starttls", timeout_seconds=limit)
    return (
        SlackChannel("t", base_url=server.url, timeout_seconds=1),
        EmailChannel(mail),
        EmailChannel(plain),
        WhatsAppChannel("t", "1", "alert", base_url=server.url, timeout_seconds=limit),
        WebhookChannel(server.url, "whsec_" + "c2VjcmV0" * 4, timeout_seconds=limit),
        TelegramChannel("t", base_url=server.url, timeout_seconds=limit),
        TeamsChannel(server.url, timeout_seconds=limit),
        GoogleChatChannel(server.url, timeout_seconds=limit),
    )


def delivery_for(channel):
    to = {"email": "ana@x.example", "whatsapp": "+5511999999999"}.get(channel.name, "C1")
    return a_delivery(channel=channel.name, recipient=to)


def attempts(server):
    """Channel → its attempt."""
    return {
        f"{number}: {channel.name}": lambda channel=channel: PunctualChannel(channel, seconds=1.2).send(
            delivery_for(channel)
        )
        for number, channel in enumerate(senders(server))
    }


def readings(server, real):
    """What reads: the login's provider, landing pages, pictures, the chat's model, the calendar's key and its pages."""
    identity = oidc.OpenIdProvider(server.url, "client", "s", "http://127.0.0.1/back")
    pages = landing_pages.LandingPages(allowed=frozenset({"127.0.0.1"}))
    model = ChatModelPlanner(f"{server.url}/v1", "m", None, timeout_seconds=0.2)
    key = json.dumps({**json.loads(real.credentials()), "token_uri": server.url})
    by_key = google.GoogleCalendar("team@x", key, api_url=real.url)
    by_pages = google.GoogleCalendar("team@x", real.credentials(), api_url=server.url)
    return {
        "login": lambda: identity.begin("/"),
        "pages": lambda: pages.ask(f"{server.url}/x"),
        "pictures": lambda: pictures.PictureFetcher(server.url).fetch(f"{server.url}/x"),
        "model": lambda: model.plan(QUESTION, context(QUESTION)),
        "calendar's key": lambda: by_key.read(None, *DAYS),
        "calendar's pages": lambda: by_pages.read(None, *DAYS),
    }


@pytest.mark.parametrize(
    ("beginning", "is_trickling"),
    [(HTTP, False), (HTTP, True), (HTTP[:30], True), (b"", False)],
    ids=["stops in its body", "trickles its body", "trickles its headers", "says nothing"],
)
@pytest.mark.usefixtures("given_up_calls")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_every_caller_ends_and_says_so(beginning, is_trickling, monkeypatch):
    monkeypatch.setattr(oidc, "_SECONDS", 0.4)
    monkeypatch.setattr(landing_pages, "_SECONDS", 0.6)
    monkeypatch.setattr(pictures, "_SECONDS", (0.4, 0.4))
    monkeypatch.setattr(pictures, "_LONGEST_SECONDS", 0.8)
    monkeypatch.setattr(google, "_TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(google, "_LONGEST_SECONDS", 0.8)
    with slow_server(beginning, is_trickling=is_trickling) as server, google_server() as real:
        sending, reading = attempts(server), readings(server, real)
        found = dict(zip((*sending, *reading), all_ended([*sending.values(), *reading.values()]), strict=True))
    for name in sending:
        attempt = found.pop(name)
        assert attempt.outcome in ("unknown", "retry", "failed") and attempt.error, name
    assert found.pop("pages").fault or beginning is HTTP, "a page's status is in its headers"
    assert found.pop("model") is None, "the grammar's answer stands"
    assert {name: type(said) for name, said in found.items()} == {
        "login": oidc.OidcUnreachable,
        "pictures": PictureRefused,
        "calendar's key": CalendarError,
        "calendar's pages": CalendarError,
    }


def test_every_channel_that_leaves_this_machine_has_a_deadline(monkeypatch):
    for name, value in {
        "SLACK_TOKEN": "t",
        "TELEGRAM_TOKEN": "t",
        "TEAMS_WEBHOOK_URL": "https://teams.example",
        "GOOGLE_CHAT_WEBHOOK_URL": "https://chat.example",
        "N8N_WEBHOOK_URL": "https://n8n.example",
        "N8N_SECRET": "s" * 16,
        "SMTP_HOST": "mail.example",
        "SMTP_FROM": "a@x.example",
        "WHATSAPP_TOKEN": "t",
        "WHATSAPP_PHONE_NUMBER_ID": "1",
    }.items():
        monkeypatch.setenv(f"FBADS_{name}", value)
    found = channels(load_settings())
    assert len(found) == 8 and {name for name, one in found.items() if not isinstance(one, PunctualChannel)} == {
        "dry_run"
    }
