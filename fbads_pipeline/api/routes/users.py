"""Users, their rights and their keys: for admins, and one's own keys."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from fbads_pipeline.adapters.identity.passwords import WeakPassword, hash_password
from fbads_pipeline.adapters.postgres.identity.users import LastAdmin, UserExists
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.languages import KnownLanguage
from fbads_pipeline.api.parameters import AccountDigits
from fbads_pipeline.domain.identity.users import SCOPES_OF, Principal, Role, Scope, User, plain_email

router = APIRouter(prefix="/api/v1", tags=["users"])

MeDep = Annotated[Principal, Depends(Needs("me"))]
AdminDep = Annotated[Principal, Depends(Needs("admin"))]
UserId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
KeyId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
AccountIds = Annotated[list[AccountDigits], Field(max_length=5000)]


class NewUser(BaseModel):
    """accounts: null for all of them. Without a password they log in by links of `fbads users link`."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254)
    name: str | None = Field(None, min_length=1, max_length=120)
    role: Role
    password: SecretStr | None = Field(None, max_length=1024)
    accounts: AccountIds | None = Field(default_factory=list)
    language: KnownLanguage = "pt"


class ChangedUser(BaseModel):
    """What is not given stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, min_length=1, max_length=120)
    role: Role | None = None
    accounts: AccountIds | None = None
    sees_all_accounts: bool | None = None
    disabled: bool | None = None


class ShownUser(BaseModel):
    """Somebody who may log in. accounts: null for all of them."""

    user_id: str
    email: str
    name: str | None
    role: Role
    language: str
    timezone: str
    accounts: list[str] | None
    is_disabled: bool


class NewKey(BaseModel):
    """A key for a program. Its scopes are at most those of its user."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    days: int = Field(90, ge=1, le=366)


class MadeKey(BaseModel):
    """The key is shown this once."""

    key_id: str
    key: str


class ShownKey(BaseModel):
    """A key without its secret."""

    key_id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@router.get("/users", responses=documented())
def list_users(identity: IdentityDep, who: AdminDep) -> list[ShownUser]:
    """Everybody, by address."""
    return [_shown(one) for one in identity.users()]


@router.post("/users", status_code=201, responses=documented(409, 422))
def add_user(given: NewUser, identity: IdentityDep, clock: ClockDep, who: AdminDep) -> ShownUser:
    """Give somebody a login."""
    try:
        email = plain_email(given.email)
        hashed = hash_password(given.password.get_secret_value()) if given.password else None
    except (WeakPassword, ValueError) as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    try:
        made = identity.add_user(
            email,
            given.role,
            password_hash=hashed,
            accounts=given.accounts,
            actor=who.user_id,
            now=clock.now(),
            language=given.language,
            name=given.name,
        )
    except UserExists as wrong:
        raise ApiError.of(409, "exists", wrong) from None
    return _shown(made)


@router.patch("/users/{user_id}", responses=documented(404, 409, 422))
def change_user(
    user_id: UserId, given: ChangedUser, identity: IdentityDep, clock: ClockDep, who: AdminDep
) -> ShownUser:
    """Change somebody's rights; their sessions, tokens and keys end where role or standing change."""
    try:
        is_known = identity.change_user(
            user_id,
            role=given.role,
            name=given.name,
            accounts=given.accounts,
            sees_all=given.sees_all_accounts,
            disabled=given.disabled,
            actor=who.user_id,
            now=clock.now(),
        )
    except LastAdmin as wrong:
        raise ApiError.of(409, "last_admin", wrong) from None
    found = identity.user(user_id) if is_known else None
    if found is None:
        raise ApiError(404, "not_found", "no_user", id=user_id)
    return _shown(found)


@router.get("/me/keys", responses=documented())
def my_keys(who: MeDep, identity: IdentityDep) -> list[ShownKey]:
    """One's own keys, without secrets."""
    return [ShownKey(**row) for row in identity.keys(who.user_id)]


@router.post("/me/keys", status_code=201, responses=documented(409, 422))
def add_key(given: NewKey, who: MeDep, identity: IdentityDep, clock: ClockDep) -> MadeKey:
    """Make a key; a key cannot make another one."""
    user = identity.user(who.user_id)
    if user is None or who.via == "key":
        raise ApiError(409, "no_session", "keys_need_login")
    beyond = sorted(set(given.scopes) - SCOPES_OF[user.role])
    if beyond:
        raise ApiError(422, "unusable_parameter", "scopes_beyond_role", role=user.role, scopes=", ".join(beyond))
    key_id, key = identity.add_key(
        user, given.name, given.scopes, lasts=timedelta(days=given.days), actor=who.user_id, now=clock.now()
    )
    return MadeKey(key_id=key_id, key=key)


@router.delete("/me/keys/{key_id}", status_code=204, responses=documented(404))
def end_key(key_id: KeyId, who: MeDep, identity: IdentityDep, clock: ClockDep) -> None:
    """End one of one's own keys."""
    if not identity.end_key(who.user_id, key_id, actor=who.user_id, now=clock.now()):
        raise ApiError(404, "not_found", "no_key", id=key_id)


def _shown(user: User) -> ShownUser:
    accounts = None if user.accounts is None else sorted(user.accounts)
    return ShownUser(**{**vars(user), "accounts": accounts})
