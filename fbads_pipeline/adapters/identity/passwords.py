"""Passwords (argon2id) and random secrets. Nothing here is ever logged."""

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from fbads_pipeline.domain.core.errors import OutsideFailed, WrongUse

SHORTEST_PASSWORD = 12
# argon2id takes 64 MB and every core for each hash: so many at once, so many more that wait, and nobody beyond them.
AT_ONCE, WAITING = 2, 8
_PLACES = threading.BoundedSemaphore(AT_ONCE + WAITING)
_HASHING = threading.BoundedSemaphore(AT_ONCE)


class HashingBusy(OutsideFailed):
    """More passwords are being checked than memory allows: try again in a moment."""


class WeakPassword(WrongUse):
    """A sentence that says what to change."""


def hash_password(password: str) -> str:
    """As it is stored. Raises WeakPassword for one that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(f"a password has at least {SHORTEST_PASSWORD} characters")
    with _bounded():
        hashed: str = _hasher().hash(password)
    return hashed


def is_password(password: str, stored: str | None) -> bool:
    """Whether it is that one. An unknown user takes as long as a known one. Raises HashingBusy."""
    with _bounded():
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


@contextmanager
def _bounded() -> Iterator[None]:
    """Raises HashingBusy where too many wait already."""
    if not _PLACES.acquire(blocking=False):
        raise HashingBusy("more passwords are being checked than memory allows: try again in a moment")
    try:
        with _HASHING:
            yield
    finally:
        _PLACES.release()


@cache
def _hasher() -> Any:
    # argon2 is heavy: imported where it is needed.
    from pwdlib import PasswordHash

    return PasswordHash.recommended()


@cache
def _dummy() -> str:
    return str(_hasher().hash("nobody has this password"))
