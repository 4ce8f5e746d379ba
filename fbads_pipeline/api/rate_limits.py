"""Rate limits of routes; login and chat are the strict ones."""

import hashlib
import math
from collections.abc import Callable

from fastapi import Request

from fbads_pipeline.api.errors import ApiError

LOGIN_PER_MINUTE, CHAT_PER_MINUTE, WEBHOOKS_PER_MINUTE = 10, 60, 300
Check = Callable[[Request], None]


def at_most(kind: str, per_minute: int) -> Check:
    """A dependency: so many a minute of each caller's address and credential; raises ApiError 429."""

    def check(request: Request) -> None:
        wait = request.app.state.limits.take(f"{kind}:{_who(request)}", per_minute)
        if wait is not None:
            seconds = math.ceil(wait)
            raise ApiError(429, "too_many_requests", "too_many_requests", count=seconds, retry_after=seconds)

    return check


def _who(request: Request) -> str:
    shown = request.headers.get("authorization", "") or ";".join(request.cookies.values())
    address = request.client.host if request.client else ""
    return hashlib.sha256(f"{address}|{shown}".encode()).hexdigest()[:24]
