"""Objects by id over real HTTP: every part of a batch has an outcome of its own."""

import json

import pytest

from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.domain.collection.meta_errors import AccountStopped, RateLimited
from fbads_pipeline_tests.support.graph_server import Answer, error, graph_server

FORBIDDEN = {"error": {"code": 200, "message": "(#200) Missing permissions", "fbtrace_id": "x"}}
GONE = {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request"}}
ABORTED = {"error": {"code": 960, "message": "Request aborted"}}
PASSING = {"error": {"code": 278, "message": "try later", "is_transient": True}}


class Objects:
    """A Graph API of objects that all exist, but for what `parts` answers in a batch and `alone` by itself.

    parts: id → (code, body) or None, as long as `times` batches were asked; batches: the ids of each, asked: by itself.
    """

    def __init__(self, parts=None, alone=None, times=10**9):
        self._parts, self._alone, self._times = parts or {}, alone or {}, times
        self.batches, self.asked = [], []

    def __call__(self, asked, before):
        if asked.method == "GET":
            self.asked.append(asked.path)
            return self._alone.get(asked.path, Answer({"id": asked.path}))
        ids = [part["relative_url"].split("?")[0] for part in json.loads(asked.query["batch"])]
        self.batches.append(ids)
        odd = self._parts if len(self.batches) <= self._times else {}
        return Answer([self._part(one, odd) for one in ids])

    def _part(self, one, odd):
        code, body = (odd[one] or (None, None)) if one in odd else (200, {"id": one})
        return code and {"code": code, "body": json.dumps(body)}


def by_id(server, ids, **access):
    with graph_server(server) as graph:
        transport = Transport(GraphAccess(graph.url, "v26.0", "t", **access), sleep=lambda seconds: None)
        return GraphAds(transport).objects_by_id("ad", ids, account_id="9")


def shown(found):
    return sorted(row.ad_id for row in found.page.rows)


def test_one_forbidden_object_is_refused_and_the_others_of_its_batch_are_read():
    server = Objects({"2": (403, FORBIDDEN), "3": (400, GONE)})
    found = by_id(server, ["1", "2", "3", "4"])
    assert shown(found) == ["1", "4"]
    assert found.refused == {"2": "(#200) Missing permissions (Meta error 200)"}
    assert (found.unanswered, len(server.batches), server.asked) == ({}, 1, [])


@pytest.mark.parametrize("code", [10, 200, 294, 299])
def test_a_permission_that_is_missing_for_one_object_alone_stops_nobody(code):
    server = Objects({"1": None, "2": None}, {"1": error(code, message="no")})
    found = by_id(server, ["1", "2"])
    assert (shown(found), list(found.refused)) == (["2"], ["1"])


@pytest.mark.parametrize("part", [None, (500, ABORTED), (400, PASSING), (503, {"no": "object"}), (400, ABORTED)])
def test_a_part_that_was_not_answered_is_asked_again_and_never_taken_for_hidden(part):
    odd = {str(one): part for one in range(20, 35)}
    server = Objects(odd, times=1)
    found = by_id(server, [str(one) for one in range(60)])
    assert len(shown(found)) == 60
    assert [len(ids) for ids in server.batches] == [50, 10, 10, 5]


def test_a_part_that_is_never_answered_stays_unanswered_after_a_bounded_number_of_calls():
    ids = [str(one) for one in range(40)]
    server = Objects(dict.fromkeys(ids[:30], (500, ABORTED)), dict.fromkeys(ids[:30], error(960, status=500)))
    found = by_id(server, ids, attempts=2)
    assert (shown(found), sorted(found.unanswered)) == (sorted(ids[30:]), sorted(ids[:30]))
    assert len(server.batches) == 4 and len(server.asked) == 3 * 2
    assert found.unanswered["0"].endswith("(Meta error 960)")


def test_a_part_that_comes_back_alone_is_found():
    server = Objects(dict.fromkeys("12", (500, ABORTED)))
    assert shown(by_id(server, ["1", "2", "3"])) == ["1", "2", "3"]
    assert server.asked == ["1", "2"]


def test_a_quota_inside_a_part_is_the_accounts():
    with pytest.raises(RateLimited):
        by_id(Objects({"2": (400, {"error": {"code": 80004, "message": "too many calls"}})}), ["1", "2"])


def test_a_dead_token_inside_a_part_is_the_accounts():
    with pytest.raises(AccountStopped) as stopped:
        by_id(Objects({"2": (400, {"error": {"code": 190, "message": "expired"}})}), ["1", "2"])
    assert stopped.value.is_token_gone


@pytest.mark.parametrize("refusal", [error(100), error(200)], ids=["no batches", "forbidden as a whole"])
def test_a_batch_that_is_refused_as_a_whole_is_asked_one_by_one(refusal):
    with graph_server(lambda asked, _: refusal if asked.method == "POST" else Answer({"id": asked.path})) as server:
        transport = Transport(GraphAccess(server.url, "v26.0", "t"), sleep=lambda seconds: None)
        found = GraphAds(transport).objects_by_id("ad", [str(one) for one in range(60)], account_id="9")
    assert len(found.page.rows) == 60
    assert server.paths().count("") == 2


def test_a_field_that_is_refused_within_a_batch_is_no_longer_asked_for():
    def answer(asked, before):
        wrong = "learning_stage_info" in asked.query["batch"]
        unknown = {"error": {"code": 100, "message": "(#100) Tried accessing nonexisting field (learning_stage_info)"}}
        ids = [part["relative_url"].split("?")[0] for part in json.loads(asked.query["batch"])]
        return Answer(
            [{"code": 400 if wrong else 200, "body": json.dumps(unknown if wrong else {"id": i})} for i in ids]
        )

    with graph_server(answer) as server:
        ads = GraphAds(Transport(GraphAccess(server.url, "v26.0", "t"), sleep=lambda seconds: None))
        assert len(ads.objects_by_id("adset", ["1", "2"], account_id="9").page.rows) == 2
