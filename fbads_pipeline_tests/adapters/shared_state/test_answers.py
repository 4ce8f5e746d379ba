"""Several sidecars share what they have read, and nothing that is not theirs or not of now."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.shared_state.answers import LARGEST_BYTES, RedisAnswers, canonical
from fbads_pipeline.adapters.shared_state.redis_server import SharedRedis
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.redis_server import needs_redis

KEYS = ["A" * 43 + "=", "B" * 42 + "E="]
ROW = {"spend": Decimal("12.30"), "day": date(2026, 11, 10), "at": datetime(2026, 11, 10, tzinfo=UTC), "ctr": None}


@pytest.fixture
def answers(redis_server, request):
    """Makes the answers of one more sidecar."""

    def make(database="postgresql://u:one@h/d", **settings):
        redis = SharedRedis(redis_server.url)
        request.addfinalizer(redis.close)
        return RedisAnswers(redis, load_settings(**{"encryption_keys": KEYS[0], **settings}), database)

    return make


class Reading:
    def __init__(self, answer):
        self.answer, self.times = answer, 0

    def __call__(self):
        self.times += 1
        return self.answer


@needs_redis
def test_what_one_has_read_the_other_takes_and_in_another_state_reads(answers):
    read = Reading([ROW])
    assert answers().of("1", ("grid", frozenset("ab")), read) == [ROW]
    assert answers().of("1", ("grid", frozenset("ba")), read) == [ROW] and read.times == 1
    assert answers().of("2", ("grid", frozenset("ab")), read) == [ROW] and read.times == 2
    answers().of("1", ("grid", frozenset("abc")), read)
    assert read.times == 3


@needs_redis
@pytest.mark.parametrize(
    "other", [{"database": "postgresql://u:one@h/other"}, {"stale_hours": 7}, {"encryption_keys": KEYS[1]}]
)
def test_another_database_other_settings_and_other_keys_have_answers_of_their_own(answers, other):
    answers().of("1", "key", Reading("theirs"))
    assert answers(**other).of("1", "key", Reading("own")) == "own"


@needs_redis
def test_what_somebody_else_wrote_into_redis_or_exchanged_there_is_not_taken(answers, redis_server):
    for key in ("a", "b"):
        answers().of("1", key, Reading(key))
    first, second = sorted(redis_server.client.keys("fbads:answer:*"))
    held = [redis_server.client.get(one) for one in (first, second)]
    assert b"grid" not in b"".join(held)
    redis_server.client.set(first, held[1])
    redis_server.client.set(second, held[0])
    assert [answers().of("1", key, Reading("read")) for key in ("a", "b")] == ["read", "read"]
    for one in (first, second):
        redis_server.client.set(one, b"forged")
    assert [answers().of("1", key, Reading("again")) for key in ("a", "b")] == ["again", "again"]
    assert all(0 < redis_server.client.ttl(one) <= 900 for one in (first, second))


@needs_redis
def test_without_redis_each_reads_for_itself_and_afterwards_they_share_again(answers, redis_server):
    one, read = answers(), Reading("read")
    one.of("1", "key", read)
    redis_server.kill()
    assert one.of("1", "key", read) == "read" and read.times == 2
    redis_server.start()
    assert answers().of("1", "key", read) == "read" and read.times == 3
    assert answers().of("1", "key", read) == "read" and read.times == 3


@needs_redis
def test_large_answers_and_a_server_that_is_half_full_are_left_alone(answers, redis_server):
    text = "".join(chr(33 + n * n * n % 90) for n in range(20_000))
    answers().of("1", "key", Reading([f"{n}{text[n % 900 :]}" for n in range(3)]))
    assert redis_server.client.dbsize() == 1
    answers().of("1", "large", Reading(bytes(b"".join(n.to_bytes(4) for n in range(LARGEST_BYTES)))))
    assert redis_server.client.dbsize() == 1
    redis_server.client.config_set("maxmemory", redis_server.client.info("memory")["used_memory"] * 3 // 2)
    answers().of("1", "small", Reading("small"))
    assert redis_server.client.dbsize() == 1


@needs_redis
def test_an_answer_that_cannot_be_shared_is_read_each_time(answers):
    read = Reading(lambda: None)
    assert [answers().of("1", "key", read) for _ in range(2)] == [read.answer] * 2
    assert answers().of("1", ("key", object()), Reading("read")) == "read"


@dataclass(frozen=True)
class Asked:
    accounts: frozenset[str]
    money: str


def test_a_key_is_the_same_text_in_every_process_and_says_all_that_was_asked():
    one = canonical(("day", Asked(frozenset("abcdef"), "brl"), {"b": 1, "a": [Decimal(1)]}))
    assert repr(one) == repr(canonical(("day", Asked(frozenset("fedcba"), "brl"), {"a": [Decimal(1)], "b": 1})))
    for other in (frozenset("abcdeg"), tuple("abcdef")):
        assert canonical(Asked(other, "brl")) != canonical(Asked(frozenset("abcdef"), "brl"))
    assert canonical((1, "1", None)) != canonical(("1", 1, None))
    with pytest.raises(TypeError, match="object names no answer"):
        canonical(("day", object()))
