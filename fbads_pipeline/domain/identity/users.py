"""Users and callers, and what they may do: roles, scopes, accounts. Nothing is allowed that is not named here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

Role = Literal["viewer", "analyst", "approver", "admin", "dpo"]
Scope = Literal[
    "me",
    "marts:read",
    "chat:use",
    "suggestions:read",
    "suggestions:decide",
    "reports:read",
    "users:export",
    "users:erase",
    "admin",
    "metrics:read",
]
Via = Literal["session", "token", "key", "loopback"]

ROLES: tuple[Role, ...] = get_args(Role)
SCOPES: tuple[Scope, ...] = get_args(Scope)
# `me`: one's own profile, preferences, sessions, keys and data; a key has it only where it was made with it.
_READS: frozenset[Scope] = frozenset({"me", "marts:read", "reports:read", "suggestions:read"})
SCOPES_OF: Mapping[Role, frozenset[Scope]] = {
    "viewer": _READS,
    "analyst": _READS | {"chat:use"},
    "approver": _READS | {"chat:use", "suggestions:decide"},
    "admin": _READS | {"chat:use", "suggestions:decide", "admin", "metrics:read", "users:export"},
    "dpo": frozenset({"me", "users:export", "users:erase"}),
}
OWNER = "owner"
SESSION_LIFETIME = timedelta(hours=12)
REFRESH_LIFETIME = timedelta(days=14)
LINK_LIFETIME = timedelta(minutes=15)
# Expired sessions, refresh tokens and links are kept that long, to find misuse.
KEEP_EXPIRED = timedelta(days=90)


@dataclass(frozen=True)
class User:
    """Somebody who may log in. accounts: ids that they see, None for all of them."""

    user_id: str
    email: str
    role: Role
    language: str = "pt"
    timezone: str = "America/Sao_Paulo"
    accounts: frozenset[str] | None = frozenset()
    is_disabled: bool = False
    name: str | None = None


@dataclass(frozen=True)
class Principal:
    """Who makes a request. scopes: of the role, or fewer for a key; session: the hash of a browser's session."""

    user_id: str
    email: str
    role: Role
    scopes: frozenset[Scope]
    accounts: frozenset[str] | None
    via: Via
    language: str = "pt"
    session: str | None = None
    name: str | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def sees(self, account_id: str | None) -> bool:
        """Whether that account is theirs."""
        return self.accounts is None or (account_id is not None and account_id in self.accounts)


def principal_of(
    user: User, via: Via, *, scopes: frozenset[Scope] | None = None, session: str | None = None
) -> Principal:
    """The user as a caller; a key never has more scopes than its user's role."""
    allowed = SCOPES_OF[user.role]
    return Principal(
        user.user_id,
        user.email,
        user.role,
        allowed if scopes is None else allowed & scopes,
        user.accounts,
        via,
        user.language,
        session,
        user.name,
    )


def local_owner() -> Principal:
    """Whoever sits at this machine, as long as nobody has been given a login."""
    return Principal(OWNER, "", "approver", SCOPES_OF["approver"] | {"metrics:read"}, None, "loopback")


def may_set_up(who: Principal) -> bool:
    """Whether they may give tokens and logins: administrators, and whoever sits at the machine while nobody has a
    login, who could do so on its command line."""
    return who.may("admin") or who.via == "loopback"


def may_see_runs(who: Principal) -> bool:
    """Whether they may look at Dagster's UI, which knows no accounts: whoever sees all of them."""
    return who.accounts is None and who.may("marts:read")


def may_change_runs(who: Principal) -> bool:
    """Whether they may start, stop and delete in Dagster's UI."""
    return may_see_runs(who) and who.may("admin")


def plain_email(text: str) -> str:
    """The address in lower case; raises ValueError for what is none."""
    email = text.strip().lower()
    name, at, domain = email.partition("@")
    if not (name and at and domain) or len(email) > 254 or any(one.isspace() or one in '<>,;:"()[]\\' for one in email):
        raise ValueError(f"{text!r} is no e-mail address")
    return email
