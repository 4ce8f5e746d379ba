"""Half-sent requests hold no connection, and a proxy's headers count from configured proxies alone."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn

from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.api import http_server
from fbads_pipeline.api.http_server import BoundedRequests, server_config
from fbads_pipeline.settings import SettingsError, load_settings

WHOLE = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok"
HALVES = {
    "nothing": b"",
    "half a line": b"GET /hea",
    "half the headers": b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "half the body": WHOLE[:-1],
}


async def shows_the_address(scope, receive, send):
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    shown = f"{scope['client'][0]} {scope['scheme']}".encode()
    length = (b"content-length", str(len(shown)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": shown})


@contextmanager
def serving(trusted_proxies=(), protocol=BoundedRequests):
    port = free_port()
    config = server_config(shows_the_address, host="127.0.0.1", port=port, trusted_proxies=trusted_proxies)
    config.http = protocol
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()


def is_dropped(connection, seconds=5.0):
    """Whether the server ends the connection without an answer."""
    connection.settimeout(seconds)
    try:
        return connection.recv(1000) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def answer(connection, sent):
    connection.settimeout(5)
    connection.sendall(sent)
    received = b""
    while b"http" not in received.partition(b"\r\n\r\n")[2]:
        received += connection.recv(1000)
    return received.partition(b"\r\n\r\n")[2].decode()


def test_half_sent_requests_are_dropped_and_whole_ones_answered(monkeypatch):
    monkeypatch.setattr(http_server, "REQUEST_SECONDS", 0.3)
    with serving() as port:
        open_ones = {name: socket.create_connection(("127.0.0.1", port)) for name in HALVES}
        for name, half in HALVES.items():
            open_ones[name].sendall(half)
        second = socket.create_connection(("127.0.0.1", port))
        assert answer(second, WHOLE) == "127.0.0.1 http"
        second.sendall(WHOLE[:-1])
        assert {name: is_dropped(one) for name, one in open_ones.items()} == dict.fromkeys(HALVES, True)
        assert is_dropped(second), "the second request of a connection too"
        for one in (*open_ones.values(), second):
            one.close()


def test_a_connection_that_uvicorn_alone_keeps_is_what_the_deadline_is_for():
    with serving(protocol="httptools") as port, socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(HALVES["half the headers"])
        assert not is_dropped(half, seconds=1.0)


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [((), "127.0.0.1 http"), (("127.0.0.1",), "203.0.113.7 https"), (("10.0.0.0/8",), "127.0.0.1 http")],
)
def test_a_proxys_headers_count_from_configured_proxies_alone(trusted, seen):
    shown = WHOLE.replace(b"Host: x", b"Host: x\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https")
    with serving(trusted) as port, socket.create_connection(("127.0.0.1", port)) as connection:
        assert answer(connection, shown) == seen


def test_everybody_is_no_proxy():
    for wrong in ("0.0.0.0/0", "::/0", "proxy.example"):
        with pytest.raises(SettingsError, match="FBADS_TRUSTED_PROXIES"):
            load_settings(trusted_proxies=wrong)
    assert load_settings(trusted_proxies="10.0.0.1, 172.16.0.0/12").trusted_proxies == ("10.0.0.1", "172.16.0.0/12")
