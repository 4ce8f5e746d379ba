"""Rate limits of routes, by address, and of logins, by account too: never by what the caller shows of themselves."""

import hashlib
import hmac
import math
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface

from fastapi import Request
from fastapi.responses import Response

from fbads_pipeline.api.authentication import CallerDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.domain.identity.users import Principal

LOGIN_PER_MINUTE, CHAT_PER_MINUTE, WEBHOOKS_PER_MINUTE = 10, 60, 300
# Tries of one account: from one address or browser, and from all browsers together that never logged in to it. A
# stranger who uses the latter up locks nobody out who comes with a browser of theirs (OWASP's device cookies).
OWN_TRIES, OTHERS_TRIES = 10, 100
OWN_SECONDS, OTHERS_SECONDS = 600, 3600
DEVICE_COOKIE = "fbads_device"
_DEVICE_SECONDS = 180 * 86400
_IPV6_NETWORK = 64
_LOGGED_IPV4, _LOGGED_IPV6 = 24, 48
Check = Callable[[Request], None]


def at_most(kind: str, per_minute: int) -> Check:
    """A dependency: so many a minute of each caller's address; raises ApiError 429."""

    def check(request: Request) -> None:
        _take(request, f"{kind}:{address_of(request)}", per_minute, 60)

    return check


def each_at_most(kind: str, per_minute: int) -> Callable[[Request, Principal], None]:
    """A dependency: so many a minute of each user, wherever they sit; raises ApiError 429."""

    def check(request: Request, who: CallerDep) -> None:
        count_of(request, who, kind, per_minute)

    return check


def count_of(request: Request, who: Principal, kind: str, per_minute: int) -> None:
    """Counts one more of that user; raises ApiError 429."""
    _take(request, f"{kind}:{who.user_id}", per_minute, 60)


def require_tries_left(request: Request, email: str) -> None:
    """Counts a try to log in to that account, whether or not it exists; raises ApiError 429 where they are used up."""
    account = _digest(email.strip().lower())
    if is_known_device(request, email):
        _take(request, f"device:{_digest(request.cookies[DEVICE_COOKIE])}:{account}", OWN_TRIES, OWN_SECONDS)
        return
    _take(request, f"try:{address_of(request)}:{account}", OWN_TRIES, OWN_SECONDS)
    _take(request, f"tries:{account}", OTHERS_TRIES, OTHERS_SECONDS)


def is_known_device(request: Request, email: str) -> bool:
    """Whether this browser has logged in to that account before."""
    nonce, _, signature = request.cookies.get(DEVICE_COOKIE, "").partition(".")
    return bool(nonce) and hmac.compare_digest(signature.encode(), _signature(request, nonce, email).encode())


def remember_device(request: Request, response: Response, email: str, nonce: str) -> None:
    """The browser that has logged in is known from now on, for this account alone. nonce: random."""
    value = f"{nonce}.{_signature(request, nonce, email)}"
    is_secure = request.url.scheme == "https"
    response.set_cookie(DEVICE_COOKIE, value, max_age=_DEVICE_SECONDS, httponly=True, samesite="lax", secure=is_secure)


def address_of(request: Request) -> str:
    """The caller's address; of IPv6 the network that one subscriber has."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return _digest(host)
    return str(address) if address.version == 4 else _network(address, _IPV6_NETWORK)


def network_of(request: Request) -> str | None:
    """The caller's network, for the audit log: enough to find misuse, too little to find a person. None: unknown."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return None
    return _network(address, _LOGGED_IPV4 if address.version == 4 else _LOGGED_IPV6)


def _take(request: Request, key: str, most: int, seconds: int) -> None:
    wait = request.app.state.limits.take(key, most, seconds=seconds)
    if wait is not None:
        left = math.ceil(wait)
        raise ApiError(429, "too_many_requests", "too_many_requests", count=left, retry_after=left)


def _signature(request: Request, nonce: str, email: str) -> str:
    secret: str = request.app.state.access_tokens.secret
    content = f"device|{nonce}|{email.strip().lower()}"
    return hmac.new(secret.encode(), content.encode(), hashlib.sha256).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _network(address: IPv4Address | IPv6Address, length: int) -> str:
    return str(ip_interface(f"{address}/{length}").network)
