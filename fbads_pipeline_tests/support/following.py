"""One account of the sandbox, read at chosen instants into a real PostgreSQL, and followed by the detectors."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.anomalies.anomalies import PostgresAnomalies
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.metrics.marts import PostgresMarts
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.anomalies.detect_anomalies import DetectionReport, announce_anomalies, detect_anomalies
from fbads_pipeline.services.collection.plan_sync import SyncPlan, list_accounts
from fbads_pipeline.services.collection.sync_ads import sync_ads
from fbads_pipeline_tests.support.fakes import FixedClock

SOMEONE = Recipient("dry_run", "someone")


# What the detectors read, with everything that it stands on: most of it views, so that one build lasts.
READ_BY_DETECTORS = (
    *("+accounts", "+campaigns", "+adsets", "+reading_runs", "+campaign_daily_versions"),
    *("+campaign_history", "+adset_history", "+day_coverage"),
)
# The table of days in the shape that messages draw from; building the real one would take everything else along.
_DAILY = """
create view marts.campaign_daily as
select account_id, campaign_id, day, impressions, clicks, spend, conversions, conversion_value,
    purchase_value, link_clicks, landing_page_views, ctr, cpm, cpa, roas, conversion_rate, false as is_provisional
from marts.campaign_daily_versions where known_to is null and not is_removed
"""


class HalfHoursAlone(PostgresAnomalies):
    """A store without whole days: what half-hour readings show is followed by itself."""

    def days(self, *_: object, **__: object) -> None:  # type: ignore[override]
        return None


class FollowedAccount:
    """`read` moves the sandbox's clock and collects; `detect` and `announce` are the services.

    whole_days: whether days are assessed as well as half hours.
    """

    def __init__(self, server: SandboxServer, url: str, account_id: str, *, whole_days: bool = True) -> None:
        self.server, self.account_id = server, account_id
        self.engine = engine(url, application_name="test", pool_size=10)
        self.raw = PostgresRawStore(self.engine)
        self.anomalies = (PostgresAnomalies if whole_days else HalfHoursAlone)(self.engine)
        self.marts = PostgresMarts(self.engine, dict)
        self.clock = FixedClock()
        self.ads = GraphAds(Transport(GraphAccess(server.url, "v25.0", server.token)))
        self.dbt = Dbt(url)

    def read(self, at: datetime, days: DayRange | None = None) -> None:
        """Two days, or those given."""
        self.server.set_now(at.isoformat())
        self.clock.instant = at
        accounts = [one for one in list_accounts(self.ads, self.raw, self.clock) if one.account_id == self.account_id]
        run = f"run-{at.isoformat()}"
        plan = SyncPlan(run, ("campaign",), days, longest_wait_seconds=5.0, lock_wait_seconds=0.0)
        (report,) = sync_ads(self.ads, self.raw, self.clock, accounts, plan)
        assert report.status == "done", report.error

    def build(self) -> None:
        """The marts once: those that the detectors read are views over raw from then on."""
        outcome = self.dbt.run(["build", "--exclude-resource-type", "unit_test", "test"], READ_BY_DETECTORS)
        assert outcome.succeeded, outcome.error
        with self.engine.begin() as connection:
            connection.exec_driver_sql(_DAILY)

    def detect(self) -> DetectionReport:
        return detect_anomalies(self.marts, self.anomalies, self.clock)

    def announce(self, digest_at: time = time(23, 59)) -> int:
        return announce_anomalies(self.anomalies, self.clock, [SOMEONE], digest_at=digest_at)

    def rows(self, query: str, **values: object) -> list[sa.Row]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text(query), values))

    def close(self) -> None:
        self.engine.dispose()


def instants(since: datetime, until: datetime, hours: float) -> Iterator[datetime]:
    """From `since` on, before `until`."""
    at = since
    while at < until:
        yield at
        at += timedelta(hours=hours)
