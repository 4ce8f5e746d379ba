"""The FastAPI application: routes, one error shape, security headers, one log line per request."""

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline

from fbads_pipeline.adapters.identity.access_tokens import tokens_of
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.rate_limits import Limits, ProcessLimits, RedisLimits
from fbads_pipeline.api import errors
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.mcp import http as mcp_http
from fbads_pipeline.api.metrics import Metrics
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.routers import ROUTERS
from fbads_pipeline.api.pages.visitor import PageProblem
from fbads_pipeline.api.routes import (
    analytics,
    auth,
    campaigns,
    chat,
    health,
    metrics,
    privacy,
    reports,
    suggestions,
    users,
    webhooks,
    webhooks_n8n,
)
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.settings import Settings

log = structlog.get_logger(__name__)

_ROUTERS = (
    *(one.router for one in (health, metrics, auth, users, privacy, campaigns, analytics, suggestions, reports, chat)),
    *(one.router for one in (webhooks, webhooks_n8n)),
    *ROUTERS,
)
_TAGGED = "/api/v1/"
_LONGEST_BODY = 64 * 1024
_PROBLEMS = {
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    405: "not_found",
    429: "too_many",
    503: "unavailable",
}
_DOCS = ("/docs", "/redoc", "/static-offline-docs")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STRICT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# Pages bring their own style sheet and send their forms home; nothing on them is a script.
_PAGES = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
# Swagger's page starts itself with an inline script and styles itself inline; everything comes from this origin.
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; worker-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def create_app(settings: Settings, database: Database) -> FastAPI:
    """The sidecar over an open database; it closes nothing."""
    app = FastAPIOffline(
        title="fbads_pipeline",
        version="1",
        description="Campaigns, their days and the suggestions about them, as the marts tell them.",
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    app.state.settings, app.state.database = settings, database
    app.state.access_tokens = tokens_of(settings)
    app.state.limits = _limits(settings)
    app.state.metrics = Metrics(database.owner)
    app.state.problem_page = problem_page
    app.state.metrics.watch(database.owner, database.analyst)
    for router in _ROUTERS:
        _document_tags(router)
        app.include_router(router)
    errors.install(app)
    app.add_exception_handler(PageProblem, page_problem)  # type: ignore[arg-type]
    mcp_http.install(app, settings, database)
    app.mount("/static", StaticFiles(packages=[("fbads_pipeline.api", "static")]), name="static")
    app.middleware("http")(_serve)
    return app


async def page_problem(request: Request, problem: PageProblem) -> Response:
    """To the login, or a page that says what is the matter."""
    if problem.status == 401:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(asked if request.method == 'GET' else '/', safe='')}", 303)
    return problem_page(request, problem.status, {})


def problem_page(request: Request, status: int, headers: Mapping[str, str]) -> Response:
    """What is the matter, in the visitor's language; nothing is asked of the database."""
    who = getattr(request.state, "visitor", None)
    name = _PROBLEMS.get(status, "fault" if status >= 500 else "wrong")
    message = page_localizer(request, who)(f"pages.problem.{name}")
    page = render(request, "problem.html.j2", who, "problem", status=status, message=message)
    page.headers.update(headers)
    return page


def _document_tags(router: APIRouter) -> None:
    """Reads of the API may answer that nothing has changed."""
    for route in router.routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path.startswith(_TAGGED):
            route.responses.setdefault(304, {"description": "It is what the ETag in If-None-Match stands for."})


async def _tagged(request: Request, response: Response) -> Response:
    """An answer to a read of the API, with its ETag; without a body where the asker has it already."""
    is_json = response.headers.get("content-type", "").startswith("application/json")
    if (
        request.method != "GET"
        or response.status_code != 200
        or not is_json
        or not request.url.path.startswith(_TAGGED)
    ):
        return response
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, 200, {**response.headers, "ETag": tag})


def _too_big(request: Request) -> Response | None:
    """Bodies say their length, and none of ours is long."""
    length = request.headers.get("content-length")
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    if length is None and "transfer-encoding" in request.headers:
        return errors.answer(request, 411, "length_required", message("api.length_required"))
    if length is not None and (not length.isdigit() or int(length) > _LONGEST_BODY):
        return errors.answer(request, 413, "too_big", message("api.too_big", bytes=str(_LONGEST_BODY)))
    return None


def _limits(settings: Settings) -> Limits:
    return ProcessLimits() if settings.redis_url is None else RedisLimits(settings.redis_url.get_secret_value())


async def _serve(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    """An id for the request, an answer for what nobody caught, the headers, a log line (without the query)."""
    request.state.request_id = secrets.token_hex(8)
    begun = time.perf_counter()
    try:
        response = _too_big(request) or await _tagged(request, await follow(request))
    except Exception as error:
        log.error("fault", request_id=request.state.request_id, exc_info=error)
        response = errors.answer(request, 500, "fault", message("api.fault"))
    is_docs = request.url.path.startswith(_DOCS)
    response.headers.update(_HEADERS)
    is_page = response.headers.get("content-type", "").startswith("text/html") and not is_docs
    response.headers["Content-Security-Policy"] = _DOCS_POLICY if is_docs else _PAGES if is_page else _STRICT
    response.headers["X-Request-Id"] = request.state.request_id
    if not is_docs:
        response.headers["Cache-Control"] = "private, no-cache" if "etag" in response.headers else "no-store"
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
