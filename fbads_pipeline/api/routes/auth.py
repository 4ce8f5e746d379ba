"""Logging in and out, tokens, and who one is."""

from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from fbads_pipeline.adapters.passwords import is_password
from fbads_pipeline.api.auth import COOKIE, CallerDep, IdentityDep, access_tokens
from fbads_pipeline.api.deps import ClockDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.limits import LOGIN_PER_MINUTE, at_most
from fbads_pipeline.domain.identity import Principal
from fbads_pipeline.services.log_in import log_in

router = APIRouter(prefix="/api/v1", tags=["login"])
_STRICT = [Depends(at_most("login", LOGIN_PER_MINUTE))]


class Login(BaseModel):
    """What a person knows."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254)
    password: SecretStr = Field(max_length=1024)


class LoggedIn(BaseModel):
    """The session is in the cookie; csrf_token goes with every change that it makes."""

    user_id: str
    csrf_token: str


class Refresh(BaseModel):
    """A refresh token, which is good for one use."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: SecretStr = Field(max_length=200)


class Tokens(BaseModel):
    """For programs: the access token lasts ten minutes, the refresh token buys the next pair."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = 600


class Me(BaseModel):
    """Who asks. accounts: null for all of them."""

    user_id: str
    email: str
    role: str
    scopes: list[str]
    accounts: list[str] | None
    via: str
    language: Literal["pt", "en"]


class Preferences(BaseModel):
    """What is not given stays as it is."""

    model_config = ConfigDict(extra="forbid")

    language: Literal["pt", "en"] | None = None
    timezone: str | None = Field(None, max_length=64)

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str | None) -> str | None:
        try:
            return None if value is None else ZoneInfo(value).key
        except (ValueError, OSError, KeyError):
            raise ValueError("there is no such time zone; one is America/Sao_Paulo") from None


@router.post("/auth/login", responses=documented(422, 429), dependencies=_STRICT)
def login(given: Login, request: Request, response: Response, identity: IdentityDep, clock: ClockDep) -> LoggedIn:
    """Open a session for a browser; the answer to a wrong address and to a wrong password is the same."""
    found = log_in(identity, is_password, given.email, given.password.get_secret_value(), now=clock.now())
    if found is None:
        raise ApiError(401, "unauthenticated", "address or password is wrong")
    user, secret, csrf = found
    set_session(request, response, secret)
    return LoggedIn(user_id=user.user_id, csrf_token=csrf)


@router.post("/auth/logout", status_code=204, responses=documented())
def logout(request: Request, response: Response, who: CallerDep, identity: IdentityDep, clock: ClockDep) -> None:
    """End this session."""
    if who.session is not None:
        identity.end_session(who.session, now=clock.now())
    for name in (COOKIE, f"__Host-{COOKIE}"):
        response.delete_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="lax")


@router.post("/auth/token", responses=documented(409, 429), dependencies=_STRICT)
def token(request: Request, who: CallerDep, identity: IdentityDep, clock: ClockDep) -> Tokens:
    """A pair of tokens for whoever has a session; a password is never sent for one."""
    if who.via != "session":
        raise ApiError(409, "no_session", "tokens are for a session", "POST /api/v1/auth/login opens one")
    refresh = identity.new_refresh(who.user_id, now=clock.now())
    return Tokens(access_token=access_tokens(request).make(who.user_id, now=clock.now()), refresh_token=refresh)


@router.post("/auth/refresh", responses=documented(422, 429), dependencies=_STRICT)
def refresh(given: Refresh, request: Request, identity: IdentityDep, clock: ClockDep) -> Tokens:
    """The next pair. A token that is used twice ends every token that came of the same login."""
    now = clock.now()
    found = identity.use_refresh(given.refresh_token.get_secret_value(), now=now)
    user = identity.user(found[0]) if found else None
    if found is None or user is None or user.is_disabled:
        raise ApiError(401, "unauthenticated", "that refresh token is not valid any more", "log in again")
    following = identity.new_refresh(user.user_id, now=now, family=found[1])
    return Tokens(access_token=access_tokens(request).make(user.user_id, now=now), refresh_token=following)


@router.get("/me", responses=documented())
def me(who: CallerDep) -> Me:
    """Who asks, and what they may."""
    return _me(who)


@router.patch("/me", responses=documented(409, 422))
def prefer(given: Preferences, who: CallerDep, identity: IdentityDep) -> Me:
    """Change language or time zone."""
    user = identity.user(who.user_id)
    if user is None:
        raise ApiError(409, "no_user", "whoever sits at this machine has no preferences: make a user first")
    identity.prefer(who.user_id, language=given.language, timezone=given.timezone)
    return _me(who).model_copy(update={"language": given.language or user.language})


def set_session(request: Request, response: Response, secret: str) -> None:
    """Over HTTPS under the name that no other host can set."""
    is_secure = request.url.scheme == "https"
    name = f"__Host-{COOKIE}" if is_secure else COOKIE
    response.set_cookie(name, secret, path="/", httponly=True, samesite="lax", secure=is_secure, max_age=12 * 3600)


def _me(who: Principal) -> Me:
    accounts = None if who.accounts is None else sorted(who.accounts)
    plain: dict[str, Any] = {name: getattr(who, name) for name in ("user_id", "email", "role", "via", "language")}
    return Me(scopes=sorted(who.scopes), accounts=accounts, **plain)
