"""Applying against a sandbox Marketing API that accepts writes, and a real PostgreSQL: once, checked, and told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.meta_ads.writer import GraphWriter
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.adapters.postgres.recommendations.approved_changes import PostgresApprovedChanges
from fbads_pipeline.adapters.postgres.recommendations.decisions import PostgresDecisionStore
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError, TransientMetaError
from fbads_pipeline.domain.core.messages import to_json
from fbads_pipeline.domain.identity.users import local_owner
from fbads_pipeline.domain.recommendations.decisions import Decision
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.collection.plan_sync import SyncPlan, list_accounts
from fbads_pipeline.services.collection.sync_ads import sync_ads
from fbads_pipeline.services.recommendations.apply_decisions import apply_decisions
from fbads_pipeline.services.recommendations.decide_suggestion import decide
from fbads_pipeline_tests.support.fakes import FixedClock
from fbads_pipeline_tests.support.postgres_fixture import fresh_database
from fbads_pipeline_tests.support.rendering import reads, text_of

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
TO = [Recipient("fake", "C1")]


class World:
    """One sandbox, collected; suggestions that were accepted."""

    def __init__(self, server, database):
        self.server, self.engine, self.clock = server, database, FixedClock(NOW)
        self.transport = Transport(GraphAccess(server.url, "v25.0", server.token, backoff_seconds=0.01))
        self.writer = GraphWriter(lambda account_id: self.transport)
        self.book, self.decision_store = PostgresApprovedChanges(database), PostgresDecisionStore(database)

    def collect(self):
        raw, ads = PostgresRawStore(self.engine), GraphAds(self.transport)
        accounts = list_accounts(ads, raw, self.clock)
        sync_ads(ads, raw, self.clock, accounts, SyncPlan("run", ("campaign",), longest_wait_seconds=5.0))

    def rows(self, query):
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    def pick(self, *, at_campaign=True):
        """An active campaign with its budget at itself, or at its ad sets: (account, campaign)."""
        where = (
            "daily_budget_minor is not null"
            if at_campaign
            else (
                "daily_budget_minor is null and exists (select from raw.adsets where adsets.campaign_id ="
                " campaigns.campaign_id and adsets.status = 'ACTIVE' and adsets.daily_budget_minor is not null)"
            )
        )
        query = f"select account_id, campaign_id from raw.campaigns where status = 'ACTIVE' and {where} order by 2"
        return self.rows(query)[0]

    def accept(self, kind="PAUSE", factor=None, *, at_campaign=True, name="s1", evidence="{}", adset=""):
        account, campaign = self.pick(at_campaign=at_campaign)
        with self.engine.begin() as connection:
            query = """
                insert into ops.suggestions (suggestion_id, account_id, campaign_id, adset_id, kind, confidence, rules,
                    reason, evidence, day, marts_version, created_at, updated_at, expires_at, factor)
                values (:name, :account, :campaign, :adset, :kind, 'high', '{posterior}', '"x"',
                    cast(:evidence as jsonb), '2026-11-09', 1, :now,
                    :now, :ends, :factor)
            """
            named = {"name": name, "account": account, "campaign": campaign, "kind": kind, "factor": factor}
            named |= {"evidence": evidence, "adset": adset}
            connection.execute(sa.text(query), {**named, "now": NOW, "ends": NOW + timedelta(days=7)})
        decide(self.decision_store, local_owner(), Decision(name, 1, "accept"), key=None, now=NOW)
        return account, campaign

    def apply(self, **options):
        return apply_decisions(self.book, self.writer, self.clock, TO, **options)

    def stands(self, name="s1"):
        return self.rows(f"select status, failure from ops.suggestions where suggestion_id = '{name}'")[0]

    def written(self):
        return [(one["object_id"], one["what"], one["old"], one["new"]) for one in self.server.control("writes")]


def sandbox():
    return SandboxServer(campaigns=8, now=NOW.isoformat())


@pytest.fixture(scope="module")
def collected(postgres, migrated_template):
    """The database of a sandbox that was collected once, to be copied: every such sandbox has the same world."""
    with fresh_database(postgres, template=migrated_template) as url, sandbox() as server:
        database = engine(url, application_name="test")
        World(server, database).collect()
        database.dispose()
        yield url.rpartition("/")[2].partition("?")[0]


@pytest.fixture
def world(postgres, collected):
    with fresh_database(postgres, template=collected) as url, sandbox() as server:
        database = engine(url, application_name="test", pool_size=20)
        yield World(server, database)
        database.dispose()


def test_a_pause_is_written_read_back_told_and_audited_once(world):
    account, campaign = world.accept()
    (done,) = world.apply()
    assert (done.is_applied, world.stands()[0]) == (True, "APPLIED")
    assert world.writer.state(account, campaign).campaign.status == "PAUSED"
    assert world.written() == [(campaign, "status", "ACTIVE", "PAUSED")]
    assert world.apply() == []
    ((rule, stored),) = world.rows("select rule, title from ops.alerts")
    title = text_of(stored)
    assert rule == "decision.applied" and title.startswith("Loja Ipê BR: pausa em vigor na Meta, ")
    assert world.rows("select action from ops.audit_log order by seq") == [
        ("suggestion.accept",),
        ("suggestion.applied",),
    ]
    assert PostgresAudit(world.engine).verify()[1] is None


@pytest.mark.parametrize(("kind", "factor"), [("BUDGET_UP", 1.2), ("BUDGET_DOWN", 0.8)])
@pytest.mark.parametrize("at_campaign", [True, False])
def test_a_budget_is_multiplied_where_it_stands(world, kind, factor, at_campaign):
    account, campaign = world.accept(kind, factor, at_campaign=at_campaign)
    before = {one.object_id: one.daily_budget for one in world.writer.state(account, campaign).objects()}
    (done,) = world.apply()
    assert done.is_applied, done.reason
    after = {one.object_id: one.daily_budget for one in world.writer.state(account, campaign).objects()}
    changed = {one.object_id for one in done.changes}
    assert (campaign in changed) is at_campaign
    assert all(after[one] == round(before[one] * factor) for one in changed)
    assert all(after[one] == before[one] for one in before.keys() - changed)


@pytest.mark.parametrize(("kind", "factor"), [("BUDGET_UP", 1.2), ("PAUSE", None)])
def test_what_is_suggested_for_an_ad_set_changes_that_ad_set_alone(world, kind, factor):
    account, campaign = world.pick(at_campaign=False)
    query = (
        f"select adset_id, daily_budget_minor from raw.adsets where campaign_id = '{campaign}' and status = 'ACTIVE'"
    )
    adset, budget = world.rows(f"{query} and daily_budget_minor is not null order by 1")[0]
    world.accept(kind, factor, at_campaign=False, adset=adset)
    (done,) = world.apply()
    assert done.is_applied, done.reason
    change = (
        ("status", "ACTIVE", "PAUSED") if kind == "PAUSE" else ("daily_budget", str(budget), str(round(budget * 1.2)))
    )
    assert world.written() == [(adset, *change)]
    assert world.writer.state(account, campaign).campaign.status == "ACTIVE"


def reallocated(world):
    """Two campaigns of one account with budgets of their own, a fifth of the one's to the other, accepted as one."""
    query = "select account_id, campaign_id, daily_budget_minor from raw.campaigns where status = 'ACTIVE'"
    rows = world.rows(f"{query} and daily_budget_minor is not null order by 1, 2")
    account = max({one[0] for one in rows}, key=[one[0] for one in rows].count)
    pair = [one for one in rows if one[0] == account][:2]
    assert len(pair) == 2, "the sandbox has no such account"
    moves = [
        {"campaign_id": one, "budget": budget, "new_budget": budget * factor}
        for (_, one, budget), factor in zip(pair, (1.2, 0.8), strict=True)
    ]
    pick = world.pick
    world.pick = lambda at_campaign: (account, "")
    world.accept("REALLOCATE", 1.0, evidence=json.dumps({"moves": moves}))
    world.pick = pick
    return account, [one for _, one, _ in pair], [one["new_budget"] for one in moves]


def test_a_reallocation_is_written_as_one_and_taken_back_as_one(world):
    account, (more, less), wanted = reallocated(world)
    (done,) = world.apply()
    assert done.is_applied, done.reason
    assert [one for one, *_ in world.written()] == [less, more], "what takes money away comes first"
    budgets = [world.writer.state(account, one).campaign.daily_budget for one in (more, less)]
    assert budgets == [round(one) for one in wanted]
    decide(world.decision_store, local_owner(), Decision("s1", 3, "undo"), key=None, now=NOW)
    (back,) = world.apply()
    assert back.is_applied and len(world.written()) == 4


def test_of_a_reallocation_nothing_is_written_where_one_move_cannot_be(world):
    account, (more, _), _ = reallocated(world)
    world.transport.post(more, {"status": "PAUSED"}, account_id=account)
    (done,) = world.apply()
    assert not done.is_applied and "has changed at Meta since it was read" in reads(done.reason, "en")
    assert len(world.written()) == 1, "the stranger's own"


def test_a_reallocation_that_meta_refuses_half_way_says_what_was_written(world):
    _, (more, less), _ = reallocated(world)

    class Refusing(GraphWriter):
        def write(self, account_id, change):
            if change.object_id == more:
                raise PermanentMetaError("Budget is too low", code=100)
            super().write(account_id, change)

    (done,) = apply_decisions(world.book, Refusing(lambda account_id: world.transport), world.clock, TO)
    assert (done.is_applied, [one.object_id for one in done.changes]) == (False, [less])
    said = reads(done.reason, "en")
    assert f"refused the change of {more}" in said and f"changed before that: {less}" in said
    assert world.stands()[0] == "FAILED"


def test_what_has_changed_at_meta_is_not_touched(world):
    account, campaign = world.accept()
    world.transport.post(campaign, {"status": "PAUSED"}, account_id=account)
    (done,) = world.apply()
    assert (done.is_applied, world.stands()) == (False, ("FAILED", to_json(done.reason)))
    assert "has changed at Meta since it was read" in reads(done.reason, "en")
    assert len(world.written()) == 1, "the stranger's own"
    assert world.rows("select severity from ops.alerts") == [("warning",)]


def test_a_crash_after_the_write_is_understood_and_nothing_is_written_twice(world):
    account, campaign = world.accept()

    class Dying(GraphWriter):
        def write(self, account_id, change):
            super().write(account_id, change)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_decisions(world.book, Dying(lambda account_id: world.transport), world.clock, TO)
    assert world.stands()[0] == "ACCEPTED"
    (done,) = world.apply()
    assert (done.is_applied, world.stands()[0]) == (True, "APPLIED")
    assert len(world.written()) == 1


def half_written(world):
    """Budgets of several ad sets, and a run that dies after the first of them."""
    query = "select campaign_id from raw.adsets where status = 'ACTIVE' and daily_budget_minor is not null"
    query += " and campaign_id in (select campaign_id from raw.campaigns where status = 'ACTIVE' and daily_budget_minor"
    ((campaign,), *_) = world.rows(f"{query} is null) group by 1 having count(*) > 1 order by 1")
    world.pick = lambda at_campaign: world.rows(
        f"select account_id, campaign_id from raw.campaigns where campaign_id = '{campaign}'"
    )[0]
    account, _ = world.accept("BUDGET_UP", 1.2, at_campaign=False)

    class Dying(GraphWriter):
        def write(self, account_id, change):
            super().write(account_id, change)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_decisions(world.book, Dying(lambda account_id: world.transport), world.clock, TO)
    assert len(world.written()) == 1
    return account, campaign


def test_what_a_crash_left_half_written_is_finished_each_budget_once(world):
    account, campaign = half_written(world)
    (done,) = world.apply()
    assert done.is_applied, done.reason
    written = [one for one, *_ in world.written()]
    assert len(written) == len(set(written)) == len(done.changes) > 1


def test_what_a_stranger_changed_after_a_crash_is_left_to_them(world):
    account, campaign = half_written(world)
    first = world.written()[0][0]
    world.transport.post(first, {"daily_budget": "99999"}, account_id=account)
    (done,) = world.apply()
    assert (done.is_applied, f"{first} has changed at Meta" in reads(done.reason, "en")) == (False, True)


def test_what_was_decided_yesterday_is_not_done_today(world):
    world.accept()
    world.clock.instant = NOW + timedelta(hours=25)
    assert (world.apply(), world.written()) == ([], [])


def test_a_silence_leaves_it_for_the_next_run(world):
    world.accept()

    class Silent(GraphWriter):
        def state(self, account_id, campaign_id):
            raise TransientMetaError("no answer")

    silent = Silent(lambda account_id: world.transport)
    assert apply_decisions(world.book, silent, world.clock, TO) == []
    assert world.stands()[0] == "ACCEPTED"
    assert [one.is_applied for one in world.apply()] == [True]


def test_the_day_has_a_cap(world):
    world.accept()
    (done,) = world.apply(most_per_day=0)
    assert (done.is_applied, "as many changes" in reads(done.reason, "en"), world.written()) == (False, True, [])


@pytest.mark.parametrize("factor", [None, 0.0, 0.9, 3.0])
def test_a_factor_that_makes_no_sense_is_refused(world, factor):
    world.accept("BUDGET_UP", factor)
    (done,) = world.apply()
    assert (done.is_applied, world.written()) == (False, [])


def test_an_applied_one_is_taken_back_within_half_an_hour(world):
    account, campaign = world.accept("BUDGET_UP", 1.2)
    before = world.writer.state(account, campaign)
    world.apply()
    version = world.rows("select version from ops.suggestions")[0][0]
    taken = decide(world.decision_store, local_owner(), Decision("s1", version, "undo"), key=None, now=NOW)
    assert taken.status == "APPLIED"
    (done,) = world.apply()
    assert done.is_applied and world.writer.state(account, campaign) == before
    assert world.stands()[0] == "REJECTED"
    assert world.apply() == []
    assert world.rows("select rule from ops.alerts order by rule") == [("decision.applied",), ("decision.undone",)]


def test_what_changed_after_it_was_applied_is_not_taken_back(world):
    account, campaign = world.accept()
    world.apply()
    world.transport.post(campaign, {"status": "ARCHIVED"}, account_id=account)
    version = world.rows("select version from ops.suggestions")[0][0]
    decide(world.decision_store, local_owner(), Decision("s1", version, "undo"), key=None, now=NOW)
    (done,) = world.apply()
    assert (done.is_applied, world.stands()[0]) == (False, "APPLIED")
    assert world.apply() == []
