"""The FastAPI application: routes, one error shape, security headers, one log line per request."""

import secrets
import time
from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline

from fbads_pipeline.adapters.postgres.database import Database
from fbads_pipeline.api import errors
from fbads_pipeline.api.routes import campaigns, chat, health, suggestions
from fbads_pipeline.settings import Settings

log = structlog.get_logger(__name__)

_DOCS = ("/docs", "/redoc", "/static-offline-docs")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STRICT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
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
    for routes in (health, campaigns, chat, suggestions):
        app.include_router(routes.router)
    errors.install(app)
    app.middleware("http")(_serve)
    return app


async def _serve(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    """An id for the request, an answer for what nobody caught, the headers, a log line (without the query)."""
    request.state.request_id = secrets.token_hex(8)
    begun = time.perf_counter()
    try:
        response = await follow(request)
    except Exception as error:
        log.error("fault", request_id=request.state.request_id, exc_info=error)
        response = errors.answer(request, 500, "fault", "something of ours broke; the request id finds it in the log")
    is_docs = request.url.path.startswith(_DOCS)
    response.headers.update(_HEADERS)
    response.headers["Content-Security-Policy"] = _DOCS_POLICY if is_docs else _STRICT
    response.headers["X-Request-Id"] = request.state.request_id
    if not is_docs:
        response.headers["Cache-Control"] = "no-store"
    route = request.scope.get("route")
    log.info(
        "request",
        method=request.method,
        endpoint=getattr(route, "path", "unknown"),
        status=response.status_code,
        milliseconds=round((time.perf_counter() - begun) * 1000, 1),
        request_id=request.state.request_id,
    )
    return response
