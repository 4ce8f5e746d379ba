"""What every request passes: an id, the limit of its body, ETags, headers, one log line."""

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable

import structlog
from fastapi import Request, Response

from fbads_pipeline.adapters.postgres.identity.audit import ORIGIN
from fbads_pipeline.adapters.postgres.server.kept_answers import REQUEST_STATES, RequestStates
from fbads_pipeline.api import errors
from fbads_pipeline.api.assets import STATIC, asset_digest
from fbads_pipeline.api.rate_limits import network_of
from fbads_pipeline.domain.core.links import SHARED
from fbads_pipeline.domain.core.messages import message

log = structlog.get_logger(__name__)

TAGGED = "/api/v1/"
_READING = ("GET", "HEAD", "OPTIONS")
# More than statements, the chat's model and a company's login may take together.
LONGEST_ANSWER_SECONDS = 120.0
_LONGEST_BODY = 64 * 1024
# A logo, and the form around it.
_LOGOS, _LONGEST_LOGO = re.compile(r"(/api/v1)?/clients/[0-9]{1,19}/logo"), 1024 * 1024 + 8 * 1024
_DOCS = ("/docs", "/redoc", "/static-offline-docs")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# What somebody sees who has nothing but a link: its address, which holds a secret, goes nowhere from there.
_OF_SHARED = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}
_STRICT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# Pages bring their own style sheet and script, ask and send their forms home; nothing is inline.
_PAGES = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:;"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Swagger's page starts itself with an inline script and styles itself inline; everything comes from this origin.
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; worker-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


async def serve_request(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    """An id for the request, an answer for what nobody caught, the headers, a log line (without the query)."""
    request.state.request_id = secrets.token_hex(8)
    ORIGIN.set({"via": "http", "network": network_of(request), "request_id": request.state.request_id})
    REQUEST_STATES.set(RequestStates() if request.method in _READING else None)
    begun = time.perf_counter()
    try:
        response = _too_big(request) or await _tagged(request, await _in_time(request, follow))
    except Exception as error:
        log.error("fault", request_id=request.state.request_id, exc_info=error)
        response = errors.answer(request, 500, "fault", message("api.fault"))
    is_docs = request.url.path.startswith(_DOCS)
    response.headers.update(_HEADERS)
    is_page = response.headers.get("content-type", "").startswith("text/html") and not is_docs
    if request.url.path.startswith(SHARED):
        response.headers.update(_OF_SHARED)
    if "content-security-policy" not in response.headers:  # a report's page brings the hashes of its own styles
        response.headers["Content-Security-Policy"] = _DOCS_POLICY if is_docs else _PAGES if is_page else _STRICT
    response.headers["X-Request-Id"] = request.state.request_id
    if not is_docs:
        response.headers["Cache-Control"] = _cache_control(request, response)
    endpoint = getattr(request.scope.get("route"), "path", "unknown")
    request.app.state.metrics.seen(request.method, endpoint, response.status_code, time.perf_counter() - begun)
    log.info(
        "request",
        method=request.method,
        endpoint=endpoint,
        status=response.status_code,
        milliseconds=round((time.perf_counter() - begun) * 1000, 1),
        request_id=request.state.request_id,
    )
    return response


def _cache_control(request: Request, response: Response) -> str:
    """What is asked for by its contents' digest never changes; what an account sees is nobody else's."""
    if request.url.path.startswith(STATIC) and request.query_params.get("v") == asset_digest(
        request.url.path.removeprefix(STATIC)
    ):
        return "public, max-age=31536000, immutable"
    return "private, no-cache" if "etag" in response.headers else "no-store"


async def _in_time(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    """The answer, or 503 where its beginning takes too long: a database that hangs keeps nobody waiting for ever. What
    was given up goes on by itself, and nobody reads its answer."""
    answering = asyncio.ensure_future(follow(request))
    done, _ = await asyncio.wait({answering}, timeout=LONGEST_ANSWER_SECONDS)
    if done:
        return answering.result()
    answering.add_done_callback(lambda late: late.cancelled() or late.exception())
    log.error("no answer in time", request_id=request.state.request_id)
    headers = {"Retry-After": errors.RETRY_SECONDS}
    return errors.answer(request, 503, "unavailable", message("api.unavailable"), message("api.hint.readyz"), headers)


async def _tagged(request: Request, response: Response) -> Response:
    """An answer to a read of the API, with its ETag; without a body where the asker has it already."""
    is_json = response.headers.get("content-type", "").startswith("application/json")
    if request.method != "GET" or response.status_code != 200 or not is_json or not request.url.path.startswith(TAGGED):
        return response
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, 200, {**response.headers, "ETag": tag})


def _too_big(request: Request) -> Response | None:
    """Bodies say their length, and none of ours is long."""
    length = request.headers.get("content-length")
    if request.method in _READING:
        return None
    if length is None and "transfer-encoding" in request.headers:
        return errors.answer(request, 411, "length_required", message("api.length_required"))
    longest = _LONGEST_LOGO if _LOGOS.fullmatch(request.url.path) else _LONGEST_BODY
    if length is not None and (not length.isdigit() or int(length) > longest):
        return errors.answer(request, 413, "too_big", message("api.too_big", bytes=str(longest)))
    return None
