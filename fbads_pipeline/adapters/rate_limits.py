"""Rate limits: so many in a minute, counted in this process, or in Redis where several serve."""

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

_MOST_KEYS = 10_000
_WINDOW = 60


class RateLimits(Protocol):
    """Counts requests of a key in the minute that runs."""

    def take(self, key: str, most: int) -> float | None:
        """None where it may pass, else the seconds to wait."""


class ProcessLimits:
    """In memory; old minutes are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._counts: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def take(self, key: str, most: int) -> float | None:
        now = self._clock()
        minute = int(now // _WINDOW)
        with self._lock:
            if len(self._counts) > _MOST_KEYS:
                self._counts = {one: count for one, count in self._counts.items() if one[1] == minute}
            count = self._counts.get((key, minute), 0) + 1
            self._counts[key, minute] = count
        return None if count <= most else (minute + 1) * _WINDOW - now


class RedisLimits:
    """In Redis. While it is unreachable this process counts alone: a limiter that is down must not refuse requests."""

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        # redis is heavy: imported where it is needed.
        import redis

        self._redis: Any = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
        self._alone = ProcessLimits(clock)
        self._clock = clock

    def take(self, key: str, most: int) -> float | None:
        # redis is heavy: imported where it is needed.
        import redis

        now = self._clock()
        minute = int(now // _WINDOW)
        try:
            pipe = self._redis.pipeline()
            pipe.incr(f"fbads:limit:{key}:{minute}")
            pipe.expire(f"fbads:limit:{key}:{minute}", 2 * _WINDOW)
            count = int(pipe.execute()[0])
        except redis.RedisError:
            return self._alone.take(key, most)
        return None if count <= most else (minute + 1) * _WINDOW - now
