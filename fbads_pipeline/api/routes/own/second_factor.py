"""One's own second factor: set up with an authenticator app, and taken away."""

from datetime import datetime
from functools import partial
from secrets import token_bytes, token_hex
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, SecondFactorsDep, SettingsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.rate_limits import LOGIN_PER_MINUTE, at_most, require_tries_left
from fbads_pipeline.domain.identity.second_factor import (
    RECOVERY_CODES,
    base32_secret,
    is_secret,
    setup_address,
    step_of,
)
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.services.identity.second_factor import passes
from fbads_pipeline.settings import Settings

router = APIRouter(
    prefix="/api/v1/me/second-factor", tags=["login"], dependencies=[Depends(at_most("login", LOGIN_PER_MINUTE))]
)

MeDep = Annotated[Principal, Depends(Needs("me"))]


class SecondFactorSetup(BaseModel):
    """For an authenticator app; nothing is stored before a code of it comes back."""

    secret: str
    address: str


class SecondFactorProof(BaseModel):
    """The secret that was begun with, and the code that the app shows."""

    model_config = ConfigDict(extra="forbid")

    secret: SecretStr = Field(max_length=64)
    code: SecretStr = Field(max_length=32)


class RecoveryCodes(BaseModel):
    """Each logs in once where the telephone is lost; they are shown this once."""

    recovery_codes: list[str]


class OneTimeCode(BaseModel):
    """Of the app, or one of the recovery codes."""

    model_config = ConfigDict(extra="forbid")

    code: SecretStr = Field(max_length=32)


@router.post("", responses=documented(409, 429))
def begin(who: MeDep, settings: SettingsDep) -> SecondFactorSetup:
    """A fresh secret for an authenticator app."""
    return begun(who, settings)


@router.post("/confirm", responses=documented(409, 422, 429))
def confirm(
    given: SecondFactorProof, who: MeDep, settings: SettingsDep, factors: SecondFactorsDep, clock: ClockDep
) -> RecoveryCodes:
    """From now on each login with the password asks for a code."""
    codes = confirmed(
        who, settings, factors, given.secret.get_secret_value(), given.code.get_secret_value(), clock.now()
    )
    return RecoveryCodes(recovery_codes=codes)


@router.post("/remove", status_code=204, responses=documented(409, 422, 429))
def remove(
    given: OneTimeCode,
    request: Request,
    who: MeDep,
    settings: SettingsDep,
    factors: SecondFactorsDep,
    clock: ClockDep,
) -> None:
    """Take it away; a code of it proves that it is its owner who asks."""
    removed(request, who, settings, factors, given.code.get_secret_value(), clock.now())


def begun(who: Principal, settings: Settings) -> SecondFactorSetup:
    """Raises ApiError 409 without a session, or without keys to store it under."""
    _require_session(who)
    if settings.encryption_keys is None:
        raise ApiError(409, "no_keys", "second_factor_needs_keys")
    secret = base32_secret(token_bytes(20))
    return SecondFactorSetup(secret=secret, address=setup_address(secret, who.email))


def confirmed(
    who: Principal, settings: Settings, factors: SecondFactorsDep, secret: str, code: str, now: datetime
) -> list[str]:
    """The recovery codes. Raises ApiError 409, and 422 for a wrong code."""
    _require_session(who)
    if settings.encryption_keys is None:
        raise ApiError(409, "no_keys", "second_factor_needs_keys")
    if factors.secret(who.user_id) is not None:
        raise ApiError(409, "exists", "second_factor_exists")
    step = step_of(secret, code, now) if is_secret(secret) else None
    if step is None:
        raise ApiError(422, "wrong_code", "wrong_code")
    codes = [token_hex(8) for _ in range(RECOVERY_CODES)]
    factors.keep(who.user_id, Cipher(settings.encryption_keys).encrypt(secret), step, codes, now=now)
    return codes


def removed(
    request: Request, who: Principal, settings: Settings, factors: SecondFactorsDep, code: str, now: datetime
) -> None:
    """Raises ApiError 409 where there is none, 422 for a wrong code, 429."""
    _require_session(who)
    if factors.secret(who.user_id) is None:
        raise ApiError(409, "none", "no_second_factor")
    require_tries_left(request, who.email)
    if not has_passed(settings, factors, who.user_id, code, now):
        raise ApiError(422, "wrong_code", "wrong_code")
    factors.remove(who.user_id, actor=who.user_id, now=now)


def has_passed(settings: Settings, factors: SecondFactorsDep, user_id: str, code: str | None, now: datetime) -> bool:
    """Whether the second factor of that user, if there is one, is proved."""
    decrypt = partial(Cipher(settings.encryption_keys).decrypt, name="second factor")
    return passes(factors, decrypt, user_id, code, now=now)


def _require_session(who: Principal) -> None:
    if who.via != "session":
        raise ApiError(409, "no_session", "needs_session", hint="open_session")
