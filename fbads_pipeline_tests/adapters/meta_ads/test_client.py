"""The Marketing API over real HTTP: paging, splitting, waiting, and no token anywhere."""

import json
from datetime import date
from urllib.parse import quote

import pytest

from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.meta_errors import (
    AccountStopped,
    PermanentMetaError,
    RateLimited,
    TooMuchData,
    TransientMetaError,
)
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline_tests.support.fake_ads import insight_columns
from fbads_pipeline_tests.support.graph_server import Answer, error, graph_server

TOKEN = "EAAcanary"
DAYS = DayRange(date(2026, 11, 1), date(2026, 11, 4))


class Naps(list):
    """A sleep that only remembers."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def client(url, naps=None, **settings):
    access = GraphAccess(url, "v25.0", TOKEN, **settings)
    return GraphAds(Transport(access, sleep=naps if naps is not None else Naps()))


def rows_of(pages):
    """The typed rows; none of what these tests send is unreadable."""
    read = list(pages)
    assert [page.unreadable for page in read] == [[] for _ in read]
    return [row for page in read for row in page.rows]


def sent(object_id="1", level="account", day=DAYS.since):
    """An insight as Meta sends it."""
    ids = {"campaign_id": object_id, "adset_id": object_id, "ad_id": object_id}
    kept = {"account": 0, "campaign": 1, "adset": 2, "ad": 3}[level]
    shared = {"account_id": "1", "date_start": str(day), "date_stop": str(day), "impressions": "1", "spend": "0.5"}
    return {**shared, **dict(list(ids.items())[:kept])}


def test_pages_are_followed_to_the_missing_next_even_past_an_empty_one():
    pages = [["7"], [], ["8"]]

    def answer(asked, before):
        onward = f"http://elsewhere.test/v25.0/act_1/insights?access_token={TOKEN}&after=c{before}&limit=5000"
        paging = {"cursors": {"after": "x"}, **({"next": onward} if before < 2 else {})}
        return Answer({"data": [sent(one, "ad") for one in pages[before]], "paging": paging})

    with graph_server(answer) as server:
        rows = rows_of(client(server.url).insights("1", Grain("ad"), DAYS))
    assert [insight_columns(row)["object_id"] for row in rows] == ["7", "8"]
    assert [one.query.get("after") for one in server.asked] == [None, "c0", "c1"]
    assert {one.query["level"] for one in server.asked} == {"ad"}


def test_the_token_travels_in_the_header_alone_with_a_proof_beside_it():
    with graph_server(lambda asked, before: Answer({"data": []})) as server:
        list(client(server.url, app_secret="shh").objects("1", "campaign"))
    (asked,) = server.asked
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in asked.address
    assert len(asked.query["appsecret_proof"]) == 64


def test_every_effective_status_of_the_level_is_named():
    with graph_server(lambda asked, before: Answer({"data": []})) as server:
        ads = client(server.url)
        list(ads.insights("1", Grain("adset"), DAYS))
        list(ads.insights("1", Grain("account"), DAYS))
        list(ads.objects("1", "ad"))
    insights, account, objects = server.asked
    (every,) = json.loads(insights.query["filtering"])
    assert every["field"] == "adset.effective_status"
    assert {"ARCHIVED", "DELETED", "CAMPAIGN_PAUSED"} <= set(every["value"])
    assert "filtering" not in account.query
    assert "ARCHIVED" in objects.query["effective_status"]
    assert "DELETED" not in objects.query["effective_status"]


@pytest.mark.parametrize(
    "fault",
    [
        error(1),
        error(2, 1504044, status=500),
        error(2, status=200),
        Answer(raw=b"<html>bad gateway</html>", status=502),
        Answer(raw=b'{"data": [{"id": "1"', status=200),
        Answer({"data": [1, 2, 3]}, declared_length=4000),
        Answer(hang_up=True),
        Answer({"no": "data"}, status=503),
    ],
    ids=["1", "2", "error in 200", "html", "cut JSON", "cut body", "hang-up", "503"],
)
def test_a_passing_fault_is_tried_again(fault):
    naps = Naps()
    with graph_server(lambda asked, before: fault if before < 2 else Answer({"data": [sent()]})) as server:
        ads = client(server.url, naps)
        (row,) = rows_of(ads.insights("1", Grain("account"), DAYS))
    assert insight_columns(row)["object_id"] == "1"
    assert len(naps) == 2
    traffic = ads.traffic("1")
    assert (traffic.calls, traffic.retries) == (3, 2)
    assert sum(traffic.answers.values()) == sum(traffic.latencies.values()) == 3
    assert traffic.answers["GET 200"] >= 1 and traffic.answer_seconds > 0


def test_patience_ends():
    with graph_server(lambda asked, before: error(1)) as server, pytest.raises(TransientMetaError):
        rows_of(client(server.url, attempts=3).insights("1", Grain("account"), DAYS))
    assert len(server.asked) == 3


def test_a_rate_limit_is_waited_out_as_the_headers_tell():
    naps = Naps()
    told = error(17, 2446079, X_Ad_Account_Usage='{"acc_id_util_pct": 100, "reset_time_duration": 42}')
    with graph_server(lambda asked, before: told if before == 0 else Answer({"data": []})) as server:
        ads = client(server.url, naps, patience_seconds=60)
        rows_of(ads.insights("1", Grain("account"), DAYS))
    assert max(naps) == pytest.approx(42, abs=1)
    assert ads.traffic("1").waited_seconds >= 41


def test_a_long_wait_is_not_slept_through_but_raised_and_no_call_is_made_until_it_is_over():
    told = error(17, 2446079, X_Ad_Account_Usage='{"acc_id_util_pct": 100, "reset_time_duration": 900}')
    with graph_server(lambda asked, before: told) as server:
        ads = client(server.url, Naps())
        for _ in range(3):
            with pytest.raises(RateLimited) as limited:
                rows_of(ads.insights("1", Grain("account"), DAYS))
            assert limited.value.wait_seconds == pytest.approx(900, abs=2)
    assert len(server.asked) == 1


def test_a_call_that_warns_of_the_limit_is_the_last_before_the_wait():
    full = Answer({"data": []}, headers={"X-Ad-Account-Usage": '{"acc_id_util_pct": 96, "reset_time_duration": 600}'})
    with graph_server(lambda asked, before: full) as server:
        ads = client(server.url, Naps())
        rows_of(ads.insights("1", Grain("account"), DAYS))
        with pytest.raises(RateLimited, match="600 s to wait"):
            rows_of(ads.insights("1", Grain("account"), DAYS))
        rows_of(ads.insights("2", Grain("account"), DAYS))
    assert len(server.asked) == 2, "no call that would be refused, and the other account goes on"


def test_a_rate_limit_without_end_is_said():
    with graph_server(lambda asked, before: error(80000)) as server, pytest.raises(RateLimited):
        rows_of(client(server.url, attempts=2).insights("1", Grain("account"), DAYS))


def test_an_expired_token_is_not_tried_again():
    with graph_server(lambda asked, before: error(190, 463)) as server, pytest.raises(AccountStopped) as stop:
        rows_of(client(server.url).insights("1", Grain("account"), DAYS))
    assert len(server.asked) == 1
    assert TOKEN not in str(stop.value) + repr(stop.value)


def test_a_range_that_is_too_large_is_asked_for_in_halves():
    def answer(asked, before):
        since, until = json.loads(asked.query["time_range"]).values()
        if since != until:
            return error(100, 1487534)
        return Answer({"data": [sent("7", "ad", since)]})

    with graph_server(answer) as server:
        rows = rows_of(client(server.url).insights("1", Grain("ad"), DAYS))
    assert [insight_columns(row)["day"] for row in rows] == [str(day) for day in DAYS]


def test_a_day_that_is_too_large_is_asked_for_in_smaller_pages():
    day = DayRange(DAYS.since, DAYS.since)

    def answer(asked, before):
        if int(asked.query["limit"]) > 1000:
            return Answer(raw=b"Please reduce the amount of data you're asking for", status=500)
        return Answer({"data": [sent("7", "ad")]})

    with graph_server(answer) as server:
        assert len(rows_of(client(server.url).insights("1", Grain("ad"), day))) == 1
    with graph_server(lambda asked, before: error(100, 1487534)) as server, pytest.raises(TooMuchData):
        rows_of(client(server.url).insights("1", Grain("ad"), day))


def test_a_list_of_accounts_that_is_too_large_is_asked_for_in_smaller_pages():
    def answer(asked, before):
        if int(asked.query["limit"]) > 100:
            return error(100, 1487534)
        return Answer({"data": [{"id": "act_1", "currency": "BRL", "timezone_name": "UTC"}, {"name": "no id"}]})

    with graph_server(answer) as server:
        assert [one.account_id for one in client(server.url).accounts()] == ["1"]
    assert [asked.query["limit"] for asked in server.asked] == ["500", "100"]


@pytest.mark.parametrize("code", [100, 200])
def test_accounts_are_listed_without_their_money_where_the_token_may_not_read_it(code):
    def answer(asked, before):
        if "funding_source_details" in asked.query["fields"]:
            return error(code)
        return Answer({"data": [{"id": "act_1", "currency": "BRL", "timezone_name": "UTC"}]})

    with graph_server(answer) as server:
        ads = client(server.url)
        assert [one.money for _ in range(2) for one in ads.accounts()] == [None, None]
    assert len(server.asked) == 3  # refused once, it is no longer asked for
    with graph_server(lambda asked, before: error(200)) as server, pytest.raises(AccountStopped):
        client(server.url).accounts()


def test_pages_that_lead_in_a_circle_are_no_endless_loop():
    def answer(asked, before):
        return Answer({"data": [], "paging": {"next": f"http://x/y?after={before % 3}"}})

    with graph_server(answer) as server, pytest.raises(TransientMetaError, match="in a circle"):
        rows_of(client(server.url).objects("1", "ad"))
    assert len(server.asked) < 10


def test_half_a_surrogate_pair_in_a_name_is_no_broken_body():
    body = b'{"data": [{"id": "1", "name": "x\\ud800y"}]}'
    with graph_server(lambda asked, before: Answer(raw=body)) as server:
        (row,) = rows_of(client(server.url).objects("1", "ad"))
    assert row.name == "x?y"


def test_a_redirect_is_not_followed():
    with (
        graph_server(lambda asked, before: Answer({}, 302, {"Location": "http://127.0.0.1:1/" + quote("x")})) as server,
        pytest.raises(TransientMetaError, match="without `data`"),
    ):
        rows_of(client(server.url, attempts=1).objects("1", "ad"))
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", [{"raw": b"<html>404</html>"}, {"body": {"detail": "Not Found"}}])
def test_what_does_not_exist_is_not_asked_for_again(body):
    refused = pytest.raises(PermanentMetaError, match="HTTP 404")
    with graph_server(lambda asked, before: Answer(status=404, **body)) as server, refused:
        rows_of(client(server.url).activities("1", DAYS))
    assert len(server.asked) == 1
