"""Anomalies from end to end: a sandbox that moves by half hours, real readings, real detectors, one message each."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.anomalies.account_detection import run_detectors
from fbads_pipeline.domain.anomalies.daily.families import NOTICES
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.metric_states import LONG_AGO
from fbads_pipeline.domain.anomalies.state.packing import unpack
from fbads_pipeline.domain.anomalies.state.readings import minutes
from fbads_pipeline.domain.core.messages import from_json
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.anomalies.detect_anomalies import detect_anomalies
from fbads_pipeline_tests.support.fakes import FakeCalendarEvents, an_event
from fbads_pipeline_tests.support.following import FollowedAccount, HalfHoursAlone, instants
from fbads_pipeline_tests.support.postgres_fixture import fresh_database
from fbads_pipeline_tests.support.rendering import text_of

BEGIN = datetime(2026, 10, 30, 3, 5, tzinfo=UTC)
ANCHOR = "2026-11-10"
SETTINGS = DetectionSettings()
MARKS = "select anomaly_id, status, announced_alert_id, recovery_alert_id from analysis.anomalies where is_alert"


class Stop:
    """The labelled delivery stop: two whole days of one campaign in São Paulo."""

    def __init__(self, server: SandboxServer) -> None:
        known = [one for one in server.control("incidents") if one["name"] == "delivery_stop"]
        label = max(known, key=lambda one: one["first_day"])
        self.account_id, self.campaign_id = label["account_id"], label["object_id"]
        self.begins = datetime.fromisoformat(label["first_day"]).replace(tzinfo=UTC) + timedelta(hours=3)
        self.ends = self.begins + timedelta(days=2)


@pytest.fixture(scope="module")
def followed(postgres, migrated_template) -> Iterator[tuple[FollowedAccount, Stop]]:
    """A week of readings, three hours apart, up to the stop; then the stop and its end, found and told: what every test
    begins with, on whichever worker it runs."""
    with (
        fresh_database(postgres, template=migrated_template, name="followed") as url,
        SandboxServer(campaigns=6, now=BEGIN.isoformat(), anchor=ANCHOR) as server,
    ):
        stop = Stop(server)
        account = FollowedAccount(server, url, stop.account_id, whole_days=False)
        account.read(BEGIN)
        account.build()
        for at in instants(BEGIN + timedelta(hours=3), stop.begins, 3):
            account.read(at)
        _follow_the_stop(account, stop)
        yield account, stop
        account.close()


def _follow_the_stop(account: FollowedAccount, stop: Stop) -> None:
    """Half hour by half hour until it is found, then to its end, with what must hold on the way."""
    assert account.detect().current == ()
    assert account.announce() == 0
    said = {at: account.announce() for at in _until_open(account, stop.begins, stop.begins + timedelta(hours=12))}
    assert list(said.values())[-1] == 1 and sum(said.values()) == 1

    (found,) = account.anomalies.current()
    assert (found.kind, found.campaign_id, found.severity) == ("delivery_stop", stop.campaign_id, "critical")
    assert found.detected_at - stop.begins <= timedelta(hours=4)
    assert abs(found.since - stop.begins) <= timedelta(hours=1)
    assert found.observed == 0 < found.low < found.expected < found.high
    assert found.money_at_stake_per_day > 100
    (alert,) = account.rows("select * from ops.alerts")
    assert "A veiculação parou" in text_of(alert.body) and "Em jogo: R$" in text_of(alert.body)
    assert "Delivery has stopped" in text_of(alert.body, "en")
    assert account.rows("select channel, recipient from ops.deliveries") == [("dry_run", "someone")]

    before = account.rows("select xmin, * from analysis.anomalies") + account.rows(_MEMORY)
    assert (account.detect().rows_written, account.announce()) == (0, 0)
    assert account.rows("select xmin, * from analysis.anomalies") + account.rows(_MEMORY) == before

    account.read(found.detected_at + timedelta(minutes=30))
    behind = [account.anomalies.accounts_behind(now=account.clock.now() + timedelta(minutes=late)) for late in (1, 6)]
    assert behind == [0, 1]

    for at in instants(found.detected_at + timedelta(hours=3), stop.ends + timedelta(hours=15), 1.5):
        account.read(at)
        account.detect()
        account.announce()


def test_a_stop_is_found_said_once_and_its_end_said_once(followed):
    account, _ = followed
    assert account.anomalies.current() == []
    alert, recovery = account.rows("select * from ops.alerts order by created_at")
    assert text_of(recovery.title).endswith(": 1 campanha de volta ao usual") and recovery.severity == "info"
    ((_, status, told, over),) = account.rows(MARKS)
    assert (status, told, over) == ("CLOSED", alert.alert_id, recovery.alert_id)


def test_a_memory_of_another_version_is_made_anew_and_tells_nothing_twice(followed):
    account, _ = followed
    before = account.rows(MARKS)
    assert before
    _run(account, "update analysis.detector_states set version = 'older'")
    assert sum(account.detect().readings.values()) > 50
    assert account.announce() == 0
    assert account.rows(MARKS) == before


def test_of_two_runs_on_the_same_memory_the_second_writes_nothing(followed):
    account, _ = followed

    class Overtaken(HalfHoursAlone):
        def save(self, account_id, before, new, *, now):
            assert len(new.events) > 0
            super().save(account_id, before, new, now=now)
            count = account.rows("select count(*) from analysis.anomalies")
            assert super().save(account_id, before, new, now=now) == 0
            assert account.rows("select count(*) from analysis.anomalies") == count
            return 0

    _run(account, "delete from analysis.detector_states; delete from analysis.anomalies")
    detect_anomalies(account.marts, Overtaken(account.engine), account.clock)
    assert account.rows("select count(*) from analysis.anomalies where kind = 'delivery_stop'") == [(1,)]


def test_what_is_open_on_a_campaign_that_is_paused_is_over_without_a_word(followed):
    account, stop = followed
    reopen = "status = 'OPEN', closed_at = null, resolution = null, is_alert = true"
    _run(account, f"update analysis.anomalies set {reopen} where kind = 'delivery_stop'")
    assert [one.campaign_id for one in account.anomalies.current()] == [stop.campaign_id]
    at = account.clock.instant + timedelta(minutes=30)
    paused = f"effective_status = 'PAUSED', collected_at = '{at}' where campaign_id = '{stop.campaign_id}'"
    _run(account, f"update raw.campaigns set {paused}")
    run = f"'{stop.account_id}', 'campaign', '{at.date()}', '{at}', 'by hand', true"
    _run(account, f"insert into raw.reading_runs (account_id, level, day, read_at, run_id, ok) values ({run})")
    assert account.detect().current == ()
    assert account.rows("select resolution, closed_at from analysis.anomalies where is_alert") == [("paused", at)]
    assert account.announce() == 0


def test_edits_of_ads_and_audiences_reach_the_detectors(followed):
    account, stop = followed
    at = stop.begins - timedelta(hours=10)
    ((adset,),) = account.rows(f"select min(adset_id) from raw.adsets where campaign_id = '{stop.campaign_id}'")
    columns = "account_id, event_id, event_at, event_type, object_id, collected_at"
    for number, (kind, edited, when) in enumerate(
        [
            ("update_ad_set_target_spec", adset, at),
            ("update_ad_set_budget", adset, at + timedelta(hours=1)),
            ("update_ad_creative", "unknown", at + timedelta(hours=1)),
            ("update_ad_set_target_spec", adset, at - timedelta(days=60)),
        ]
    ):
        row = f"'{stop.account_id}', 'by hand {number}', '{when}', '{kind}', '{edited}', now()"
        _run(account, f"insert into raw.activities ({columns}) values ({row})")
    read = account.anomalies.readings(stop.account_id, since=None, days=3)
    assert read is not None and list(read.ads_edited) == [(stop.campaign_id, at)]
    result = run_detectors(read, None, SETTINGS)
    assert result is not None
    known = unpack(result.detectors.state, SETTINGS, [])
    edited_at = dict(zip(known.ids, known.state.campaigns.ads_edited_at.tolist(), strict=True))
    local = at.astimezone(ZoneInfo(read.timezone_name)).replace(tzinfo=None)
    assert edited_at.pop(stop.campaign_id) == minutes(local)
    assert set(edited_at.values()) == {LONG_AGO}


_MEMORY = "select xmin, account_id, version, md5(state), read_until from analysis.detector_states"


def _until_open(account: FollowedAccount, since: datetime, until: datetime) -> Iterator[datetime]:
    """Reads and detects by half hours until something is open."""
    for at in instants(since + timedelta(minutes=5), until, 0.5):
        account.read(at)
        report = account.detect()
        yield at
        if report.current:
            return


def _run(account: FollowedAccount, statement: str) -> None:
    with account.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_what_a_calendar_day_explains_waits_and_is_told_only_if_it_outlasts_the_day(followed):
    account, stop = followed
    _run(account, "delete from analysis.detector_states; delete from analysis.anomalies")
    account.detect()
    held = '[{"name": "calendar", "title_pt": ["x"], "title_en": ["x"], "until": "%s", "held_back": true}]'
    local = account.clock.now().astimezone(ZoneInfo("America/Sao_Paulo")).date()
    one = f"kind = 'delivery_stop' and campaign_id = '{stop.campaign_id}'"
    opened = "status = 'OPEN', closed_at = null, resolution = null, is_alert = false, announced_alert_id = null"
    for until, raised in ((local, 0), (local - timedelta(days=1), 1)):
        _run(account, f"update analysis.anomalies set {opened}, causes = '{held % until}' where {one}")
        assert account.anomalies.release_held_back(now=account.clock.now()) == raised
        assert account.anomalies.unannounced(now=account.clock.now(), digest_at=time(23, 59)) == raised
    assert account.anomalies.release_held_back(now=account.clock.now()) == 0
    assert account.rows(f"select causes -> 0 -> 'held_back' from analysis.anomalies where {one}") == [(False,)]


def test_the_calendar_of_the_days_is_asked_and_named(followed):
    account, _ = followed
    _run(account, "delete from analysis.detector_states; delete from analysis.anomalies")
    events = FakeCalendarEvents(an_event("Liquidação", BEGIN.date(), ends_on=BEGIN.date() + timedelta(days=40)))
    detect_anomalies(account.marts, account.anomalies, account.clock, events)
    assert {one[0] for one in events.asked} == {account.account_id}
    named: dict[str, bool] = {}
    for kind, stored in account.rows("select kind, message from analysis.anomalies"):
        text = translator().render(from_json(stored), "pt")
        named[kind] = named.get(kind, False) or text.endswith("Coincide com: Liquidação.")
    assert named.pop("delivery_stop") is False
    assert all(is_named for kind, is_named in named.items() if kind not in NOTICES)
