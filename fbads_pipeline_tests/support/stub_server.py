"""The far side of a channel on this machine: real HTTP, answering as the test says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class FarSide:
    """answers: one per request, then `usual`; requests: (path, headers, parsed body) as they came, {} for a picture and
    for no body; raw: their bytes."""

    url: str = ""
    usual: object = None
    answers: list[Answer] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)


def reply(status: int, body: object, headers: dict[str, str] | None = None) -> Answer:
    """That status with that JSON (or that text)."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
        handler.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def refuse(error: str) -> Answer:
    """HTTP 200 that says no, as Slack does."""
    return reply(200, {"ok": False, "error": error})


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """The connection ends after the request was read."""
    handler.close_connection = True


def silence(release: threading.Event) -> Answer:
    """Nothing until the test lets go."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        release.wait(30)
        handler.close_connection = True

    return answer


OK = {"ok": True, "channel": "C1", "ts": "1700000000.000100", "message": {}}


def _parsed(handler: BaseHTTPRequestHandler, body: bytes) -> dict[str, Any]:
    kind = handler.headers["Content-Type"] or ""
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode()))
    if kind.startswith("image/") or not body:
        return {}
    parsed: dict[str, Any] = json.loads(body)
    return parsed


@contextmanager
def stub_server(usual: object = OK) -> Iterator[FarSide]:
    """A server on a free loopback port, by default a Slack that says yes; gone in the end."""
    state = FarSide(usual=usual)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            state.raw.append(self.rfile.read(length))
            state.requests.append((self.path, dict(self.headers), _parsed(self, state.raw[-1])))
            (state.answers.pop(0) if state.answers else reply(200, state.usual))(self)

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            state.requests.append((path, dict(self.headers), dict(parse_qsl(query))))
            (state.answers.pop(0) if state.answers else reply(200, state.usual))(self)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
