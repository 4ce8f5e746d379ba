"""Kept answers that several sidecars share in Redis: sealed, short-lived, and found only by the same program.

What is stored is pickled, so that it is opened only where a key of FBADS_ENCRYPTION_KEYS has sealed it under its own
name: whoever writes to Redis can neither make an answer nor put one in another's place.
"""

import base64
import hashlib
import hmac
import pickle
import zlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import structlog

from fbads_pipeline.adapters.shared_state.redis_server import SharedRedis
from fbads_pipeline.settings import Settings, encryption_keys

# As long as a state can last: its quarter of an hour. Larger answers are read faster than they are fetched.
KEPT_SECONDS, LARGEST_BYTES = 900, 512 * 1024
# Celery's steps may wait in the same server, which throws nothing out: answers leave half of its memory to them.
_MOST_MEMORY = 0.5
_PLAIN = (str, int, float, bool, Decimal, date, datetime, time, type(None))
_MISSING = object()

log = structlog.get_logger(__name__)


class RedisAnswers:
    """For any number of threads. Raises nothing: what is not found, or cannot be stored, is read by whoever asks."""

    def __init__(self, redis: SharedRedis, settings: Settings, database_url: str) -> None:
        """Settings must give encryption keys. database_url: whose answers they are."""
        self._redis = redis
        self._keys = [_derived(key) for key in encryption_keys(settings.encryption_keys)]
        same = (program_digest(), settings.model_dump_json(), database_url)
        self._same = hmac.new(self._keys[0], repr(same).encode(), hashlib.sha256).hexdigest()

    def of(self, state: str, key: Hashable, read: Callable[[], Any]) -> Any:
        """What another sidecar has read in that state, else what `read` returns, stored for the others."""
        try:
            name = self._name(state, key)
        except TypeError as error:
            log.error("an answer cannot be shared", reason=str(error))
            return read()
        found = self._redis.ask(lambda client: client.get(name))
        opened = _MISSING if found is None else self._opened(name, found)
        if opened is not _MISSING:
            return opened
        answer = read()
        self._share(name, answer)
        return answer

    def _share(self, name: str, answer: Any) -> None:
        try:
            sealed = self._sealed(name, answer)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            log.error("an answer cannot be shared", reason=str(error))
            return
        if len(sealed) <= LARGEST_BYTES:
            self._redis.ask(lambda client: _store(client, name, sealed))

    def _name(self, state: str, key: Hashable) -> str:
        asked = hmac.new(self._keys[0], repr((self._same, state, canonical(key))).encode(), hashlib.sha256)
        return f"fbads:answer:{asked.hexdigest()}"

    def _sealed(self, name: str, answer: Any) -> bytes:
        packed = zlib.compress(pickle.dumps((name, answer), pickle.HIGHEST_PROTOCOL), 1)
        return bytes(_fernet(self._keys[0]).encrypt(packed))

    def _opened(self, name: str, sealed: bytes) -> Any:
        # cryptography is heavy: imported where it is needed.
        from cryptography.fernet import InvalidToken

        for key in self._keys:
            try:
                packed = _fernet(key).decrypt(sealed, ttl=KEPT_SECONDS)
            except InvalidToken:
                continue
            stored, answer = pickle.loads(zlib.decompress(packed))  # noqa: S301 (sealed by us: see above)
            return answer if stored == name else _MISSING
        log.warning("a kept answer was not ours")
        return _MISSING


def canonical(value: Any) -> Any:
    """The same text by `repr` in every process: sets in order, objects as their fields. Raises TypeError for what has
    no fields to go by."""
    if isinstance(value, Enum):
        return (type(value).__qualname__, value.name)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, frozenset | set):
        return ("set", sorted(map(canonical, value), key=repr))
    if isinstance(value, Mapping):
        return ("mapping", sorted(((canonical(name), canonical(one)) for name, one in value.items()), key=repr))
    if isinstance(value, list | tuple):
        return (type(value).__qualname__, *map(canonical, value))
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__qualname__, *(canonical(getattr(value, field.name)) for field in fields(value)))
    raise TypeError(f"{type(value).__qualname__} names no answer that is shared")


@cache
def program_digest() -> str:
    """Of every file of the program: another version has other classes and other texts."""
    root = Path(str(files("fbads_pipeline")))
    found = hashlib.sha256()
    for path in sorted(one for one in root.rglob("*") if one.is_file() and one.suffix != ".pyc"):
        found.update(str(path.relative_to(root)).encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _store(client: Any, name: str, sealed: bytes) -> bool:
    memory = client.info("memory")
    if memory["maxmemory"] and memory["used_memory"] > _MOST_MEMORY * memory["maxmemory"]:
        return False
    return bool(client.set(name, sealed, ex=KEPT_SECONDS))


def _derived(key: bytes) -> bytes:
    """A key of its own for answers: nothing else that is sealed under the setting's key opens as one."""
    return hmac.new(key, b"kept answers", hashlib.sha256).digest()


def _fernet(key: bytes) -> Any:
    # cryptography is heavy: imported where it is needed.
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(key))
