"""Who makes a request, and whether they may: session, access token, API key, or, as long as nobody has a login, whoever
shows this home's own secret at this machine.

Every route names its scope with `needs`; one that names none is refused by a test.
"""

import hmac
import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from fbads_pipeline.adapters.identity.access_tokens import AccessTokens, TokenRefused
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.domain.identity.users import Principal, Scope, local_owner, principal_of
from fbads_pipeline.ports.core import Clock

COOKIE = "fbads_session"
LOCAL_COOKIE = "fbads_local"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def access_tokens(request: Request) -> AccessTokens:
    """Those of this program's secret."""
    made: AccessTokens = request.app.state.access_tokens
    return made


def caller(request: Request, identity: IdentityDep, clock: ClockDep) -> Principal:
    """Who asks; raises ApiError 401 where nothing proves it, 403 for a form of another site."""
    found = identify(request, identity, clock)
    if found is None:
        raise ApiError(401, "unauthenticated", "authentication_required", hint="log_in")
    request.state.principal = found
    return found


CallerDep = Annotated[Principal, Depends(caller)]


def identify(request: Request, identity: PostgresIdentity, clock: Clock) -> Principal | None:
    """As `caller`, None instead of a refusal where nothing is shown at all."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind:
        shown = secret.strip()
        if is_local_secret(request, shown) and not identity.any_user():
            return local_owner()
        found = _of_header(request, identity, clock, kind.lower(), shown)
        if found is None:
            raise ApiError(401, "unauthenticated", "invalid_token", hint="log_in")
        return found
    if cookie := session_cookie(request):
        known = identity.of_session(cookie, now=clock.now())
        if known is not None:
            request.state.csrf = known[1]
            _require_own_form(request, known[1])
            return known[0]
    if is_local_secret(request, request.cookies.get(LOCAL_COOKIE, "")) and not identity.any_user():
        require_own_origin(request)
        return local_owner()
    return None


class Needs:
    """A dependency that lets a scope through, and hands out who asks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def __call__(self, principal: CallerDep) -> Principal:
        if not principal.may(self.scope):
            raise ApiError(403, "forbidden", "missing_scope", scope=self.scope, role=principal.role)
        return principal


def session_cookie(request: HTTPConnection) -> str | None:
    """The session's secret; the name with __Host- is the one over HTTPS."""
    return request.cookies.get(f"__Host-{COOKIE}") or request.cookies.get(COOKIE)


def is_local_secret(request: Request, shown: str) -> bool:
    """Whether the text is this home's secret, shown at this machine."""
    own: str = request.app.state.local_secret
    return is_local(request) and hmac.compare_digest(shown.encode(), own.encode())


def is_local(request: HTTPConnection) -> bool:
    """Whether it comes from this machine, under a name of this machine: no proxy, no rebound name."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        is_loopback = ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False
    name = re.sub(r":\d+$", "", request.headers.get("host", ""))
    return is_loopback and name in LOCAL_NAMES


def is_own_origin(request: HTTPConnection) -> bool:
    """Whether the page that asks, where it says so, is one of this address."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


def is_own_site(request: HTTPConnection) -> bool:
    """Whether the browser, where it says so, was sent by a page of this address or by the person alone."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _of_header(request: Request, identity: PostgresIdentity, clock: Clock, kind: str, secret: str) -> Principal | None:
    if kind != "bearer" or not secret:
        return None
    if secret.startswith("fbk_"):
        return identity.of_key(secret, now=clock.now())
    try:
        user = identity.of_token(*access_tokens(request).user_of(secret, now=clock.now()))
    except TokenRefused:
        return None
    return None if user is None else principal_of(user, "token")


def _require_own_form(request: Request, csrf: str) -> None:
    """A browser sends its cookie along with forms of other sites; they do not know the token."""
    if request.method in SAFE:
        return
    shown = str(request.headers.get("x-csrf-token") or getattr(request.state, "form_csrf", ""))
    if not hmac.compare_digest(shown.encode(), csrf.encode()):
        raise ApiError(403, "csrf", "old_form", hint="reload")


def require_own_origin(request: Request) -> None:
    """Pages of other sites may reach this machine through a browser, and say where they come from."""
    if request.method in SAFE:
        return
    if not is_own_origin(request) or not is_own_site(request):
        raise ApiError(403, "csrf", "other_site", hint="reload")
