"""Logging in and out, tokens, and who one is."""

from dataclasses import replace
from datetime import datetime, time
from secrets import token_hex
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError

from fbads_pipeline.adapters.identity.passwords import HashingBusy, is_password
from fbads_pipeline.api.authentication import COOKIE, CallerDep, Needs, access_tokens, require_own_origin
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep, PreferencesDep, SecondFactorsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.languages import KnownLanguage
from fbads_pipeline.api.rate_limits import LOGIN_PER_MINUTE, at_most, remember_device, require_tries_left
from fbads_pipeline.api.routes.own.second_factor import has_passed
from fbads_pipeline.api.schemas.analytics import Severity
from fbads_pipeline.domain.identity.preferences import Preferences
from fbads_pipeline.domain.identity.users import Principal, User
from fbads_pipeline.domain.reports.report import ReportKind
from fbads_pipeline.services.identity.log_in import log_in
from fbads_pipeline.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["login"])
_STRICT = [Depends(at_most("login", LOGIN_PER_MINUTE))]
MeDep = Annotated[Principal, Depends(Needs("me"))]


class Login(BaseModel):
    """What a person knows."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254)
    password: SecretStr = Field(max_length=1024)
    code: SecretStr | None = Field(None, max_length=32, description="Of the second factor, where one was set up.")


class LoggedIn(BaseModel):
    """The session is in the cookie; csrf_token goes with every change that it makes."""

    user_id: str
    csrf_token: str


class Refresh(BaseModel):
    """A refresh token, which is good for one use."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: SecretStr = Field(max_length=200)


class TokenPair(BaseModel):
    """For programs: the access token lasts ten minutes, the refresh token buys the next pair."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = 600


class Me(BaseModel):
    """Who asks. accounts: null for all of them."""

    user_id: str
    email: str
    name: str | None
    role: str
    scopes: list[str]
    accounts: list[str] | None
    via: str
    language: str


class Quiet(BaseModel):
    """Every night, in the user's time zone; critical alerts pass."""

    model_config = ConfigDict(extra="forbid")

    since: time = Field(alias="from")
    until: time = Field(alias="to")


class Hearing(BaseModel):
    """What a user hears of their accounts. channels: by which, at the address that they log in with."""

    model_config = ConfigDict(extra="forbid")

    channels: list[Literal["email"]] = Field(max_length=1)
    least_severity: Severity
    quiet: Quiet | None = None
    reports: list[ReportKind] = Field(max_length=4)


class ChangedPreferences(BaseModel):
    """What is not given stays as it is; `alerts` is given whole."""

    model_config = ConfigDict(extra="forbid")

    alerts: Hearing | None = None
    language: KnownLanguage | None = None
    timezone: str | None = Field(None, max_length=64)
    money: Literal["spend", "cost"] | None = Field(None, description="`cost`: spend with tax, where nothing is said.")

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str | None) -> str | None:
        try:
            return None if value is None else ZoneInfo(value).key
        except (ValueError, OSError, KeyError):
            raise PydanticCustomError("time_zone", "there is no such time zone; one is America/Sao_Paulo") from None


class ShownPreferences(BaseModel):
    """A user's language, time zone, and what they hear of."""

    language: str
    timezone: str
    alerts: Hearing
    money: Literal["spend", "cost"]


@router.post("/auth/login", responses=documented(422, 429), dependencies=_STRICT)
def login(
    given: Login,
    request: Request,
    response: Response,
    identity: IdentityDep,
    factors: SecondFactorsDep,
    clock: ClockDep,
) -> LoggedIn:
    """Open a session for a browser; the answer to a wrong address and to a wrong password is the same."""
    code = None if given.code is None else given.code.get_secret_value()
    password = given.password.get_secret_value()
    found = checked_login(request, identity, factors, given.email, password, code, clock.now())
    if found is None:
        raise ApiError(401, "unauthenticated", "wrong_login", hint="second_factor")
    user, secret, csrf = found
    set_session(request, response, secret)
    remember_device(request, response, user.email, token_hex(16))
    return LoggedIn(user_id=user.user_id, csrf_token=csrf)


@router.post("/auth/logout", status_code=204, responses=documented())
def logout(request: Request, response: Response, who: CallerDep, identity: IdentityDep, clock: ClockDep) -> None:
    """End this session."""
    if who.session is not None:
        identity.end_session(who.session, now=clock.now())
    for name in (COOKIE, f"__Host-{COOKIE}"):
        response.delete_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="lax")


@router.post("/auth/token", responses=documented(409, 429), dependencies=_STRICT)
def token(request: Request, who: CallerDep, identity: IdentityDep, clock: ClockDep) -> TokenPair:
    """A pair of tokens for whoever has a session; a password is never sent for one."""
    if who.via != "session":
        raise ApiError(409, "no_session", "needs_session", hint="open_session")
    now = clock.now()
    refresh, family = identity.new_refresh(who.user_id, now=now, session=who.session)
    return TokenPair(access_token=access_tokens(request).make(who.user_id, family, now=now), refresh_token=refresh)


@router.post("/auth/refresh", responses=documented(422, 429), dependencies=_STRICT)
def refresh(given: Refresh, request: Request, identity: IdentityDep, clock: ClockDep) -> TokenPair:
    """The next pair. A token that is used twice ends every token that came of the same login."""
    now = clock.now()
    found = identity.use_refresh(given.refresh_token.get_secret_value(), now=now)
    user = identity.user(found[0]) if found else None
    if found is None or user is None or user.is_disabled:
        raise ApiError(401, "unauthenticated", "invalid_refresh", hint="log_in_again")
    following, family = identity.new_refresh(user.user_id, now=now, session=found[2], family=found[1])
    return TokenPair(access_token=access_tokens(request).make(user.user_id, family, now=now), refresh_token=following)


@router.get("/me", responses=documented())
def me(who: MeDep) -> Me:
    """Who asks, and what they may."""
    return _me(who)


@router.get("/me/preferences", responses=documented(409))
def my_preferences(who: MeDep, identity: IdentityDep, preferences: PreferencesDep) -> ShownPreferences:
    """Language, time zone, and what one hears of."""
    user = _user(who, identity)
    return _shown(user, preferences.of(user.user_id))


@router.patch("/me", responses=documented(409, 422))
def prefer(
    given: ChangedPreferences, who: MeDep, identity: IdentityDep, preferences: PreferencesDep
) -> ShownPreferences:
    """Change language, time zone, or what one hears of."""
    user = _user(who, identity)
    identity.prefer(user.user_id, language=given.language, timezone=given.timezone)
    before = preferences.of(user.user_id)
    wanted = before if given.alerts is None else replace(_wanted(given.alerts), money=before.money)
    wanted = wanted if given.money is None else replace(wanted, money=given.money)
    if wanted != before:
        preferences.keep(user.user_id, wanted)
    return _shown(_user(who, identity), preferences.of(user.user_id))


def checked_login(
    request: Request,
    identity: IdentityDep,
    factors: SecondFactorsDep,
    email: str,
    password: str,
    code: str | None,
    now: datetime,
) -> tuple[User, str, str] | None:
    """As `log_in`, from a page of our own, so often and not more. Raises ApiError 403, 429, 503."""
    require_own_origin(request)
    require_tries_left(request, email)
    settings: Settings = request.app.state.settings

    def has_factor(user_id: str) -> bool:
        return has_passed(settings, factors, user_id, code, now)

    try:
        return log_in(identity, is_password, email, password, now=now, has_factor=has_factor)
    except HashingBusy:
        raise ApiError(503, "busy", "login_busy", retry_after=2) from None


def set_session(request: Request, response: Response, secret: str) -> None:
    """Over HTTPS under the name that no other host can set."""
    is_secure = request.url.scheme == "https"
    name = f"__Host-{COOKIE}" if is_secure else COOKIE
    response.set_cookie(name, secret, path="/", httponly=True, samesite="lax", secure=is_secure, max_age=12 * 3600)


def _user(who: Principal, identity: IdentityDep) -> User:
    user = identity.user(who.user_id)
    if user is None:
        raise ApiError(409, "no_user", "no_preferences")
    return user


def _wanted(given: Hearing) -> Preferences:
    """Raises ApiError 422 for quiet hours of no length."""
    quiet = None if given.quiet is None else (given.quiet.since, given.quiet.until)
    if quiet is not None and (quiet[0] == quiet[1] or quiet[0].tzinfo or quiet[1].tzinfo):
        raise ApiError(422, "unusable_parameter", "quiet_hours")
    return Preferences(frozenset(given.channels), given.least_severity, quiet, frozenset(given.reports))


def _shown(user: User, wanted: Preferences) -> ShownPreferences:
    quiet = None if wanted.quiet is None else Quiet(**{"from": wanted.quiet[0], "to": wanted.quiet[1]})
    hearing = Hearing.model_validate(
        {
            "channels": sorted(wanted.channels),
            "least_severity": wanted.least_severity,
            "quiet": quiet,
            "reports": sorted(wanted.reports),
        }
    )
    return ShownPreferences(language=user.language, timezone=user.timezone, alerts=hearing, money=wanted.money)


def _me(who: Principal) -> Me:
    accounts = None if who.accounts is None else sorted(who.accounts)
    plain: dict[str, Any] = {
        name: getattr(who, name) for name in ("user_id", "email", "name", "role", "via", "language")
    }
    return Me(scopes=sorted(who.scopes), accounts=accounts, **plain)
