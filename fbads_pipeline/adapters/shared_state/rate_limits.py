"""Rate limits: so many in a minute or another window, counted in this process, or in Redis where several serve."""

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from fbads_pipeline.adapters.shared_state.redis_server import SharedRedis

_MOST_KEYS = 10_000
_WINDOW = 60


class RateLimits(Protocol):
    """Counts requests of a key in the window that runs."""

    def take(self, key: str, most: int, *, seconds: int = _WINDOW) -> float | None:
        """None where it may pass, else the seconds to wait. seconds: the length of the window."""


class ProcessLimits:
    """In memory; windows that are over are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._counts: dict[tuple[str, int], int] = {}  # by key and the end of the window
        self._lock = threading.Lock()

    def take(self, key: str, most: int, *, seconds: int = _WINDOW) -> float | None:
        now = self._clock()
        ends = (int(now // seconds) + 1) * seconds
        with self._lock:
            if len(self._counts) > _MOST_KEYS:
                self._counts = {one: count for one, count in self._counts.items() if one[1] > now}
            count = self._counts.get((key, ends), 0) + 1
            self._counts[key, ends] = count
        return None if count <= most else ends - now


class RedisLimits:
    """In Redis. While it is away this process counts alone: a limiter that is down must not refuse requests."""

    def __init__(self, redis: SharedRedis, clock: Callable[[], float] = time.time) -> None:
        self._redis, self._clock = redis, clock
        self._alone = ProcessLimits(clock)

    def take(self, key: str, most: int, *, seconds: int = _WINDOW) -> float | None:
        now = self._clock()
        ends = (int(now // seconds) + 1) * seconds
        count = self._redis.ask(lambda client: _increase(client, f"fbads:limit:{key}:{ends}", 2 * seconds))
        if count is None:
            return self._alone.take(key, most, seconds=seconds)
        return None if count <= most else ends - now


def _increase(client: Any, name: str, seconds: int) -> int:
    """The count of that name, which is forgotten after so many seconds."""
    both = client.pipeline()
    both.incr(name)
    both.expire(name, seconds)
    return int(both.execute()[0])
