"""One's own password and sessions."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from fbads_pipeline.adapters.identity.passwords import HashingBusy, WeakPassword, hash_password, is_password
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.rate_limits import LOGIN_PER_MINUTE, at_most, require_tries_left
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1/me", tags=["login"])

MeDep = Annotated[Principal, Depends(Needs("me"))]
SessionId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
_STRICT = [Depends(at_most("login", LOGIN_PER_MINUTE))]


class NewPassword(BaseModel):
    """The one in use proves that it is its owner who asks."""

    model_config = ConfigDict(extra="forbid")

    current: SecretStr = Field(max_length=1024)
    new: SecretStr = Field(max_length=1024)


class OpenSession(BaseModel):
    """A browser that is logged in. is_this: the one that asks."""

    session_id: str
    created_at: datetime
    expires_at: datetime
    is_this: bool


@router.post("/password", status_code=204, responses=documented(409, 422, 429), dependencies=_STRICT)
def change_password(given: NewPassword, request: Request, who: MeDep, identity: IdentityDep, clock: ClockDep) -> None:
    """Change it; every other session and every token of one's own ends."""
    change_own_password(
        request, who, identity, given.current.get_secret_value(), given.new.get_secret_value(), clock.now()
    )


@router.get("/sessions", responses=documented())
def my_sessions(who: MeDep, identity: IdentityDep, clock: ClockDep) -> list[OpenSession]:
    """Those that are open, newest first."""
    return open_sessions(who, identity, clock.now())


@router.delete("/sessions/{session_id}", status_code=204, responses=documented(404))
def end_my_session(session_id: SessionId, who: MeDep, identity: IdentityDep, clock: ClockDep) -> None:
    """End one of one's own sessions, with the tokens that were made in it."""
    if not end_own_session(session_id, who, identity, clock.now()):
        raise ApiError(404, "not_found", "no_open_session", id=session_id)


def change_own_password(
    request: Request, who: Principal, identity: IdentityDep, current: str, new: str, now: datetime
) -> None:
    """Raises ApiError: 409 without a session, 422 for a weak or wrong one, 429, 503."""
    if who.via != "session":
        raise ApiError(409, "no_session", "needs_session", hint="open_session")
    require_tries_left(request, who.email)
    try:
        if not is_password(current, identity.with_password(who.email)[1]):
            raise ApiError(422, "wrong_password", "wrong_password")
        hashed = hash_password(new)
    except WeakPassword as weak:
        raise ApiError.of(422, "unusable_parameter", weak) from None
    except HashingBusy:
        raise ApiError(503, "busy", "login_busy", retry_after=2) from None
    identity.set_password(who.user_id, hashed, actor=who.user_id, now=now, kept_session=who.session)


def open_sessions(who: Principal, identity: IdentityDep, now: datetime) -> list[OpenSession]:
    """One's own, newest first."""
    return [
        OpenSession(is_this=row["session_hash"] == who.session, **{**row, "session_hash": None})
        for row in identity.sessions(who.user_id, now=now)
    ]


def end_own_session(session_id: str, who: Principal, identity: IdentityDep, now: datetime) -> bool:
    """False where one has no such session."""
    for row in identity.sessions(who.user_id, now=now):
        if row["session_id"] == session_id:
            identity.end_session(row["session_hash"], now=now)
            return True
    return False
