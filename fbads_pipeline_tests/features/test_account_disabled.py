"""account_disabled.feature over the sandbox: read → incidents → outbox → Slack."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.health.incidents import PostgresIncidents
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.collection.plan_sync import SyncPlan, list_accounts
from fbads_pipeline.services.collection.sync_ads import sync_ads
from fbads_pipeline.services.health.watch_incidents import WatchPolicy, watch_incidents
from fbads_pipeline_tests.support.fakes import FixedClock
from fbads_pipeline_tests.support.slack_channel import TEAM

scenarios("account_disabled.feature")


class Agency:
    """The accounts of one sandbox, read at the hours that a scenario names."""

    def __init__(self, server, engine, slack):
        self.server, self.engine, self.slack = server, engine, slack
        self.clock, self.raw = FixedClock(), PostgresRawStore(engine)
        self.ads = GraphAds(Transport(GraphAccess(server.url, "v25.0", server.token, backoff_seconds=0.01)))
        self.incidents = PostgresIncidents(engine)
        self.accounts = []

    def read(self, hour):
        self.clock.instant = datetime.fromisoformat(f"2026-11-10T{hour}:00").replace(tzinfo=UTC)
        self.server.set_now(self.clock.instant.isoformat())
        self.accounts = list_accounts(self.ads, self.raw, self.clock)
        sync_ads(self.ads, self.raw, self.clock, self.accounts, SyncPlan(hour, ("campaign",), longest_wait_seconds=5.0))
        watch_incidents(self.incidents, self.clock, TEAM, WatchPolicy(14, "v25.0"))
        self.slack.deliver(self.engine)

    @property
    def account(self):
        return self.accounts[0]

    def status(self, number):
        scenario = {"name": "account-status", "account": self.account.account_id, "code": number}
        self.server.set_scenario(None if number == 1 else scenario)


@pytest.fixture
def agency(slack, migrated_engine):
    with SandboxServer(campaigns=3, now="2026-11-10T09:00:00Z") as server:
        yield Agency(server, migrated_engine, slack)


@given(parsers.parse('the accounts of the agency were read at "{hour}"'))
@when(parsers.parse('the accounts are read at "{hour}"'))
def read(agency, hour):
    agency.read(hour)


@when("Meta disables one of the accounts")
def disable(agency):
    agency.status(2)


@when("Meta enables the account again")
def enable(agency):
    agency.status(1)


@when(parsers.parse("Meta sets the account's status to {number:d}"))
def set_status(agency, number):
    agency.status(number)


@given(parsers.parse('Meta disabled one of the accounts before the reading at "{hour}"'))
def disabled(agency, hour):
    agency.status(2)
    agency.read(hour)


@then("the message names the account")
def names_account(agency, slack):
    assert agency.account.account_id in slack.text


@then("the message is for the team's channel and marked as critical")
def is_critical(agency, slack):
    assert slack.messages[-1]["channel"] == "C1"
    with agency.engine.connect() as connection:
        assert connection.execute(sa.text("select severity from ops.alerts")).scalars().all() == ["critical"]


@then(parsers.parse('the other accounts have figures of "{hour}"'))
def others_are_read(agency, hour):
    query = "select account_id from raw.reading_runs where ok and read_at >= :at group by account_id"
    with agency.engine.connect() as connection:
        read = set(connection.execute(sa.text(query), {"at": agency.clock.instant}).scalars())
    assert {one.account_id for one in agency.accounts[1:]} <= read and len(agency.accounts) > 1
