"""The gate before Dagster's webserver, which has no login: every request and websocket passes here first.

Refused: names that are not ours (a rebound one), requests and websockets of other sites, whoever has no session, and
changes by whoever may only look.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fbads_pipeline.adapters.identity.secret_files import LOCAL_PATH
from fbads_pipeline.api.authentication import LOCAL_COOKIE, SAFE, is_own_origin, is_own_site
from fbads_pipeline.api.dagster_ui.access import NoAccess, UiAccess, UiVisitor
from fbads_pipeline.api.dagster_ui.graphql import UnreadableRequest, read_request

log = structlog.get_logger(__name__)

GRAPHQL = "/graphql"
HEALTH = "/server_info"
MAY_CHANGE = "fbads_may_change"
_LONGEST_BODY = 1024 * 1024
_REFUSED = 1008
# A websocket streams for hours: whether its visitor may still look is asked again that often.
RECHECK_SECONDS = 5.0
_HEADERS = ((b"x-frame-options", b"DENY"), (b"cross-origin-resource-policy", b"same-origin"))


class UiRefused(Exception):
    """An answer instead of Dagster's."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class DagsterGate:
    """ASGI middleware. names: host names under which the UI is reached; login_port: of the sidecar on this machine;
    login_url: of the sidecar elsewhere, where it is set."""

    def __init__(
        self, app: ASGIApp, *, access: UiAccess, names: frozenset[str], login_port: int, login_url: str | None
    ) -> None:
        self._app, self._access, self._names = app, access, names
        self._login_port, self._login_url = login_port, login_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._http(scope, receive, partial(_with_headers, send))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            self._require_own_name(request)
            answer = await self._answer(request)
        except UiRefused as refused:
            log.warning("dagster ui refused", method=request.method, path=request.url.path, reason=refused.sentence)
            answer = PlainTextResponse(f"{refused.sentence}\n", refused.status, {"Cache-Control": "no-store"})
        if answer is not None:
            await answer(scope, receive, send)
            return
        replaced = getattr(request.state, "judged_body", None)
        await self._app(scope, receive if replaced is None else _receive_of(replaced, receive), send)

    async def _answer(self, request: Request) -> Response | None:
        """An answer of the gate's own; None where Dagster answers. Raises UiRefused."""
        if request.url.path == HEALTH and request.method in SAFE:
            return None
        _require_own_site(request)
        if request.url.path == LOCAL_PATH:
            return await run_in_threadpool(self._opened, request)
        visitor = await self._visitor(request)
        if visitor is None:
            return self._to_login(request)
        request.scope[MAY_CHANGE] = visitor.may_change
        if request.url.path == GRAPHQL:
            await _judge_graphql(request, visitor)
        elif request.method not in SAFE and not visitor.may_change:
            raise UiRefused(403, "your role may only look here: an admin may change something")
        return None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        try:
            self._require_own_name(connection)
            if not connection.headers.get("origin") or not is_own_origin(connection) or not is_own_site(connection):
                raise UiRefused(403, "another site opens no connection here")
            visitor = await self._visitor(connection)
            if visitor is None:
                raise UiRefused(401, "log in first")
        except UiRefused as refused:
            log.warning("dagster ui refused", method="websocket", path=scope["path"], reason=refused.sentence)
            await send({"type": "websocket.close", "code": _REFUSED, "reason": refused.sentence})
            return
        scope[MAY_CHANGE] = visitor.may_change
        await self._app(scope, receive, _Rechecked(send, partial(self._may_still_look, connection)))

    async def _visitor(self, connection: HTTPConnection) -> UiVisitor | None:
        try:
            return await run_in_threadpool(self._access.visitor, connection)
        except NoAccess:
            raise UiRefused(403, "Dagster shows every account: only somebody who sees all of them may look") from None

    async def _may_still_look(self, connection: HTTPConnection) -> bool:
        try:
            return await self._visitor(connection) is not None
        except UiRefused:
            return False

    def _require_own_name(self, connection: HTTPConnection) -> None:
        if _host_name(connection) not in self._names:
            raise UiRefused(
                421, "this name is not one of Dagster's UI: FBADS_DAGSTER_URL says under which it is reached"
            )

    def _opened(self, request: Request) -> Response:
        """The printed address of a home without users."""
        secret = request.query_params.get("secret", "")
        if not self._access.is_local_secret(request, secret):
            raise UiRefused(401, "this is not the address that the program printed")
        answer = RedirectResponse("/", 303)
        answer.set_cookie(LOCAL_COOKIE, secret, path="/", httponly=True, samesite="lax")
        return answer

    def _to_login(self, request: Request) -> Response:
        if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            raise UiRefused(401, "log in first")
        base = self._login_url or f"http://{_host_name(request)}:{self._login_port}"
        return RedirectResponse(f"{base.rstrip('/')}/login?next=/dagster", 303)


class _Rechecked:
    """Sends on, and closes the connection once its visitor may not look any more."""

    def __init__(self, send: Send, may_still_look: Callable[[], Awaitable[bool]]) -> None:
        self._send, self._may_still_look = send, may_still_look
        self._checked, self._is_over = time.monotonic(), False

    async def __call__(self, message: Message) -> None:
        if self._is_over:
            return
        if message["type"] == "websocket.send" and time.monotonic() - self._checked >= RECHECK_SECONDS:
            if not await self._may_still_look():
                self._is_over = True
                message = {"type": "websocket.close", "code": _REFUSED, "reason": "log in again"}
            self._checked = time.monotonic()
        await self._send(message)


async def _judge_graphql(request: Request, visitor: UiVisitor) -> None:
    """Raises UiRefused for what cannot be judged, and for a change by whoever may only look."""
    if request.method in SAFE:
        if request.query_params or request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            raise UiRefused(405, "GraphQL is answered by POST with a JSON body")
        return
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UiRefused(415, "GraphQL is answered for a body of the type application/json")
    try:
        read = read_request(await _body(request))
    except UnreadableRequest as unreadable:
        raise UiRefused(400, str(unreadable)) from None
    if read.changes:
        log.info("dagster ui change", who=visitor.user_id, changes=read.changes, allowed=visitor.may_change)
        if not visitor.may_change:
            raise UiRefused(403, "your role may only look here: an admin may change something")
    request.state.judged_body = read.body


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise UiRefused(413, f"a request has at most {_LONGEST_BODY} bytes")
    return body


def _require_own_site(request: Request) -> None:
    """Another site may link here, and do nothing else. Raises UiRefused."""
    if is_own_origin(request) and is_own_site(request):
        return
    is_link = request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
    if not is_link or request.url.path == GRAPHQL or request.headers.get("origin") is not None:
        raise UiRefused(403, "another site does nothing here")


def _host_name(connection: HTTPConnection) -> str:
    """The name of the Host header, without its port; one header alone counts."""
    given = connection.headers.getlist("host")
    try:
        return (urlsplit(f"//{given[0]}").hostname or "") if len(given) == 1 else ""
    except ValueError:
        return ""


def _receive_of(body: bytes, follow: Receive) -> Receive:
    """The judged body, once; afterwards what the connection says."""
    is_sent = asyncio.Event()

    async def receive() -> Message:
        if is_sent.is_set():
            return await follow()
        is_sent.set()
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _with_headers(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        message = {**message, "headers": [*_raw(message), *_HEADERS]}
    await send(message)


def _raw(message: Message) -> Any:
    return message.get("headers", ())
