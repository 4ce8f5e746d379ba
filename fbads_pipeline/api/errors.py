"""One error shape for everything: {"error": {code, message, hint, request_id}}; no trace, no secret."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, ProgrammingError
from starlette.exceptions import HTTPException

from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnreachable
from fbads_pipeline.api.invalid_values import invalid_value
from fbads_pipeline.api.languages import problem_localizer
from fbads_pipeline.domain.core.messages import Message, Value, message

log = structlog.get_logger(__name__)

RETRY_SECONDS = "5"
_FOR_PROGRAMS = ("/api/", "/mcp", "/metrics", "/healthz", "/readyz", "/openapi.json", "/static/", "/docs", "/redoc")
_OPEN = (400, 500, 503)
_ALWAYS = (401, 403, 413, *_OPEN)
_NOT_BUILT = {"42P01", "3F000"}  # undefined table, undefined schema
_DESCRIPTIONS = {
    400: "The request is not valid.",
    401: "Authentication is required.",
    403: "The caller lacks the scope.",
    404: "It does not exist.",
    405: "This is not done here.",
    409: "It has changed meanwhile.",
    410: "It is over.",
    413: "The body is too big.",
    422: "The body is JSON, and a field of it is not usable.",
    429: "Too many requests.",
    500: "A fault; the request id finds it in the log.",
    503: "The database is unavailable, or the marts have not been built yet.",
}


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
    """An answer other than the one asked for. key: of the catalogue `api`, filled with count and values; hint: a key
    of its hints, or a message."""

    def __init__(
        self,
        status: int,
        code: str,
        key: str,
        *,
        hint: str | Message | None = None,
        retry_after: int | None = None,
        count: int | None = None,
        **values: Value,
    ) -> None:
        super().__init__(key)
        self.status, self.code, self.retry_after = status, code, retry_after
        self.message: Value = message(f"api.{key}", count=count, **values)
        self.hint = message(f"api.hint.{hint}") if isinstance(hint, str) else hint

    @classmethod
    def of(cls, status: int, code: str, wrong: Exception, *, hint: str | None = None) -> "ApiError":
        """With the sentence of an error that a service raised."""
        made = cls(status, code, "refused", hint=hint)
        made.message = reason_of(wrong)
        return made


def reason_of(wrong: Exception) -> Value:
    """The sentence of an error of ours: its message, where it has one."""
    found: Value | None = getattr(wrong, "message", None)
    return str(wrong) if found is None else found


def documented(*statuses: int, is_open: bool = False) -> dict[int | str, dict[str, object]]:
    """OpenAPI's `responses` for the errors that a route can answer with, those of every route among them.

    is_open: needs no authentication."""
    always = _OPEN if is_open else _ALWAYS
    return {status: {"model": ErrorAnswer, "description": _DESCRIPTIONS[status]} for status in (*statuses, *always)}


def install(app: FastAPI) -> None:
    """Every way in which a request can fail ends in the one shape."""
    app.add_exception_handler(ApiError, _api_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _wrong_parameter)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]
    for unavailable in (DatabaseUnreachable, OperationalError, InterfaceError, ProgrammingError):
        app.add_exception_handler(unavailable, _unavailable)
    for unusable in (DataError, OverflowError):
        app.add_exception_handler(unusable, _unusable)
    app.add_exception_handler(Exception, _fault)


def answer(
    request: Request,
    status: int,
    code: str,
    problem: Value,
    hint: Value | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error in the one shape, in the caller's language; a page for a person's browser."""
    if is_for_people(request):
        page: Response = request.app.state.problem_page(request, status, headers or {}, code)
        return page
    t = problem_localizer(request)
    body = ErrorBody(
        code=code,
        message=t.render(problem),
        hint=None if hint is None else t.render(hint),
        request_id=getattr(request.state, "request_id", ""),
    )
    headers = {"Content-Language": t.tag, **(headers or {})}
    return JSONResponse(ErrorAnswer(error=body).model_dump(), status, headers)


def is_not_built(error: ProgrammingError) -> bool:
    """Whether the tables of the marts are not there yet."""
    return getattr(error.orig, "pgcode", None) in _NOT_BUILT


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
    """400 for what is in the address or a header and for what is no JSON, 422 for a field of a body."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:])
    problem = message("api.parameter", name=name or message("api.the_request"), reason=invalid_value(first))
    status = 422 if first["loc"][0] == "body" and first["type"] != "json_invalid" else 400
    return answer(request, status, "unusable_parameter", problem)


async def _http(request: Request, error: HTTPException) -> Response:
    names = {404: "not_found", 405: "method_not_allowed"}
    name = names.get(error.status_code, "refused")
    hint = message("api.hint.docs") if error.status_code in names else None
    return answer(request, error.status_code, name, message(f"api.{name}"), hint, dict(error.headers or {}))


async def _unavailable(request: Request, error: Exception) -> Response:
    if isinstance(error, ProgrammingError) and not is_not_built(error):
        raise error
    log.warning("database unavailable", request_id=request.state.request_id, reason=type(error).__name__)
    headers = {"Retry-After": RETRY_SECONDS}
    if isinstance(error, ProgrammingError):
        return answer(request, 503, "not_built", message("api.not_built"), message("api.hint.collect"), headers)
    return answer(request, 503, "unavailable", message("api.unavailable"), message("api.hint.readyz"), headers)


async def _unusable(request: Request, error: Exception) -> Response:
    """A number or an instant that is well formed, and beyond what PostgreSQL or a calendar holds."""
    log.warning("unusable value", request_id=request.state.request_id, reason=type(error).__name__)
    return answer(request, 400, "unusable_value", message("api.unusable_value"))


async def _fault(request: Request, error: Exception) -> Response:
    log.error("fault", request_id=getattr(request.state, "request_id", ""), exc_info=error)
    return answer(request, 500, "fault", message("api.fault"))
