"""Writes: accepted ones show in the object, the log and the next day's figures; refused ones nowhere."""

from collections.abc import Iterator

import pytest

from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.sandbox.world.world import AdObject
from fbads_pipeline_tests.sandbox.conftest import Reader


@pytest.fixture
def writer() -> Iterator[Reader]:
    """A server of its own: what is written is not undone."""
    with SandboxServer() as server:
        reader = Reader(server)
        yield reader
        reader.session.close()


def _holder(reader: Reader, kind: str = "campaign") -> AdObject:
    account = reader.server.sandbox.world.accounts[0]
    held = account.objects["campaign" if kind == "campaign" else "adset"]
    return next(one for one in held if one.daily_budget and account.effective_status(one) == "ACTIVE")


def test_a_paused_campaign_stops_the_next_day(writer: Reader) -> None:
    campaign = _holder(writer).id
    today = writer.server.truth("campaign", "2026-11-10", "2026-11-10")
    assert writer.post(campaign, status="PAUSED").json() == {"success": True}
    assert writer.get(campaign, fields="status").json()["status"] == "PAUSED"
    children = writer.get(f"{campaign}/ads", fields="effective_status").json()["data"]
    assert "CAMPAIGN_PAUSED" in {child["effective_status"] for child in children}
    assert writer.server.truth("campaign", "2026-11-10", "2026-11-10") == today
    writer.server.set_now("2026-11-12T20:00:00+00:00")
    rows = writer.server.truth("campaign", "2026-11-11", "2026-11-12")
    assert not any(row["impressions"] for row in rows if row["campaign_id"] == campaign)
    assert writer.server.control("writes")[0]["new"] == "PAUSED"


def test_a_budget_is_written_in_minor_units_and_read_back_as_text(writer: Reader) -> None:
    campaign = _holder(writer)
    assert writer.post(campaign.id, daily_budget=123_45).json() == {"success": True}
    assert writer.get(campaign.id, fields="daily_budget").json()["daily_budget"] == "12345"
    newest = writer.get(f"{writer.account()}/activities", limit=1).json()["data"][0]
    assert newest["object_id"] == campaign.id and '"new_value":12345' in newest["extra_data"]


def test_a_budget_on_both_levels_is_refused(writer: Reader) -> None:
    adset, campaign = _holder(writer, "adset"), _holder(writer)
    account = writer.server.sandbox.world.accounts[0]
    below = account.adsets_of(campaign.index)[0]
    for one in (account.parent(adset, "campaign"), below):
        error = writer.post(one.id, daily_budget=5000).json()["error"]
        assert (error["code"], error["error_subcode"]) == (100, 1885621)
    assert writer.server.control("writes") == []


@pytest.mark.parametrize("params", [{"daily_budget": "12.5"}, {"daily_budget": "-1"}, {"status": "GONE"}, {}])
def test_nonsense_is_not_written(writer: Reader, params: dict[str, str]) -> None:
    assert writer.post(_holder(writer).id, **params).json()["error"]["code"] == 100
    assert writer.server.control("writes") == []


def test_an_ad_sets_budget_changes_four_times_an_hour_at_most(writer: Reader) -> None:
    adset = _holder(writer, "adset").id
    for amount in (5000, 5100, 5200, 5300):
        assert writer.post(adset, daily_budget=amount).status_code == 200
    error = writer.post(adset, daily_budget=5400).json()["error"]
    assert (error["code"], error["error_subcode"]) == (613, 1487632)
