"""uvicorn as both servers use it: bounded requests, and a proxy's headers from configured proxies alone."""

import asyncio
from collections.abc import Sequence

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# A request is whole after that, or the connection ends: bodies are short, and half-sent ones would hold it for ever.
REQUEST_SECONDS = 10.0
_MOST_CONNECTIONS = 1000


class BoundedRequests(HttpToolsProtocol):
    """uvicorn's protocol with a deadline for each request, from its first byte (the first: from the connection) to the
    last one of its body."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline is None:
            self._begin()

    def on_message_complete(self) -> None:
        self._end()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._end()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def _begin(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._drop)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _drop(self) -> None:
        self._deadline = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()


def run_server(app: ASGIApp, *, host: str, port: int, trusted_proxies: Sequence[str]) -> None:
    """Serve until SIGTERM or SIGINT. trusted_proxies: addresses or networks whose X-Forwarded-… headers count."""
    uvicorn.Server(server_config(app, host=host, port=port, trusted_proxies=trusted_proxies)).run()


def server_config(app: ASGIApp, *, host: str, port: int, trusted_proxies: Sequence[str]) -> uvicorn.Config:
    """How `run_server` serves."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedRequests,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=3,
    )
