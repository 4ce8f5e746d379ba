"""Creatives from a sandbox over HTTP to kept pictures: hostile ones are refused, and none is ever linked."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.creatives.pictures import PictureFetcher
from fbads_pipeline.adapters.meta_ads.creatives.rows import creative_page
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.delivery.creatives import PostgresCreatives
from fbads_pipeline.domain.delivery.pictures import PictureRefused
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.collection.plan_sync import list_accounts
from fbads_pipeline.services.delivery.keep_pictures import PictureReport, keep_pictures
from fbads_pipeline_tests.support.fake_ads import FakeClock

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
ACCOUNT = "1015812345678901"


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer(campaigns=2) as server:
        yield server


@pytest.fixture
def store(migrated_engine, sandbox):
    sandbox.set_scenario(None)
    ads = GraphAds(Transport(GraphAccess(sandbox.url, "v26.0", sandbox.token, attempts=1)))
    raw = PostgresRawStore(migrated_engine)
    list_accounts(ads, raw, FakeClock(NOW))
    raw.apply_creatives(ACCOUNT, ads.creatives(ACCOUNT), read_at=NOW)
    return PostgresCreatives(migrated_engine)


def refusals(store):
    with store._engine.connect() as connection:
        return set(connection.execute(sa.text("select refused from ops.creative_pictures")).scalars())


def test_one_picture_is_kept_for_all_ads_that_show_it_and_served_to_those_who_see_the_account(store, sandbox):
    report = keep_pictures(store, PictureFetcher(sandbox.url), FakeClock(NOW))
    assert (report.kept, report.refused) == (6, 0), "three for each of two campaigns"
    assert keep_pictures(store, PictureFetcher(sandbox.url), FakeClock(NOW)) == PictureReport(0, 0)
    found = store.creatives(None, since=NOW.date(), until=NOW.date())
    pictured = [one for one in found if one.has_picture]
    assert len(pictured) == 6 and sum(one.ads for one in pictured) > 12
    assert any(one.key.startswith("creative:") and not one.has_picture for one in found), "one without picture"
    assert {one.spend for one in found} == {None}, "no mart, no figure, never zero"
    key = pictured[0].key
    kept = store.picture(ACCOUNT, key, frozenset({ACCOUNT}))
    assert (kept.media_type, kept.width, kept.body[:4]) == ("image/png", 64, b"\x89PNG")
    assert store.picture(ACCOUNT, key, frozenset({"2"})) is None
    assert store.creatives(frozenset({"2"}), since=NOW.date(), until=NOW.date()) == []


@pytest.mark.parametrize(
    ("odd", "reason"),
    [("svg", "neither JPEG"), ("large", "larger than 2 MB"), ("redirect", "status 302"), ("none", "status 404")],
)
def test_hostile_pictures_are_refused_and_tried_again_a_day_later(store, sandbox, odd, reason):
    sandbox.set_scenario({"name": "odd-picture", "figure": odd})
    assert keep_pictures(store, PictureFetcher(sandbox.url), FakeClock(NOW)) == PictureReport(0, 6)
    assert all(one.startswith(reason) or reason in one for one in refusals(store))
    sandbox.set_scenario(None)
    assert keep_pictures(store, PictureFetcher(sandbox.url), FakeClock(NOW + timedelta(hours=1))) == PictureReport(0, 0)
    assert keep_pictures(store, PictureFetcher(sandbox.url), FakeClock(NOW + timedelta(hours=25))) == PictureReport(
        6, 0
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "http://127.0.0.1:5432/",
        "https://localhost/x.png",
        "http://scontent.fbcdn.net/x.png",
        "https://scontent.fbcdn.net:8443/x.png",
        "https://fbcdn.net.evil.example/x.png",
        "https://evilfbcdn.net/x.png",
        "https://user@evil.example/x.fbcdn.net",
        "file:///etc/passwd",
        "gopher://scontent.fbcdn.net/",
        "",
    ],
)
def test_nothing_but_metas_addresses_is_asked(url):
    with pytest.raises(PictureRefused, match="address"):
        PictureFetcher("https://graph.facebook.com").fetch(url)


def test_a_host_of_metas_that_resolves_to_a_private_address_is_not_asked(monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: [(2, 1, 6, "", ("10.0.0.7", 443))])
    with pytest.raises(PictureRefused, match="a private address"):
        PictureFetcher("https://graph.facebook.com").fetch("https://scontent.fbcdn.net/x.png")


def test_creatives_of_any_form_are_read_and_scripts_are_no_links():
    story = {"link_data": {"link": "javascript:alert(1)", "message": "Oi", "image_hash": "abc"}}
    feed = {
        "videos": [{"video_id": "9"}],
        "bodies": [{"text": "B"}],
        "link_urls": [{"website_url": "https://x.example"}],
    }
    rows = [
        {"id": "1", "creative": {"id": "11", "object_story_spec": story}},
        {"id": "2", "creative": {"id": "12", "asset_feed_spec": feed}},
        {
            "id": "3",
            "creative": {"id": "13", "object_story_spec": "?", "asset_feed_spec": [], "thumbnail_url": "ftp://x"},
        },
        {"id": "4"},
        {"id": "5", "creative": None},
        {"id": "x", "creative": {"id": "14"}},
        "no row",
    ]
    page = creative_page("42", rows)
    found = {one.ad_id: (one.creative_key, one.body, one.link, one.picture_url) for one in page.rows}
    assert found == {
        "1": ("image:abc", "Oi", None, None),
        "2": ("video:9", "B", "https://x.example", None),
        "3": ("creative:13", None, None, None),
    }
    assert len(page.unreadable) == 2


def test_of_every_account_some_pictures_come_first(store, sandbox):
    ads = GraphAds(Transport(GraphAccess(sandbox.url, "v26.0", sandbox.token, attempts=1)))
    other = next(one["account_id"] for one in sandbox.control("state")["accounts"] if one["account_id"] != ACCOUNT)
    later = NOW + timedelta(minutes=30)
    PostgresRawStore(store._engine).apply_creatives(other, ads.creatives(other), read_at=later)
    first = store.without_picture(tried_before=NOW, most=4)
    assert sorted(account for account, _, _ in first) == sorted([ACCOUNT, ACCOUNT, other, other])
