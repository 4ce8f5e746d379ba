"""A sandbox for the length of a test: real HTTP on a free port, served from a thread."""

import socket
from collections.abc import Mapping, Sequence
from datetime import date
from threading import Thread
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import orjson

from fbads_pipeline.sandbox.graph.sandbox import Sandbox
from fbads_pipeline.sandbox.run import server
from fbads_pipeline.sandbox.world.clock import parse_instant

PATIENCE_SECONDS = 10.0


class SandboxServer:
    """`url` and `token` are what a client needs; the clock stands still until `set_now`.

    anchor: the ISO day that the anomalies precede, by default that of `now`; app_secret: calls must carry its proof.
    """

    def __init__(
        self,
        campaigns: int = 6,
        now: str = "2026-11-10T15:00:00+00:00",
        seed: int = 7,
        anchor: str | None = None,
        app_secret: str | None = None,
    ) -> None:
        self.token = "sandbox-token"
        moment = parse_instant(now)
        self.sandbox = Sandbox(
            seed=seed,
            now=moment,
            is_frozen=True,
            campaigns=campaigns,
            token=self.token,
            anchor=date.fromisoformat(anchor) if anchor else None,
            app_secret=app_secret,
        )
        self._server = server(self.sandbox)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        # No proxy of the environment stands between a test and its own machine.
        self._opener = build_opener(ProxyHandler({}))

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = monotonic() + PATIENCE_SECONDS
        while not self._server.started:
            if monotonic() > deadline:
                raise TimeoutError("the sandbox did not start")
            sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_SECONDS)
        self._socket.close()

    def set_now(self, now: str) -> None:
        self.control("clock", {"now": now})

    def set_scenario(self, scenario: Mapping[str, Any] | None) -> None:
        self.control("scenario", dict(scenario or {}))

    def grant(self, token: str, accounts: Sequence[str] | None = None, expires_at: str | None = None) -> None:
        """Let the token see these accounts (None: all) until then (None: for ever)."""
        asked = {"token": token, "accounts": accounts and list(accounts), "expires_at": expires_at}
        self.control("tokens", {key: value for key, value in asked.items() if value is not None})

    def truth(
        self, level: str, since: date | str, until: date | str, account: str | None = None
    ) -> list[dict[str, Any]]:
        asked = {"level": level, "since": str(since), "until": str(until), **({"account": account} if account else {})}
        rows: list[dict[str, Any]] = self.control(f"truth?{urlencode(asked)}")
        return rows

    def control(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON below `/__sandbox`: a GET without a body, a POST with one."""
        content = None if body is None else orjson.dumps(body)
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url}/__sandbox/{path}", data=content, headers=headers)
        with self._opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            return orjson.loads(answer.read())
