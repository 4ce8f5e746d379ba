"""Both limiters count alike; the one in Redis counts for all processes, and goes on alone while Redis is away."""

import pytest

from fbads_pipeline.adapters.shared_state.rate_limits import ProcessLimits, RedisLimits
from fbads_pipeline.adapters.shared_state.redis_server import PAUSE_SECONDS, SharedRedis
from fbads_pipeline_tests.support.redis_server import needs_redis


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def limits(kind, request, clock):
    if kind == "process":
        return ProcessLimits(clock)
    redis = SharedRedis(request.getfixturevalue("redis_server").url, clock)
    request.addfinalizer(redis.close)
    return RedisLimits(redis, clock)


@pytest.mark.parametrize("kind", ["process", pytest.param("redis", marks=needs_redis)])
def test_so_many_pass_in_a_window_and_the_next_window_begins_anew(kind, request):
    clock = Clock()
    counted = limits(kind, request, clock)
    assert [counted.take("a", 2) for _ in range(3)] == [None, None, 20.0]
    assert counted.take("b", 2) is None
    assert [counted.take("a", 1, seconds=500) for _ in range(2)] == [None, 500.0]
    clock.now += 20
    assert counted.take("a", 2) is None


@needs_redis
def test_two_sidecars_count_together_alone_without_redis_and_together_again(redis_server, request):
    clock = Clock()
    one, other = (limits("redis", request, clock) for _ in range(2))
    assert (one.take("a", 2), other.take("a", 2)) == (None, None)
    assert one.take("a", 2) == other.take("a", 2) == 20.0
    redis_server.kill()
    assert [one.take("b", 1), other.take("b", 1)] == [None, None], "each by itself"
    assert one.take("b", 1) == other.take("b", 1) == 20.0
    redis_server.start()
    assert one.take("c", 1) is None and other.take("c", 1) is None, "not asked again at once"
    clock.now += PAUSE_SECONDS
    assert one.take("d", 1) is None and other.take("d", 1) == 15.0
