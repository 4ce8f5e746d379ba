"""A Graph API of a few lines that answers as a test tells it to: real HTTP on loopback, every request kept."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request as it arrived. query: of the address, or of the form of a POST."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    address: str


@dataclass
class Answer:
    """What is sent back. declared_length: a Content-Length that lies; None tells the truth."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    declared_length: int | None = None
    hang_up: bool = False

    def encoded(self) -> bytes:
        return self.raw if self.raw is not None else json.dumps(self.body).encode()


def error(code: int, subcode: int | None = None, *, status: int = 400, message: str = "no", **headers: str) -> Answer:
    """Meta's error envelope."""
    envelope: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Atrace"}
    if subcode is not None:
        envelope["error_subcode"] = subcode
    return Answer({"error": envelope}, status, {name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class GraphServer:
    """url: where it listens; asked: every request so far, in the order of arrival."""

    url: str
    asked: list[Asked]

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


@contextmanager
def graph_server(answer: Callable[[Asked, int], Answer]) -> Iterator[GraphServer]:
    """Serve until the context ends; `answer` gets the request and how many came before it."""
    asked: list[Asked] = []
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve("GET", urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._serve("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        def _serve(self, method: str, query: str) -> None:
            flat = {key: values[-1] for key, values in parse_qs(query, keep_blank_values=True).items()}
            path = urlsplit(self.path).path.split("/", 2)[2]
            one = Asked(method, path, flat, {key.lower(): value for key, value in self.headers.items()}, self.path)
            with lock:
                before = len(asked)
                asked.append(one)
            said = answer(one, before)
            if said.hang_up:
                self.close_connection = True
                return
            body = said.encoded()
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            length = len(body) if said.declared_length is None else said.declared_length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)
            if length != len(body):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield GraphServer(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
