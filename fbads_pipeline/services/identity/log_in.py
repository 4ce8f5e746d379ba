"""Logging in with a password, and a second factor where there is one: one answer for every kind of failure."""

from datetime import datetime
from typing import Protocol

from fbads_pipeline.domain.identity.users import User, plain_email


class PasswordStore(Protocol):
    """Who there is."""

    def with_password(self, email: str) -> tuple[User | None, str | None]: ...

    def open_session(self, user_id: str, *, now: datetime, details: dict[str, object]) -> tuple[str, str]: ...


class CheckPassword(Protocol):
    def __call__(self, password: str, stored: str | None) -> bool: ...


class CheckFactor(Protocol):
    def __call__(self, user_id: str) -> bool: ...


def log_in(
    book: PasswordStore,
    check: CheckPassword,
    email: str,
    password: str,
    *,
    now: datetime,
    has_factor: CheckFactor = lambda user_id: True,
) -> tuple[User, str, str] | None:
    """The user, the session's secret and its forms' token; None where address, password or second factor is wrong."""
    try:
        user, stored = book.with_password(plain_email(email))
    except ValueError:
        user, stored = None, None
    if not check(password, stored) or user is None or not has_factor(user.user_id):
        return None
    secret, csrf = book.open_session(user.user_id, now=now, details={"how": "password"})
    return user, secret, csrf
