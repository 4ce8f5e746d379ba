"""A Redis that several sidecars share, and that each of them can do without."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

# A request waits so long for it; after a failure nobody asks it for so long.
TIMEOUT_SECONDS, PAUSE_SECONDS = 0.5, 5.0
T = TypeVar("T")

log = structlog.get_logger(__name__)


class SharedRedis:
    """For any number of threads. What it holds is spared work or a count, never the only copy of something."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        # redis is heavy: imported where it is needed.
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        waits = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        # One more try opens a connection anew that a restarted server has closed.
        self._client: Any = redis.Redis.from_url(url, **waits, retry=Retry(NoBackoff(), 1))
        self._gone = (redis.ConnectionError, redis.TimeoutError, OSError)
        self._refused = redis.RedisError
        self._clock = clock
        self._lock = threading.Lock()
        self._paused_until = float("-inf")

    def ask(self, question: Callable[[Any], T]) -> T | None:
        """What the question gets of the client; None where the server is away, was so just now, or refuses."""
        if self._clock() < self._paused_until:
            return None
        try:
            return question(self._client)
        except self._gone as error:
            self._pause(error)
        except self._refused as error:
            log.warning("Redis refused", error=type(error).__name__)
        return None

    def close(self) -> None:
        self._client.close()

    def _pause(self, error: Exception) -> None:
        with self._lock:
            is_new = self._clock() >= self._paused_until
            self._paused_until = self._clock() + PAUSE_SECONDS
        if is_new:
            log.warning("Redis is away", error=type(error).__name__, asked_again_after_seconds=PAUSE_SECONDS)
