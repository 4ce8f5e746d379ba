"""Attacks on connections: requests that are never finished, and addresses that a caller makes up."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from attack.attempts import Attack
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.api import http_server

_HALF = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"
_DEADLINE = 0.5


async def _waits_for_the_body(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        shown = scope["client"][0].encode()
        length = (b"content-length", str(len(shown)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": shown})


@contextlib.contextmanager
def _serving(is_protected: bool) -> Iterator[int]:
    port = free_port()
    config = http_server.server_config(_waits_for_the_body, host="127.0.0.1", port=port, trusted_proxies=())
    if not is_protected:
        config = uvicorn.Config(_waits_for_the_body, port=port, log_config=None)  # believes 127.0.0.1 as a proxy
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    before, http_server.REQUEST_SECONDS = http_server.REQUEST_SECONDS, _DEADLINE
    try:
        yield port
    finally:
        http_server.REQUEST_SECONDS = before
        server.should_exit = server.force_exit = True
        thread.join()


def _holds_a_connection(is_protected: bool) -> bool:
    with _serving(is_protected) as port, socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(_HALF)
        half.settimeout(4 * _DEADLINE)
        try:
            return half.recv(100) != b""
        except TimeoutError:
            return True
        except ConnectionResetError:
            return False


def _makes_up_an_address(is_protected: bool) -> bool:
    request = b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\nConnection: close\r\n\r\n"
    with _serving(is_protected) as port, socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(5)
        connection.sendall(request)
        received = b"".join(iter(lambda: connection.recv(1000), b""))
    return received.endswith(b"203.0.113.7")


CONNECTION_ATTACKS = (
    Attack("a half-sent request holds a connection", _holds_a_connection),
    Attack("a caller makes up its address (X-Forwarded-For)", _makes_up_an_address),
)
