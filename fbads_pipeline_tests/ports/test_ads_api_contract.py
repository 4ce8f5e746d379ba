"""The contract of the port AdsApi, for the fake of the tests and for the client over the sandbox, by HTTP."""

from datetime import date

import pytest

from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.domain.collection.levels import LEVELS, OBJECT_KINDS, Grain
from fbads_pipeline.domain.collection.meta_errors import MetaError
from fbads_pipeline.domain.collection.pages import OBJECT_ROWS
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline_tests.support.fake_ads import FakeAds, an_account, insight_columns

NOW = "2026-11-10T15:00:00+00:00"
DAYS = DayRange(date(2026, 11, 8), date(2026, 11, 9))


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer(now=NOW) as server:
        yield server


@pytest.fixture(params=["fake", "graph"])
def ads(request):
    if request.param == "fake":
        return FakeAds([an_account("1"), an_account("2", "Asia/Tokyo")])
    server = request.getfixturevalue("sandbox")
    return GraphAds(Transport(GraphAccess(server.url, "v25.0", server.token), sleep=lambda seconds: None))


@pytest.fixture
def account_id(ads):
    return ads.accounts()[0].account_id


def rows_of(pages):
    return [row for page in pages for row in page.rows]


def test_an_account_alone_is_the_same_as_in_the_list(ads):
    listed = ads.accounts()
    assert len(listed) >= 2
    assert ads.account(listed[1].account_id) == listed[1]


def test_an_unknown_account_is_an_error_of_meta(ads):
    with pytest.raises(MetaError):
        ads.account("404")
    with pytest.raises(MetaError):
        list(ads.insights("404", Grain("campaign"), DAYS))


@pytest.mark.parametrize("level", LEVELS)
def test_insights_are_of_their_level_and_of_the_days_that_were_requested(ads, account_id, level):
    rows = rows_of(ads.insights(account_id, Grain(level), DAYS))
    assert rows
    ids = {"account": account_id, "campaign": "campaign_id", "adset": "adset_id", "ad": "ad_id"}
    depth = LEVELS.index(level)
    for row in map(insight_columns, rows):
        assert date.fromisoformat(row["day"]) in DAYS
        assert row["object_id"] == (account_id if level == "account" else row[ids[level]])
        parents = (row["campaign_id"], row["adset_id"], row["ad_id"])
        assert [one is not None for one in parents] == [number < depth for number in range(3)]
        assert (row["breakdown_value"], len(row["currency"])) == ("", 3)


def test_rows_of_a_breakdown_name_its_value(ads, account_id):
    rows = rows_of(ads.insights(account_id, Grain("campaign", "age"), DAYS))
    assert rows
    assert all(insight_columns(row)["breakdown_value"] for row in rows)


@pytest.mark.parametrize("kind", OBJECT_KINDS)
def test_objects_found_by_id_are_those_that_meta_still_shows(ads, account_id, kind):
    if isinstance(ads, FakeAds):
        ads.by_id = {"7"}
    shown = "7" if isinstance(ads, FakeAds) else rows_of(ads.objects(account_id, kind))[0][0]
    found = ads.objects_by_id(kind, [shown, "404404404"], account_id=account_id)
    assert [row[0] for row in found.page.rows] == [shown]
    assert all(isinstance(row, OBJECT_ROWS[kind]) for row in found.page.rows)
    assert (found.refused, found.unanswered) == ({}, {})


def test_nothing_is_requested_until_a_page_is_taken_and_calls_count_for_their_account(ads, account_id):
    other = ads.accounts()[1].account_id
    before = ads.traffic(account_id).calls, ads.traffic(other).calls
    pages = ads.insights(account_id, Grain("campaign"), DAYS)
    assert ads.traffic(account_id).calls == before[0]
    list(pages)
    assert ads.traffic(account_id).calls > before[0]
    assert ads.traffic(other).calls == before[1]
