"""Who makes a request, and whether they may: session, access token, API key, or whoever sits at this machine.

Every route names its scope with `needs`; one that names none is refused by a test.
"""

import hmac
import re
from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Request

from fbads_pipeline.adapters.identity.access_tokens import AccessTokens, TokenRefused
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.domain.identity.users import Principal, Scope, local_owner, principal_of
from fbads_pipeline.ports.core import Clock

COOKIE = "fbads_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


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
        found = _of_header(request, identity, clock, kind.lower(), secret.strip())
        if found is None:
            raise ApiError(401, "unauthenticated", "invalid_token", hint="log_in")
        return found
    if cookie := cookie_of(request):
        known = identity.of_session(cookie, now=clock.now())
        if known is not None:
            request.state.csrf = known[1]
            _require_own_form(request, known[1])
            return known[0]
    if is_local(request) and not identity.any_user():
        _require_own_origin(request)
        return local_owner()
    return None


class Needs:
    """A dependency that lets a scope through, and hands out who asks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, principal: CallerDep) -> Principal:
        if not principal.may(self.scope):
            raise ApiError(403, "forbidden", "missing_scope", scope=self.scope, role=principal.role)
        return principal


def cookie_of(request: Request) -> str | None:
    """The session's secret; the name with __Host- is the one over HTTPS."""
    return request.cookies.get(f"__Host-{COOKIE}") or request.cookies.get(COOKIE)


def is_local(request: Request) -> bool:
    """Whether it comes from this machine, under a name of this machine: no proxy, no rebound name."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        is_loopback = ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False
    name = re.sub(r":\d+$", "", request.headers.get("host", ""))
    return is_loopback and name in _LOCAL_NAMES


def _of_header(request: Request, identity: PostgresIdentity, clock: Clock, kind: str, secret: str) -> Principal | None:
    if kind != "bearer" or not secret:
        return None
    if secret.startswith("fbk_"):
        return identity.of_key(secret, now=clock.now())
    try:
        user = identity.user(access_tokens(request).user_of(secret, now=clock.now()))
    except TokenRefused:
        return None
    return None if user is None or user.is_disabled else principal_of(user, "token")


def _require_own_form(request: Request, csrf: str) -> None:
    """A browser sends its cookie along with forms of other sites; they do not know the token."""
    if request.method in SAFE:
        return
    shown = str(request.headers.get("x-csrf-token") or getattr(request.state, "form_csrf", ""))
    if not hmac.compare_digest(shown.encode(), csrf.encode()):
        raise ApiError(403, "csrf", "old_form", hint="reload")


def _require_own_origin(request: Request) -> None:
    """Pages of other sites may reach this machine through a browser, and say where they come from."""
    if request.method in SAFE:
        return
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if origin not in (None, own) or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ApiError(403, "csrf", "other_site", hint="reload")
