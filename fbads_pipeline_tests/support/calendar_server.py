"""A Google Calendar on this machine: OAuth's token endpoint and `events.list`, with sync tokens and pages."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class GoogleServer:
    """events: those of the calendar `team@x`; changes: what a known sync token is answered; refuses: (status, body) to
    answer instead, each once; page_size; asked: parameters of every `events.list`."""

    url: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    refuses: list[tuple[int, str]] = field(default_factory=list)
    page_size: int = 250
    asked: list[dict[str, str]] = field(default_factory=list)
    grants: int = 0

    def credentials(self) -> str:
        """A service account's key whose tokens this server gives."""
        return json.dumps(
            {
                "type": "service_account",
                "client_email": "reader@project.iam.gserviceaccount.com",
                "private_key": private_key(),
                "token_uri": f"{self.url}/token",
            }
        )

    def answer(self, asked: dict[str, str]) -> tuple[int, dict[str, Any] | str]:
        """As `events.list` does: pages, then the token of the next synchronisation."""
        self.asked.append(asked)
        if self.refuses:
            return self.refuses.pop(0)
        token = asked.get("syncToken")
        if token is not None and token not in self.tokens:
            return 410, error(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
        if token is not None and ("timeMin" in asked or "timeMax" in asked):
            return 400, error(400, "badRequest", "timeMin cannot be used with a sync token")
        items = self.changes if token else self.events
        begin = int(asked.get("pageToken", "0"))
        page: dict[str, Any] = {"items": items[begin : begin + self.page_size]}
        if begin + self.page_size < len(items):
            return 200, page | {"nextPageToken": str(begin + self.page_size)}
        self.tokens.add(f"sync-{len(self.tokens) + 1}")
        return 200, page | {"nextSyncToken": f"sync-{len(self.tokens)}"}


def error(status: int, reason: str, message: str) -> str:
    """Google's error body."""
    return json.dumps({"error": {"code": status, "message": message, "errors": [{"reason": reason}]}})


@cache
def private_key() -> str:
    """An RSA key made for this run of the tests."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


@contextmanager
def google_server() -> Iterator[GoogleServer]:
    """A server on a free loopback port; gone in the end."""
    state = GoogleServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            state.grants += 1
            self._say(200, {"access_token": "ya29.canary", "expires_in": 3600, "token_type": "Bearer"})

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            if self.headers.get("Authorization") != "Bearer ya29.canary":
                self._say(401, error(401, "authError", "Invalid Credentials"))
            elif unquote(address.path) != "/calendar/v3/calendars/team@x/events":
                self._say(404, error(404, "notFound", "Not Found"))
            else:
                self._say(*state.answer(asked))

        def _say(self, status: int, body: dict[str, Any] | str) -> None:
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def all_day(event_id: str, summary: str | None, first: str, after: str, **more: Any) -> dict[str, Any]:
    """An all-day event as the API shows it: its end is the day after."""
    item = {"id": event_id, "status": "confirmed", "start": {"date": first}, "end": {"date": after}, **more}
    return item if summary is None else item | {"summary": summary}


def with_hours(event_id: str, summary: str, begin: str, end: str, **more: Any) -> dict[str, Any]:
    """An event with hours, each with its offset."""
    times = {"start": {"dateTime": begin}, "end": {"dateTime": end}}
    return {"id": event_id, "status": "confirmed", "summary": summary, **times, **more}
