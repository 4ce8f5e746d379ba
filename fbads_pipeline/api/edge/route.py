"""Where the proxy in front asks whether a request to a service without logins of ours may pass: Traefik's forwardAuth.

Only the session of a person counts here. A service learns an id and a role, and never the session itself; Dagster's UI,
which is this program, keeps it and asks again.
"""

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from fbads_pipeline.api.authentication import session_cookie
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep
from fbads_pipeline.api.edge.forwarded import ForwardedRequest, NotOurs, cookies_of_others, read_forwarded
from fbads_pipeline.domain.identity.operator_services import OPERATOR_SERVICES, service_role
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.settings import Settings

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)

_KEEPS_SESSION = "dagster"


@router.get("/edge/{service}")
def may_pass(request: Request, service: str, identity: IdentityDep, clock: ClockDep) -> Response:
    """200 with X-Fbads-User, X-Fbads-Role and the cookies that are not ours; else what the visitor sees instead."""
    settings: Settings = request.app.state.settings
    try:
        if service not in OPERATOR_SERVICES:
            raise NotOurs(404, "there is no such service")
        if settings.public_url is None:
            raise NotOurs(503, "FBADS_PUBLIC_URL has to say under which name people reach this program")
        asked = read_forwarded(request.headers)
        asked.require_ours(settings.public_url)
        cookie = session_cookie(request)
        known = identity.of_session(cookie, now=clock.now()) if cookie else None
        if known is None:
            return _to_login(asked, request, settings.public_url)
        return _passed(request, service, known[0])
    except NotOurs as refused:
        log.warning("edge refused", service=service, status=refused.status, reason=refused.sentence)
        return PlainTextResponse(f"{refused.sentence}\n", refused.status, {"Cache-Control": "no-store"})


def _passed(request: Request, service: str, who: Principal) -> Response:
    role = next((service_role(who, one) for one in OPERATOR_SERVICES if one == service), None)
    if role is None:
        raise NotOurs(403, "this service shows every account: an admin who sees all of them may use it")
    answer = PlainTextResponse("", headers={"X-Fbads-User": who.user_id, "X-Fbads-Role": role})
    cookies = request.headers.get("cookie") if service == _KEEPS_SESSION else cookies_of_others(request.headers)
    if cookies is not None:
        answer.headers["Cookie"] = cookies
    return answer


def _to_login(asked: ForwardedRequest, request: Request, public_url: str) -> Response:
    wants_page = asked.method == "GET" and "text/html" in request.headers.get("accept", "")
    if not wants_page or asked.is_websocket:
        raise NotOurs(401, "log in first")
    return RedirectResponse(f"{public_url.rstrip('/')}/login", 303)
