"""One error shape for everything: {"error": {code, message, hint, request_id}}; no trace, no secret."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError
from starlette.exceptions import HTTPException

from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnreachable

log = structlog.get_logger(__name__)

RETRY_SECONDS = "5"
_FOR_PROGRAMS = ("/api/", "/mcp", "/metrics", "/healthz", "/readyz", "/openapi.json", "/static/", "/docs", "/redoc")
_OPEN = (500, 503)
_ALWAYS = (401, 403, 413, *_OPEN)
_NOT_BUILT = {"42P01", "3F000"}  # undefined table, undefined schema


class ErrorBody(BaseModel):
    """What went wrong, for a program (code) and for a person (message, hint)."""

    code: str = Field(examples=["not_found"])
    message: str = Field(examples=["there is no campaign 17"])
    hint: str | None = Field(None, examples=["GET /api/v1/campaigns lists those that there are"])
    request_id: str


class ErrorAnswer(BaseModel):
    """The one error shape."""

    error: ErrorBody


class ApiError(Exception):
    """An answer other than the one asked for."""

    def __init__(
        self, status: int, code: str, message: str, hint: str | None = None, *, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.hint = status, code, message, hint
        self.retry_after = retry_after


def documented(*statuses: int, is_open: bool = False) -> dict[int | str, dict[str, object]]:
    """OpenAPI's `responses` for the errors that a route can answer with, those of every route among them.

    is_open: anybody may ask."""
    always = _OPEN if is_open else _ALWAYS
    words = {400: "The request makes no sense.", 404: "It does not exist.", 422: "A parameter is not usable."}
    words |= {401: "Nothing says who asks.", 403: "Who asks may not.", 409: "It has changed meanwhile."}
    words |= {405: "This is not done here.", 410: "It is over.", 413: "The body is too big.", 429: "Too many requests."}
    words |= {500: "A fault of ours; the request id finds it in the log.", 503: "The database or the marts are away."}
    return {status: {"model": ErrorAnswer, "description": words[status]} for status in (*statuses, *always)}


def install(app: FastAPI) -> None:
    """Every way in which a request can fail ends in the one shape."""
    app.add_exception_handler(ApiError, _api_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _wrong_parameter)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]
    for away in (DatabaseUnreachable, OperationalError, InterfaceError, ProgrammingError):
        app.add_exception_handler(away, _away)
    app.add_exception_handler(Exception, _fault)


def answer(
    request: Request,
    status: int,
    code: str,
    message: str,
    hint: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error in the one shape; a page for a person's browser."""
    if is_for_people(request):
        page: Response = request.app.state.problem_page(request, status, headers or {})
        return page
    request_id = getattr(request.state, "request_id", "")
    body = ErrorAnswer(error=ErrorBody(code=code, message=message, hint=hint, request_id=request_id))
    return JSONResponse(body.model_dump(), status, headers)


def is_for_people(request: Request) -> bool:
    """Whether a browser asks for one of the pages."""
    wants_page = "text/html" in request.headers.get("accept", "")
    return wants_page and not request.url.path.startswith(_FOR_PROGRAMS)


async def _api_error(request: Request, error: ApiError) -> Response:
    headers = {"Retry-After": str(error.retry_after or RETRY_SECONDS)} if error.status in (429, 503) else None
    if error.status == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return answer(request, error.status, error.code, error.message, error.hint, headers)


async def _wrong_parameter(request: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    reason = str(first["msg"]).removeprefix("Value error, ")
    return answer(request, 422, "unusable_parameter", f"{name}: {reason[:1].lower()}{reason[1:]}")


async def _http(request: Request, error: HTTPException) -> Response:
    names = {404: "not_found", 405: "method_not_allowed"}
    messages = {404: "there is nothing at this address", 405: "this address does not know that method"}
    message = messages.get(error.status_code, str(error.detail))
    hint = "see /docs" if error.status_code in names else None
    return answer(
        request, error.status_code, names.get(error.status_code, "refused"), message, hint, dict(error.headers or {})
    )


async def _away(request: Request, error: Exception) -> Response:
    if isinstance(error, ProgrammingError) and getattr(error.orig, "pgcode", None) not in _NOT_BUILT:
        raise error
    log.warning("database away", request_id=request.state.request_id, reason=type(error).__name__)
    message = "the database is away, or the marts are not built yet"
    return answer(
        request, 503, "unavailable", message, "GET /readyz says what is missing", {"Retry-After": RETRY_SECONDS}
    )


async def _fault(request: Request, error: Exception) -> Response:
    log.error("fault", request_id=getattr(request.state, "request_id", ""), exc_info=error)
    return answer(request, 500, "fault", "something of ours broke; the request id finds it in the log")
