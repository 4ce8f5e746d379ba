"""Meta's recommendations and score, from its answer to what is shown, on a sandbox over HTTP and a real PostgreSQL."""

from datetime import timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.meta_ads.recommendations.reading import read_recommendations
from fbads_pipeline.adapters.postgres.recommendations.meta_recommendations import MetaRecommendationReader
from fbads_pipeline.domain.collection.meta_errors import TransientMetaError
from fbads_pipeline_tests.services.delivery.test_watch_delivery import ACCOUNT, World
from fbads_pipeline_tests.services.delivery.test_watch_pixels import calls, sandbox  # noqa: F401 - the same world


@pytest.fixture
def world(migrated_engine, sandbox):  # noqa: F811 - the fixture
    sandbox.set_scenario(None)
    return World(migrated_engine, sandbox)


def read(world):
    return MetaRecommendationReader(world.engine)


def test_once_a_day_with_two_calls_at_a_tick_that_asks_for_no_pixels(world):
    asked = [calls(world, path) for path in ("/recommendations", "adspixels")]
    added = []
    for _ in range(50):  # a day and an hour
        world.tick(minutes=30)
        now = [calls(world, path) for path in ("/recommendations", "adspixels")]
        added.append(tuple(new - old for new, old in zip(now, asked, strict=True)))
        asked = now
    assert [of_list for of_list, _ in added].count(1) == 2 and max(of_list for of_list, _ in added) == 1
    assert (1, 1) not in added[1:], "a tick asks for one of them"
    ((scores, newest),) = world.rows("select count(*), max(score) from raw.opportunity_scores")
    assert (scores, newest) == (2, 71)


def test_what_meta_recommends_is_kept_in_its_words_and_gone_when_meta_says_it_no_more(world):
    world.tick()
    world.tick()
    first, second, third, of_account = read(world).current(frozenset({ACCOUNT}))
    assert [one["score_lift"] for one in (first, second, third, of_account)] == [11, 8, 6, None]
    assert (first["kind"], first["lift_estimate"]) == ("CREATIVE_FATIGUE", "Up to 12% lower cost per result")
    assert first["campaign_ids"] == first["object_ids"] and first["url"].startswith("https://adsmanager.facebook.com/")
    assert (of_account["campaign_ids"], of_account["lift_estimate"]) == ([], None), "Meta promises nothing"
    (campaign,) = first["campaign_ids"]
    assert [one["kind"] for one in read(world).current(frozenset({ACCOUNT}), campaign)] == ["CREATIVE_FATIGUE"]
    assert read(world).current(frozenset({"2"})) == read(world).accounts(frozenset({"2"})) == []
    assert world.rows("select count(*) from ops.suggestions") == [(0,)], "never counted as a suggestion of ours"
    with world.engine.begin() as connection:
        connection.exec_driver_sql("update raw.recommendation_readings set read_at = read_at + interval '1 day'")
    assert read(world).current(None) == []
    assert world.rows("select count(*) from raw.meta_recommendations") == [(4,)], "kept as it was read"


def test_what_is_refused_is_named_and_the_other_part_is_read(world):
    world.tick(name="forbidden-account", account=ACCOUNT, path="/recommendations")
    assert (world.report.status, world.report.error) == ("done", None)
    assert any("200" in note for note in world.report.notes), world.report.notes
    (account,) = read(world).accounts(frozenset({ACCOUNT}))
    assert (account["score"], account["score_refused"], read(world).current(None)) == (71, None, [])
    assert "200" in account["list_refused"] and account["list_read_at"] is None
    refusal = {"error": {"code": 10, "message": "no permission", "type": "OAuthException"}}
    found = read_recommendations(Answers(refusal, {"data": []}), ACCOUNT)
    assert (found.score, found.list_refused) == (None, None) and "10" in found.score_refused
    world.now += timedelta(days=1)
    world.raw.apply_recommendations(ACCOUNT, found, read_at=world.now)
    (account,) = read(world).accounts(None)
    assert account["score"] == 71 and "10" in account["score_refused"], "what was read last stands, with its time"
    assert account["score_read_at"] < world.now - timedelta(hours=23)


class Answers:
    """A Marketing API that answers a batch with what it is given."""

    def __init__(self, score, listed):
        self._parts = [{"code": 200, "body": body} for body in (score, listed)]

    def post(self, path, form, account_id):
        return self._parts


ODD = {
    "data": [
        {"recommendations": [{"type": "MUSIC", "object_ids": ["12", "x'y"], "opportunity_score_lift": "-3",
                              "url": "https://adsmanager.facebook.com.evil.example/", "recommendation_time": "soon",
                              "recommendation_content": {"body": "a\0b " + "c" * 5000}}, {"no": "type"}, "text"]},
        {"recommendations": [{"recommendation_name": "fragmentation", "object_ids": None,
                              "url": "javascript:alert(1)", "opportunity_score_lift": "7.5"}]},
        "row",
    ]
}  # fmt: skip


def test_odd_answers_lose_what_is_odd_and_nothing_else():
    found = read_recommendations(Answers({"opportunity_score": 130, "id": "act_1"}, ODD), "1")
    assert (found.score, found.notes) == (None, [])
    music, other = found.listed
    assert (music.object_ids, music.score_lift, music.url, music.made_at) == (("12",), None, None, None)
    assert music.body.startswith("ab c") and len(music.body) == 2000
    assert (other.kind, other.object_ids, other.url, other.score_lift) == ("FRAGMENTATION", (), None, Decimal("7.5"))
    assert read_recommendations(Answers({}, {"data": []}), "1").listed == []
    assert "without a list" in read_recommendations(Answers({}, {}), "1").list_refused
    with pytest.raises(TransientMetaError):
        read_recommendations(type("Empty", (), {"post": lambda self, *_, **__: []})(), "1")
