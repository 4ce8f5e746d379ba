"""The FastAPI application: its routes, pages and handlers of errors."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline

from fbads_pipeline.adapters.identity.access_tokens import tokens_of
from fbads_pipeline.adapters.identity.secret_files import local_secret
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api import errors
from fbads_pipeline.api.edge import route as edge
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.mcp import http as mcp_http
from fbads_pipeline.api.metrics import Metrics
from fbads_pipeline.api.middleware import TAGGED, serve_request
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.reports import shared
from fbads_pipeline.api.pages.routers import ROUTERS
from fbads_pipeline.api.pages.visitor import PageProblem
from fbads_pipeline.api.routes import (
    analytics,
    auth,
    budgets,
    campaigns,
    clients,
    health,
    metrics,
    observations,
    privacy,
    suggestions,
    targets,
    users,
    webhooks,
    webhooks_alertmanager,
    webhooks_n8n,
)
from fbads_pipeline.api.routes.chat import questions, vocabulary
from fbads_pipeline.api.routes.delivery import changes, creatives, links, pixels
from fbads_pipeline.api.routes.delivery import problems as delivery
from fbads_pipeline.api.routes.orders import sales as order_sales
from fbads_pipeline.api.routes.orders import webhook as order_webhook
from fbads_pipeline.api.routes.own import account, consents, second_factor
from fbads_pipeline.api.routes.recommendations import feedback, meta, objects
from fbads_pipeline.api.routes.reports import links as report_links
from fbads_pipeline.api.routes.reports import made as reports
from fbads_pipeline.api.routes.reports import templates as report_templates
from fbads_pipeline.api.specification.examples import completed
from fbads_pipeline.bootstrap.core import shared_state
from fbads_pipeline.bootstrap.health import metrics_collector
from fbads_pipeline.domain.core.links import SHARED
from fbads_pipeline.settings import Settings

_ROUTERS = (
    *(
        one.router
        for one in (health, metrics, auth, account, second_factor, consents, users, privacy, campaigns, analytics)
    ),
    *(one.router for one in (suggestions, observations, targets, clients, budgets, delivery, creatives, reports)),
    *(one.router for one in (questions, vocabulary)),
    *(one.router for one in (report_links, report_templates, feedback, meta, objects, order_sales)),
    *(one.router for one in (changes, links, pixels)),
    *(one.router for one in (webhooks, webhooks_alertmanager, webhooks_n8n, order_webhook, edge)),
    *ROUTERS,
)
_PROBLEMS = {
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    405: "not_found",
    429: "too_many",
    503: "unavailable",
}


def create_app(settings: Settings, database: Database) -> FastAPI:
    """The sidecar over an open database; it closes nothing."""
    app = FastAPIOffline(
        title="fbads_pipeline",
        version="1",
        description="Campaigns, their days and the suggestions about them, as the marts hold them.",
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    app.state.settings, app.state.database = settings, database
    app.state.access_tokens = tokens_of(settings)
    app.state.local_secret = local_secret(settings.home_path)
    app.state.limits = shared_state(settings, database)
    app.state.metrics = Metrics(metrics_collector(settings, database))
    app.state.problem_page = problem_page
    app.state.metrics.watch(database.owner, database.analyst)
    for router in _ROUTERS:
        _document_tags(router)
        # Not include_router: it would make every route and its validators a second time, when the first request comes.
        app.router.routes.extend(router.routes)
    errors.install(app)
    app.add_exception_handler(PageProblem, page_problem)  # type: ignore[arg-type]
    mcp_http.install(app, settings, database)
    # Packed, unlike pages and answers: those hold a secret of the session beside words of the address, and over TLS the
    # length of both packed together gives the secret away (BREACH).
    files = GZipMiddleware(StaticFiles(packages=[("fbads_pipeline.api", "static")]))
    app.mount("/static", files, name="static")
    app.middleware("http")(serve_request)
    _complete_specification(app)
    return app


async def page_problem(request: Request, problem: PageProblem) -> Response:
    """To the login, or a page that says what is the matter."""
    if problem.status == 401:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(asked if request.method == 'GET' else '/', safe='')}", 303)
    return problem_page(request, problem.status, {})


def problem_page(request: Request, status: int, headers: Mapping[str, str], code: str = "") -> Response:
    """What is the matter, in the visitor's language; nothing is asked of the database. A home without figures leads to
    its first steps."""
    if request.url.path.startswith(SHARED):
        page = shared.ended(request, status)
        page.headers.update(headers)
        return page
    who = getattr(request.state, "visitor", None)
    name = _PROBLEMS.get(status, "fault" if status >= 500 else "wrong")
    t = page_localizer(request, who)
    if code == "not_built":
        return RedirectResponse("/start", 303)
    message = t(f"pages.problem.{name}")
    page = render(request, "problem.html.j2", who, "problem", status=status, message=message)
    page.headers.update(headers)
    return page


def _complete_specification(app: FastAPI) -> None:
    """Descriptions and examples beside what follows from the code; made when it is first asked for."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = completed(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document_tags(router: APIRouter) -> None:
    """Reads of the API may answer that nothing has changed."""
    for route in router.routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path.startswith(TAGGED):
            route.responses.setdefault(304, {"description": "Nothing has changed since the ETag in If-None-Match."})
