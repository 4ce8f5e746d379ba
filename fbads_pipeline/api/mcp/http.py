"""The Model Context Protocol over HTTP at /mcp: the same tools, for whoever shows a session, token or key.

Nothing is kept between two requests; each is answered for the one who makes it, and for their accounts alone.
"""

import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import cached_property

from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.authentication import identify
from fbads_pipeline.api.dependencies import shared_chat
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.identity import identity_store
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.identity.users import Scope as Right
from fbads_pipeline.settings import Settings

PATH = "/mcp"
# A caller has one of them; each tool asks for its own.
ANY_OF: tuple[Right, ...] = ("marts:read", "suggestions:read", "reports:read")
MOST_PER_MINUTE = 120
_CALLER: ContextVar[Principal] = ContextVar("mcp_caller")


class McpEndpoint:
    """An ASGI application that asks who comes in, and hands on to the protocol's own."""

    def __init__(self, make: Callable[[], Starlette], settings: Settings, database: Database) -> None:
        """make: makes the protocol's own application, which takes a moment: when the application starts to serve."""
        self._make, self._settings, self._database = make, settings, database

    @cached_property
    def inner(self) -> Starlette:
        """The protocol's own application."""
        return self._make()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith(PATH):  # without the slash at its end, which the protocol's own expects
            scope = {**scope, "path": f"{scope['path']}/", "root_path": f"{scope.get('root_path', '')}{PATH}"}
        token = _CALLER.set(await run_in_threadpool(self._caller, Request(scope, receive)))
        try:
            await self.inner(dict(scope), receive, send)  # it puts itself into the scope as the application
        finally:
            _CALLER.reset(token)

    def _caller(self, request: Request) -> Principal:
        who = identify(request, identity_store(self._database), clock(self._settings))
        if who is None:
            raise ApiError(401, "unauthenticated", "authentication_required")
        if not any(who.may(right) for right in ANY_OF):
            raise ApiError(403, "forbidden", "missing_scope", scope=ANY_OF[0], role=who.role)
        wait = request.app.state.limits.take(f"mcp:{who.user_id}", MOST_PER_MINUTE)
        if wait is not None:
            seconds = math.ceil(wait)
            raise ApiError(429, "too_many_requests", "too_many_requests", count=seconds, retry_after=seconds)
        return who


def install(app: FastAPI, settings: Settings, database: Database) -> None:
    """Mount it; the protocol's own loop runs as long as the application does."""
    endpoint = McpEndpoint(lambda: _protocol(app, settings, database), settings, database)
    app.router.routes.append(Route(PATH, endpoint))
    app.mount(PATH, endpoint)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        inner = await run_in_threadpool(lambda: endpoint.inner)
        async with inner.router.lifespan_context(inner):
            yield

    app.router.lifespan_context = lifespan


def _protocol(app: FastAPI, settings: Settings, database: Database) -> Starlette:
    # mcp is heavy: imported where it is needed.
    from mcp.server.transport_security import TransportSecuritySettings

    from fbads_pipeline.api.mcp.caller import Caller
    from fbads_pipeline.api.mcp.server import server_of

    server = server_of(Caller(settings, database, _CALLER.get, lambda: shared_chat(app, settings, database)))
    # A rebound name gets in nowhere: `identify` serves strangers under this machine's own names only.
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return server.streamable_http_app(
        streamable_http_path="/", json_response=True, stateless_http=True, transport_security=security
    )
