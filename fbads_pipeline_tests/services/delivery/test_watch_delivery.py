"""From Meta's answer to one alert, on a sandbox over HTTP and a real PostgreSQL: within one tick, once, and its end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.delivery.problems import PostgresDeliveryProblems
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.collection.plan_sync import SyncPlan, list_accounts
from fbads_pipeline.services.collection.sync_ads import sync_ads
from fbads_pipeline.services.delivery.watch_delivery import DeliveryReport, pending_delivery, watch_delivery
from fbads_pipeline_tests.support.fake_ads import FakeClock
from fbads_pipeline_tests.support.rendering import text_of

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
ACCOUNT = "1015812345678901"
TO = [Recipient("fake", "C1")]
QUIET = DeliveryReport(0, 0, 0)
MARTS = """
create schema if not exists marts;
create table marts.account_daily (account_id text, day date, spend numeric);
create table marts.campaign_daily (account_id text, campaign_id text, day date, spend numeric);
create table marts.ad_daily (account_id text, ad_id text, day date, spend numeric);
create table marts.day_coverage (account_id text, level text, day date, is_read boolean);
"""


class World:
    """A tick as the schedule makes it: accounts listed, the account read, problems told."""

    def __init__(self, engine, sandbox):
        self.engine, self.sandbox, self.now = engine, sandbox, NOW
        self.raw, self.problems = PostgresRawStore(engine), PostgresDeliveryProblems(engine)
        access = GraphAccess(sandbox.url, "v26.0", sandbox.token, attempts=1)
        self.ads = GraphAds(Transport(access))
        self.ticks = 0

    def tick(self, minutes=30, **scenario):
        """Returns what was written; minutes: after the tick before."""
        self.now += timedelta(minutes=minutes if self.ticks else 0)
        self.ticks += 1
        self.sandbox.set_now(self.now.isoformat())
        if scenario:
            self.sandbox.set_scenario(scenario if scenario.get("name") else None)
        clock = FakeClock(self.now)
        accounts = [one for one in list_accounts(self.ads, self.raw, clock) if one.account_id == ACCOUNT]
        plan = SyncPlan(f"run-{self.ticks}", ("campaign",), concurrency=2)
        self.report = sync_ads(self.ads, self.raw, clock, accounts, plan)[0]
        return self.watch()

    def watch(self):
        return watch_delivery(self.problems, FakeClock(self.now), TO)

    def rows(self, query):
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    def execute(self, query, **values):
        with self.engine.begin() as connection:
            connection.execute(sa.text(query), values)

    def active_ad(self):
        ((ad_id,),) = self.rows(
            "select min(ads.ad_id) from raw.ads join raw.adsets using (adset_id) join raw.campaigns on"
            " adsets.campaign_id = campaigns.campaign_id where ads.effective_status = 'ACTIVE'"
        )
        return ad_id

    def alerts(self):
        return self.rows("select rule, severity, title, body from ops.alerts order by created_at, rule")


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer(campaigns=2) as server:
        yield server


@pytest.fixture
def world(migrated_engine, sandbox):
    sandbox.set_scenario(None)
    return World(migrated_engine, sandbox)


def test_a_rejected_ad_is_told_at_the_next_tick_once_and_its_fix_too(world):
    world.tick()
    assert world.problems.facts(now=NOW).objects == []
    ad_id = world.active_ad()
    assert world.tick(name="rejected-ad", object=ad_id) == DeliveryReport(1, 0, 1)
    assert world.report.days is not None and len(world.report.days) == 2, (
        "an ordinary tick, not the day's whole reading"
    )
    (rule, severity, title, body) = world.alerts()[0]
    assert (rule, severity) == ("delivery.ad_rejected", "warning")
    assert ": 1 anúncio reprovado" in text_of(title)
    assert f"selected_ad_ids={ad_id}" in text_of(body) and "saúde pessoal" in text_of(body)
    assert (pending_delivery(world.problems, FakeClock(world.now)), world.watch(), world.tick()) == (0, QUIET, QUIET)
    assert world.tick(name="in-review", object=ad_id) == QUIET, "whether it is fixed is not known while it is reviewed"
    assert world.tick(name=None) == DeliveryReport(0, 1, 1)
    assert ": 1 anúncio reprovado voltou" in text_of(world.alerts()[-1][2])
    assert world.rows("select state from ops.delivery_problems") == [("fixed",)]


def test_ads_with_problems_cost_a_tick_one_call_and_a_changed_one_another(world):
    def calls():
        found = world.sandbox.control("calls/counts")
        hourly = ("adspixels", "/stats", "dataset_quality", "<batch>")
        mine = [one for one in found if one["account_id"] in (ACCOUNT, None)]
        return sum(one["calls"] for one in mine if not one["path"].endswith(hourly))

    def cost(**scenario):
        before = calls()
        world.tick(**scenario)
        return calls() - before

    world.tick()
    ad_id = world.active_ad()
    assert cost() == cost(name="rejected-ad", object=ad_id) == cost()
    asked = [one for one in world.sandbox.control("calls") if one["path"].endswith("/ads")]
    assert "DISAPPROVED" in asked[-1]["params"]["effective_status"]
    usual = cost()
    assert cost(name=None) == usual + 1, "what left the list is asked for by id"


def test_a_problem_is_acknowledged_once_and_its_issue_is_kept_as_text(world):
    world.tick()
    world.tick(name="with-issues", object=world.active_ad())
    (found,) = world.problems.listed(frozenset({ACCOUNT}), ended_since=world.now)
    assert (found.state, found.problem.kind) == ("open", "with_issues")
    assert "<b>Choose another one</b>" in found.problem.facts["reasons"][0]["text"]
    assert world.problems.listed(frozenset({"2"}), ended_since=world.now) == []
    assert world.problems.acknowledge(found.problem_id, actor="u1", now=world.now)
    assert not world.problems.acknowledge(found.problem_id, actor="u2", now=world.now)
    (found,) = world.problems.listed(None, ended_since=world.now)
    assert (found.state, found.acknowledged_by) == ("acknowledged", "u1")


def test_a_balance_is_told_before_it_ends_at_its_end_and_when_it_is_topped_up(world):
    world.execute(MARTS)
    day = NOW.date()
    for number in range(1, 29):
        values = {"account": ACCOUNT, "day": day - timedelta(days=number)}
        world.execute("insert into marts.account_daily values (:account, :day, 100)", **values)
        world.execute("insert into marts.day_coverage values (:account, 'account', :day, true)", **values)
    balance = {"name": "prepaid-balance", "account": ACCOUNT}
    assert world.tick(**balance, left=1000) == QUIET
    assert world.tick(**balance, left=240) == DeliveryReport(1, 0, 1)
    assert world.tick() == QUIET
    assert world.tick(**balance, left=0) == DeliveryReport(1, 1, 1)
    assert world.tick(**balance, figure="Saldo em 3 moedas") == QUIET, "a form that is not known says nothing"
    assert world.tick(**balance, left=1500) == DeliveryReport(0, 1, 1)
    assert world.tick(name=None) == QUIET, "from prepaid to invoice"
    told = [(rule, severity, text_of(title)) for rule, severity, title, _ in world.alerts()]
    assert told == [
        ("delivery.balance_low", "warning", "Loja Ipê BR: saldo baixo, restam R$ 240 até 12/11 22:06"),
        ("delivery.balance_empty", "critical", "Loja Ipê BR: saldo acabou, R$ 100/dia parados, desde 13:30"),
        ("delivery.fixed.balance_empty", "info", "Loja Ipê BR: saldo suficiente de novo"),
    ]
    bodies = [text_of(body) for *_, body in world.alerts()]
    assert "Restam R$ 240,00; com o gasto habitual de R$ 100,00 por dia" in bodies[0]
    assert bodies[2].startswith("Saldo recarregado: restam R$ 1.500,00.")


def test_a_campaigns_cap_is_known_once_every_day_since_it_began_was_read(world):
    world.execute(MARTS)
    world.tick()
    ((campaign, began),) = world.rows(
        "select campaign_id, cast(created_at as date) from raw.campaigns where effective_status = 'ACTIVE'"
        " order by created_at desc limit 1"
    )
    spend = "insert into marts.campaign_daily select :account, :campaign, day::date, 100 from generate_series"
    read = "insert into marts.day_coverage select :account, 'campaign', day::date, true from generate_series"
    of_days = {"account": ACCOUNT, "campaign": campaign}
    world.execute(f"{spend}(date '2026-11-01', date '2026-11-09', interval '1 day') day", **of_days)
    world.execute(f"{read}(date '2026-11-01', date '2026-11-10', interval '1 day') day", account=ACCOUNT)
    capped = {"name": "campaign-cap", "object": campaign, "left": 1100}
    assert world.tick(**capped) == QUIET, "what it spent before November is not known"
    first = f"{read}(date '{began}', date '2026-10-31', interval '1 day') day"
    world.execute(first, account=ACCOUNT)
    assert world.tick() == DeliveryReport(1, 0, 1)
    assert world.tick(**{**capped, "left": 900}) == DeliveryReport(1, 1, 1)
    assert world.tick(name=None) == DeliveryReport(0, 1, 0), "without a cap there is nothing to announce"
    assert [rule for rule, *_ in world.alerts()] == ["delivery.campaign_cap_low", "delivery.campaign_cap_reached"]


def test_without_recipients_what_is_to_be_told_waits(world):
    world.tick()
    world.sandbox.set_scenario({"name": "rejected-ad", "object": world.active_ad()})
    clock = FakeClock(world.now + timedelta(minutes=30))
    accounts = [replace(one) for one in list_accounts(world.ads, world.raw, clock) if one.account_id == ACCOUNT]
    sync_ads(world.ads, world.raw, clock, accounts, SyncPlan("again", ("campaign",)))
    assert watch_delivery(world.problems, clock, []) == DeliveryReport(1, 0, 0)
    assert pending_delivery(world.problems, clock) == 1
    assert watch_delivery(world.problems, clock, TO) == DeliveryReport(0, 0, 1)
