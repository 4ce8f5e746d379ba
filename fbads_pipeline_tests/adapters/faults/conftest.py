"""Collecting from the sandbox into a real PostgreSQL, disturbed; what an undisturbed run would have stored."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.domain.collection.account_reports import AccountReport
from fbads_pipeline.domain.collection.levels import LEVELS
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.collection.plan_sync import SyncPlan, list_accounts
from fbads_pipeline.services.collection.sync_ads import sync_ads
from fbads_pipeline_tests.support.postgres_fixture import fresh_database

NOW = "2026-11-10T15:00:00+00:00"
DAYS = DayRange(date(2026, 10, 28), date(2026, 11, 10))
TABLES = {
    "raw.insights": "account_id, level, breakdown, day, object_id, breakdown_value",
    "raw.campaigns": "campaign_id",
    "raw.adsets": "adset_id",
    "raw.ads": "ad_id",
    "raw.activities": "account_id, event_id",
    "raw.custom_conversions": "custom_conversion_id",
}


class Collector:
    """The collecting part against one sandbox, with a database of its own."""

    def __init__(self, server: SandboxServer, database: sa.Engine) -> None:
        self.server, self.database = server, database
        self.store = PostgresRawStore(database)
        self.runs = 0

    def collect(
        self, *, breakdowns: tuple[str, ...] = (), now: str = NOW, **access: object
    ) -> dict[str, AccountReport]:
        """One run over DAYS; account → report."""
        self.runs += 1
        clock = clock_from(datetime.fromisoformat(now))
        defaults = {"backoff_seconds": 0.01, "timeout_seconds": (2.0, 2.0), "patience_seconds": 1.0}
        transport = Transport(GraphAccess(self.server.url, "v25.0", self.server.token, **{**defaults, **access}))
        ads = GraphAds(transport)
        plan = SyncPlan(
            f"run{self.runs}", LEVELS, DAYS, breakdowns=breakdowns, longest_wait_seconds=30.0, lock_wait_seconds=0.0
        )
        try:
            accounts = list_accounts(ads, self.store, clock)
            return {report.account_id: report for report in sync_ads(ads, self.store, clock, accounts, plan)}
        finally:
            transport.close()

    def stored(self) -> dict[str, list[str]]:
        """Every row of every table as text, less when it was read."""
        return stored(self.database)


def stored(database: sa.Engine) -> dict[str, list[str]]:
    query = "select (to_jsonb(t) - 'collected_at')::text from {table} t order by {key}"
    with database.connect() as connection:
        return {
            table: list(connection.execute(sa.text(query.format(table=table, key=key))).scalars())
            for table, key in TABLES.items()
        }


@pytest.fixture(scope="session")
def faulty_sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(campaigns=3, now=NOW) as server:
        yield server


@pytest.fixture
def calm(faulty_sandbox: SandboxServer) -> SandboxServer:
    return _calmed(faulty_sandbox)


def _calmed(sandbox: SandboxServer) -> SandboxServer:
    sandbox.set_scenario(None)
    sandbox.set_now(NOW)
    return sandbox


@pytest.fixture(scope="session")
def undisturbed(postgres, migrated_template, faulty_sandbox) -> dict[str, list[str]]:
    """What a run without any fault stores."""
    with fresh_database(postgres, template=migrated_template) as url:
        database = engine(url, application_name="test", pool_size=20)
        # Whatever an earlier test left behind.
        reports = Collector(_calmed(faulty_sandbox), database).collect()
        assert {report.status for report in reports.values()} == {"done"}
        tables = stored(database)
        database.dispose()
    assert all(tables.values()), "an oracle without rows would agree with anything"
    return tables


@pytest.fixture
def collector(undisturbed, calm, migrated_url) -> Iterator[Collector]:
    database = engine(migrated_url, application_name="test", pool_size=20)
    yield Collector(calm, database)
    database.dispose()
