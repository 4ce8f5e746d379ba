"""Pixels from Meta's answer to one alert and its end, on a sandbox over HTTP and a real PostgreSQL."""

from datetime import timedelta

import pytest

from fbads_pipeline.adapters.postgres.delivery.pixels import PostgresPixels
from fbads_pipeline.domain.delivery.messages import ads_manager_link
from fbads_pipeline.sandbox.figures.pixel_events import pixel_ids
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.delivery.watch_delivery import DeliveryReport
from fbads_pipeline_tests.services.delivery.test_watch_delivery import ACCOUNT, NOW, QUIET, World
from fbads_pipeline_tests.support.rendering import text_of

SILENT = {"name": "pixel-silent", "account": ACCOUNT, "minutes": 1}  # begun so long before it is first asked about


@pytest.fixture(scope="module")
def sandbox():
    # No anomaly of the world lies in these days.
    with SandboxServer(campaigns=12, anchor="2026-09-01") as server:
        yield server


class PixelWorld(World):
    def clicks_until(self, at):
        """Of the day on which the event falls silent, as it was read last by then."""
        ((clicks,),) = self.rows(
            "select sum(clicks) from (select distinct on (object_id) clicks from raw.insight_readings where level ="
            f" 'campaign' and day = '2026-11-10' and read_at <= '{at}' order by object_id, read_at desc) as newest"
        )
        return clicks


@pytest.fixture
def world(migrated_engine, sandbox):
    sandbox.set_scenario(None)
    world = PixelWorld(migrated_engine, sandbox)
    world.now = NOW - timedelta(hours=5)  # 07:00 there
    return world


def calls(world, path):
    found = world.sandbox.control("calls/counts")
    return sum(one["calls"] for one in found if path in one["path"] and one["account_id"] in (ACCOUNT, None))


def test_a_silent_purchase_event_is_told_once_with_its_clicks_and_its_end_too(world):
    world.tick()
    assert world.problems.facts(now=world.now).pixels, "seven days are known from the first reading on"
    world.sandbox.set_scenario(SILENT)
    assert world.tick(minutes=240) == QUIET
    reports = [world.tick(minutes=240) for _ in range(3)]
    assert reports.count(DeliveryReport(1, 0, 1)) == 1 and reports.count(QUIET) == 2
    ((rule, severity, title, body),) = [one for one in world.alerts() if "pixel" in one[0]]
    assert (rule, severity) == ("delivery.pixel_silent", "critical")
    assert "Loja Ipê BR: nenhum Purchase, R$" in text_of(title) and "gastos, desde" in text_of(title)
    assert "Pixel Loja Ipê BR: Nenhum Purchase desde" in text_of(body) and "cliques e R$" in text_of(body)
    assert "events_manager2" in text_of(body)
    listed = world.problems.listed(frozenset({ACCOUNT}), ended_since=world.now)
    (found,) = [one for one in listed if one.problem.kind == "pixel_silent"]
    assert pixel_ids(world.sandbox.sandbox.world.account(ACCOUNT))[0] in ads_manager_link(found.problem)
    until, since = (world.clicks_until(at) for at in (found.opened_at, found.problem.since))
    assert found.problem.facts["clicks"] == until - since > 0, "clicks of the silence alone"
    assert world.tick(minutes=60, name=None) == DeliveryReport(0, 1, 1)
    assert "Purchase voltou" in text_of(world.alerts()[-1][2])


def test_pixels_are_read_once_an_hour_with_a_call_a_tick_and_quality_once_a_day(world):
    paths = ("adspixels", "/stats", "dataset_quality")
    added = []
    for _ in range(6):  # three hours
        before = [calls(world, path) for path in paths]
        world.tick(minutes=30)
        added.append([calls(world, path) - known for path, known in zip(paths, before, strict=True)])
    assert [sum(some) for some in zip(*added, strict=True)] == [3, 3, 1], (
        "the pixel that never fired is not asked about"
    )
    assert all(listed + events <= 1 for listed, events, _ in added[1:]), "the first reading alone asks for both"
    ((events, newest),) = world.rows("select count(distinct event), max(hour_at) from raw.pixel_events")
    assert events == 6 and world.now - newest <= timedelta(hours=2)
    ((score, coverage),) = world.rows("select match_quality, coverage from raw.pixel_quality where event = 'Purchase'")
    assert (float(score), float(coverage)) == (7.1, 81.5)
    assert world.rows("select match_quality is null, coverage is null from raw.pixel_quality where event = 'Lead'") == [
        (False, True)
    ], "what Meta does not say is null, not zero"


@pytest.mark.parametrize(
    ("path", "refused_part", "kept"),
    [("adspixels", "list", 0), ("/stats", "events", 2)],
)
def test_what_is_refused_is_named_and_asked_again_and_the_rest_is_read(world, path, refused_part, kept):
    world.tick(name="forbidden-account", account=ACCOUNT, path=path)
    assert (world.report.status, world.report.error) == ("done", None)
    assert any("pixel" in note and "200" in note for note in world.report.notes)
    assert world.rows("select count(*) from raw.pixels") == [(kept,)]
    refused = world.rows(f"select refused from raw.pixel_readings where part = '{refused_part}'")
    assert refused and all("200" in one for (one,) in refused)
    assert world.rows("select count(*) from raw.pixel_events") == [(0,)]
    world.tick(minutes=60, name=None)
    assert world.rows("select count(*) from raw.pixel_readings where refused is not null") == [(0,)]
    assert world.rows("select count(*) > 0 from raw.pixel_events") == [(True,)]


def test_people_see_the_pixels_of_their_accounts_and_what_meta_refuses(world):
    world.tick(name="forbidden-account", account=ACCOUNT, path="dataset_quality")
    store = PostgresPixels(world.engine)
    assert store.pixels(frozenset({"2"})) == store.events(frozenset({"2"})) == []
    first, second = store.pixels(frozenset({ACCOUNT}))
    assert (first["name"], second["last_fired_at"]) == ("Pixel Loja Ipê BR", None)
    assert "200" in first["quality_refused"] and first["events_refused"] is None
    events = {row["event"]: row for row in store.events(None)}
    assert events["Purchase"]["last_week"] > events["Purchase"]["last_day"] > 0
    assert events["Purchase"]["match_quality"] is None, "refused is not zero"
    ((total,),) = world.rows("select sum(events) from raw.pixel_events where event = 'Purchase'")
    assert events["Purchase"]["last_week"] <= total
