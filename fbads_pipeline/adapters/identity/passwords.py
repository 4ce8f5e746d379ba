"""Passwords (argon2id) and random secrets. Nothing here is ever logged."""

import hashlib
import secrets
from functools import cache
from typing import Any

from fbads_pipeline.domain.core.errors import WrongUse

SHORTEST_PASSWORD = 12


class WeakPassword(WrongUse):
    """A sentence that says what to change."""


def hash_password(password: str) -> str:
    """As it is stored. Raises WeakPassword for one that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(f"a password has at least {SHORTEST_PASSWORD} characters")
    hashed: str = _hasher().hash(password)
    return hashed


def is_password(password: str, stored: str | None) -> bool:
    """Whether it is that one. An unknown user takes as long as a known one."""
    if stored is None:
        _hasher().verify(password, _dummy())
        return False
    return bool(_hasher().verify(password, stored))


def new_secret() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a random secret: it needs no slow hash, for nobody can guess it."""
    return hashlib.sha256(secret.encode()).hexdigest()


@cache
def _hasher() -> Any:
    # argon2 is heavy: imported where it is needed.
    from pwdlib import PasswordHash

    return PasswordHash.recommended()


@cache
def _dummy() -> str:
    return str(_hasher().hash("nobody has this password"))
