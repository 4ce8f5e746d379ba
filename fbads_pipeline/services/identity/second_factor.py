"""The second factor of a login: a code of an authenticator app, or one of the codes for a lost telephone."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from fbads_pipeline.domain.identity.second_factor import plain_code, step_of


class SecondFactorStore(Protocol):
    """What is stored of it."""

    def secret(self, user_id: str) -> bytes | None: ...

    def use_step(self, user_id: str, step: int) -> bool: ...

    def use_code(self, user_id: str, code: str, *, now: datetime) -> bool: ...


def passes(
    store: SecondFactorStore, decrypt: Callable[[bytes], str], user_id: str, code: str | None, *, now: datetime
) -> bool:
    """Whether the user has no second factor, or the code is theirs and counts for the first time."""
    stored = store.secret(user_id)
    if stored is None:
        return True
    if not code:
        return False
    step = step_of(decrypt(stored), code, now)
    if step is not None:
        return store.use_step(user_id, step)
    return store.use_code(user_id, plain_code(code), now=now)
