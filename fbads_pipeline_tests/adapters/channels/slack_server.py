"""A Slack on this machine: `chat.postMessage` over real HTTP, answering as the test says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class SlackServer:
    """answers: one per request, then ok; requests: (path, headers, parsed body) as they came."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)


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


@contextmanager
def slack_server() -> Iterator[SlackServer]:
    """A server on a free loopback port; gone in the end."""
    state = SlackServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            state.requests.append((self.path, dict(self.headers), json.loads(self.rfile.read(length))))
            (state.answers.pop(0) if state.answers else reply(200, OK))(self)

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
