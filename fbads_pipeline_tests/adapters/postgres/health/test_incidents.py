"""Incidents on a real PostgreSQL: opened, announced and resolved once; the same facts write nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.adapters.postgres.health.incidents import PostgresIncidents
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.collection.account_reports import AccountReport
from fbads_pipeline.domain.collection.tokens import TokenCheck, TokenFacts
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.services.alerts.dispatch_alerts import dispatch_alerts
from fbads_pipeline.services.health.watch_incidents import WatchPolicy, WatchReport, pending_changes, watch_incidents
from fbads_pipeline_tests.support.fake_ads import FakeClock
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, FakeChannel
from fbads_pipeline_tests.support.rendering import text_of

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
TO = [Recipient("fake", "C1")]
POLICY = WatchPolicy(14, "v25.0")
TABLES = ("ops.incidents", "ops.alerts", "ops.deliveries")
QUIET = WatchReport(0, 0, 0)


class World:
    """The facts, written as the pipeline writes them, and an evaluation at an hour after NOW."""

    def __init__(self, engine):
        self.engine = engine
        self.incidents = PostgresIncidents(engine)
        self.tokens = PostgresTokens(engine, Cipher(None))
        self.raw = PostgresRawStore(engine)
        self.runs = 0

    def account(self, account_id="1", status=1, name="Loja"):
        self.raw.save_accounts([Account(account_id, name, "BRL", "UTC", status)], NOW)

    def ran(self, status, kind=None, account_id="1", error="Session has expired (Meta error 190/463)"):
        self.runs += 1
        at = NOW + timedelta(minutes=self.runs)
        report = AccountReport(account_id, at, status, kind, error if kind else None, ended_at=at)
        self.raw.save_report(f"run-{self.runs}", report)

    def checked(self, facts, name="acme", hours=0):
        self.tokens.save_checks([TokenCheck(name, NOW + timedelta(hours=hours), facts)])

    def warned(self, version="v25.0"):
        with self.engine.begin() as connection:
            query = "insert into ops.api_warnings values (:version, 'ends soon', :now) on conflict do nothing"
            connection.execute(sa.text(query), {"version": version, "now": NOW})

    def watch(self, hours=1, policy=POLICY, recipients=TO):
        return watch_incidents(self.incidents, FakeClock(NOW + timedelta(hours=hours)), recipients, policy)

    def watch_at(self, instant, policy):
        return watch_incidents(self.incidents, FakeClock(instant), TO, policy)

    def waiting(self):
        return pending_changes(self.incidents, FakeClock(NOW), POLICY)

    def rows(self, query):
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    def alerts(self):
        return self.rows("select rule, severity from ops.alerts order by created_at, rule, entity")

    def everything(self):
        return {one: self.rows(f"select xmin::text, ctid::text, t::text from {one} as t order by 3") for one in TABLES}


@pytest.fixture
def world(migrated_engine):
    made = World(migrated_engine)
    made.account()
    return made


def test_a_stopped_account_is_announced_once_and_its_recovery_once(world):
    world.ran("done")
    assert (world.waiting(), world.watch()) == (0, QUIET)
    world.ran("failed", "stopped")
    assert world.waiting() == 1
    assert world.watch() == WatchReport(1, 0, 1)
    before = world.everything()
    world.ran("partial", "stopped")
    assert (world.waiting(), world.watch(2)) == (0, QUIET)
    assert world.everything() == before, "the same incident writes nothing"
    world.ran("failed", "transient", error="no answer")
    assert world.watch(3) == QUIET, "a passing fault neither opens nor ends an incident"
    world.ran("done")
    assert world.watch(4) == WatchReport(0, 1, 1)
    assert world.watch(5) == QUIET
    world.ran("failed", "stopped")
    assert world.watch(6) == WatchReport(1, 0, 1), "the second time on one day is told again"
    assert world.alerts() == [
        ("incident.account_stopped", "critical"),
        ("recovery.account_stopped", "info"),
        ("incident.account_stopped", "critical"),
    ]


def test_the_alert_goes_through_the_outbox_and_is_rendered_in_each_language(world):
    world.ran("failed", "stopped")
    world.watch()
    channel = FakeChannel("fake", DeliveryAttempt("sent"))
    assert dispatch_alerts(PostgresOutbox(world.engine), {"fake": channel}).count("sent") == 1
    ((title, body),) = world.rows("select title, body from ops.alerts")
    title, body, english = text_of(title), text_of(body), text_of(body, "en")
    assert title == "Loja: conta parada, desde 10/11 15:01 UTC"
    assert body.startswith("Desde 10/11/2026 15:01 UTC. A Meta diz: Session has expired (Meta error 190/463).")
    assert english.startswith("Since 10 Nov 2026, 15:01 UTC. Meta says: Session has expired")


def test_one_dead_token_is_one_message_whatever_the_number_of_its_accounts(world):
    for account_id in "123":
        world.account(account_id)
        world.tokens.remember({account_id: "acme"}, now=NOW)
        world.ran("failed", "stopped", account_id)
    world.account("4")
    world.ran("failed", "stopped", "4", "no permission (Meta error 200)")
    world.checked(TokenFacts(is_valid=False, error="Session has expired"))
    world.watch()
    assert world.rows("select kind, entity from ops.incidents order by 1") == [
        ("account_stopped", "4"),
        ("token_invalid", "acme"),
    ]
    world.checked(TokenFacts(is_valid=True), hours=1)
    assert world.watch(2) == WatchReport(3, 1, 4), (
        "the token works, its accounts do not: they have incidents of their own"
    )


def test_a_stopped_account_whose_token_turns_out_to_be_refused_is_not_called_recovered(world):
    world.tokens.remember({"1": "acme"}, now=NOW)
    world.ran("failed", "stopped")
    world.watch()
    world.checked(TokenFacts(is_valid=False, error="expired"))
    assert world.watch(2) == WatchReport(1, 1, 1)
    assert world.alerts() == [("incident.account_stopped", "critical"), ("incident.token_invalid", "critical")]


@pytest.mark.parametrize("field", ["expires_at", "data_access_expires_at"])
def test_a_token_is_warned_of_fourteen_days_ahead(world, field):
    at = NOW + timedelta(hours=1)
    world.checked(TokenFacts(True, **{field: at + timedelta(days=14, seconds=1)}))
    assert world.watch() == QUIET
    world.checked(TokenFacts(True, **{field: at + timedelta(days=14)}), hours=1)
    assert world.watch() == WatchReport(1, 0, 1)
    assert world.alerts() == [("incident.token_expiring", "warning")]
    world.checked(TokenFacts(False, error="expired"), hours=2)
    assert world.watch(3) == WatchReport(1, 1, 1), "what became worse has not recovered"
    world.checked(TokenFacts(True), hours=3)
    assert world.watch(4) == WatchReport(0, 1, 1)
    assert world.alerts()[1:] == [("incident.token_invalid", "critical"), ("recovery.token_invalid", "info")]


@pytest.mark.parametrize("status", [2, 3, 7, 8, 9, 100, 101, 202])
def test_an_account_that_meta_restricts_is_an_incident_until_it_is_active_again(world, status):
    world.account("1", status)
    assert world.watch() == WatchReport(1, 0, 1)
    assert world.watch() == QUIET
    world.account("1", 1)
    assert world.watch(2) == WatchReport(0, 1, 1)
    assert world.alerts() == [("incident.account_disabled", "critical"), ("recovery.account_disabled", "info")]


def test_a_version_near_its_end_is_announced_once_and_resolved_by_the_next_version(world):
    world.warned("v24.0")
    assert world.watch() == QUIET, "a version that is not used any more"
    world.warned()
    assert (world.watch(), world.watch(2)) == (WatchReport(1, 0, 1), QUIET)
    assert world.alerts() == [("incident.api_version", "warning")]
    assert world.watch(3, WatchPolicy(14, "v26.0")) == WatchReport(0, 1, 1)


def test_an_account_without_a_zone_is_an_incident_of_its_own_until_it_is_read(world):
    world.ran("failed", "unusable_account", "2", "Meta names no time zone for account 2")
    assert world.watch() == WatchReport(1, 0, 1)
    assert world.alerts() == [("incident.account_unusable", "warning")]
    world.ran("done", account_id="2")
    assert world.watch(2) == WatchReport(0, 1, 1)


def test_an_account_that_meta_refuses_in_part_has_not_stopped(world):
    world.ran("partial", "partly_refused")
    assert world.watch() == QUIET


def test_a_version_is_announced_sixty_days_before_its_end_without_metas_help(world):
    ends = datetime(2027, 2, 23, tzinfo=UTC)
    policy = WatchPolicy(14, "v25.0", stale_after=timedelta(days=999))
    assert world.watch_at(ends - timedelta(days=61), policy) == QUIET
    assert world.watch_at(ends - timedelta(days=60), policy) == WatchReport(1, 0, 1)
    assert world.watch_at(ends - timedelta(days=3), policy) == QUIET, "once"
    assert world.alerts() == [("incident.api_version", "warning")]
    assert world.watch_at(ends, WatchPolicy(14, "v26.0", stale_after=timedelta(days=999))) == WatchReport(0, 1, 1)


def test_an_ended_version_is_announced_and_an_unlisted_one_is_nobodys_incident(world):
    assert world.watch(1, WatchPolicy(14, "v23.0")) == WatchReport(1, 0, 1)
    assert world.watch(2, WatchPolicy(14, "v99.0")) == WatchReport(0, 1, 1)


def test_what_ended_before_anybody_could_receive_it_is_never_announced(world):
    world.ran("failed", "stopped")
    assert world.watch(recipients=[]) == WatchReport(1, 0, 0)
    assert world.waiting() == 1, "it waits for a recipient"
    world.ran("done")
    assert world.watch() == WatchReport(0, 1, 0)
    assert world.alerts() == []


def test_the_incident_of_a_removed_token_ends_without_an_alert(world):
    world.checked(TokenFacts(False, error="expired"))
    world.watch()
    world.tokens.remove("acme")
    assert world.watch(2) == WatchReport(0, 1, 0)


def test_ten_evaluations_at_once_announce_once(world):
    world.ran("failed", "stopped")
    with ThreadPoolExecutor(10) as pool:
        done = list(pool.map(lambda _: world.watch(), range(10)))
    assert sum(one.announced for one in done) == 1
    assert world.rows("select count(*) from ops.deliveries") == [(1,)]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_stay_one_plain_line(world, name):
    world.account("1", 2, name.replace("\0", "").encode(errors="replace").decode())
    world.watch()
    title = text_of(world.rows("select title from ops.alerts")[0][0])
    assert len(title.splitlines()) == 1
    assert title.partition(": conta com restrição na Meta")[1] and len(title) <= 60


class TestRuns:
    def note(self, world, ok, minutes, error="build: connection refused", job="collect"):
        at = NOW + timedelta(minutes=minutes)
        world.incidents.note_run(job, f"run-{minutes}", ok=ok, error=None if ok else error, at=at)

    def test_a_failure_is_announced_once_however_often_it_comes_and_its_end_once(self, world):
        self.note(world, True, 0)
        assert world.rows("select * from ops.job_outcomes") == [], "a job that never failed has no row"
        self.note(world, False, 1)
        self.note(world, False, 31, "another error")
        assert world.watch() == WatchReport(1, 0, 1)
        assert world.watch(2) == QUIET
        title, body = map(text_of, *world.rows("select title, body from ops.alerts"))
        assert title == "collect: execução com falha, desde 10/11 15:01 UTC"
        assert body.startswith("Desde 10/11/2026 15:01 UTC. another error.") and "A Meta diz" not in body
        self.note(world, True, 61)
        assert world.watch(3) == WatchReport(0, 1, 1)
        assert world.rows("select replies_to is not null from ops.alerts where rule = 'recovery.run_failed'") == [
            (True,)
        ]

    def test_a_late_result_of_an_older_run_changes_nothing(self, world):
        self.note(world, False, 30)
        self.note(world, True, 20)
        assert world.watch() == WatchReport(1, 0, 1)


class TestFreshness:
    def read(self, world, hours_ago, account_id="1"):
        with world.engine.begin() as connection:
            query = (
                "insert into raw.reading_runs (account_id, level, day, read_at, run_id, ok)"
                " values (:account, 'campaign', :day, :at, 'r', true)"
            )
            at = NOW - timedelta(hours=hours_ago)
            connection.execute(sa.text(query), {"account": account_id, "day": at.date(), "at": at})

    def test_an_account_that_is_tried_and_not_read_is_stale(self, world):
        world.account("2")
        self.read(world, 5)
        self.read(world, 1, "2")
        world.ran("failed", "transient", error="no answer")
        assert world.watch(0) == WatchReport(1, 0, 1)
        assert world.alerts() == [("incident.stale", "critical")]
        self.read(world, -1)
        assert world.watch(2) == WatchReport(0, 1, 1)

    def test_all_of_them_are_one_incident(self, world):
        for account_id in "123":
            world.account(account_id)
            self.read(world, 5, account_id)
            world.ran("failed", "transient", account_id)
        assert world.watch(0) == WatchReport(1, 0, 1)
        ((title,),) = world.rows("select title from ops.alerts")
        assert text_of(title) == "todas as contas: números parados, desde 10/11 10:00 UTC"

    def test_the_time_for_which_the_machine_was_suspended_does_not_count(self, world):
        self.read(world, 9)
        woken = replace(POLICY, up_since=NOW - timedelta(minutes=5))
        assert world.watch(0, woken) == QUIET
        awake = replace(POLICY, up_since=NOW - timedelta(hours=8))
        assert world.watch(0, awake) == WatchReport(1, 0, 1)

    def test_what_is_stale_for_a_known_reason_has_no_incident_of_its_own(self, world):
        self.read(world, 5)
        world.ran("failed", "stopped")
        world.watch(0)
        assert world.alerts() == [("incident.account_stopped", "critical")]

    def test_an_account_that_its_token_lists_no_more_is_named_once_and_its_rows_stay(self, world):
        world.account("2", name="Loja que saiu")
        self.read(world, 5, "2")
        self.read(world, 1)
        world.tokens.remember({"1": "acme", "2": "acme"}, now=NOW - timedelta(hours=5))
        assert world.watch(0) == WatchReport(1, 0, 1)
        assert world.watch(1) == QUIET
        title, body = map(text_of, *world.rows("select title, body from ops.alerts"))
        assert "Loja que saiu" in title and "a Meta não a lista mais para este token" in body
        assert world.rows("select count(*) from raw.reading_runs where account_id = '2'") == [(1,)]
        self.read(world, -1, "2")
        assert world.watch(2) == WatchReport(0, 1, 1)

    def test_an_account_of_a_token_of_which_nothing_is_read_is_not_said_to_be_left_out(self, world):
        world.account("2")
        self.read(world, 5, "2")
        self.read(world, 1)
        world.tokens.remember({"1": "acme", "2": "other"}, now=NOW - timedelta(hours=5))
        assert world.watch(0) == QUIET
