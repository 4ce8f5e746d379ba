"""The collecting part alone, as a process of its own that can be killed at any instant."""

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.meta_ads import insights
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.domain.collection.account_reports import RowCounts
from fbads_pipeline.domain.collection.levels import LEVELS, Grain
from fbads_pipeline.domain.collection.pages import InsightRow, Page
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.services.collection.plan_sync import SyncPlan, list_accounts
from fbads_pipeline.services.collection.sync_ads import sync_ads

APPLICATION = "chaos collector"
BREAKDOWNS = ("age,gender",)
SMALL_PAGE_ROWS = 60
_WAIT_SECONDS = 60.0
# Every collector is forked from one process that has imported everything: a start costs milliseconds.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class CollectorRun:
    """What one collector does.

    days: None for a tick. page_rows: small, so that a reading has several pages and a kill may fall between two of
    them. is_protected: False commits after each page.
    """

    run_id: str
    database_url: str
    graph_url: str
    token: str
    now: str
    days: DayRange | None
    page_rows: int = SMALL_PAGE_ROWS
    is_protected: bool = True


class PageByPageStore(PostgresRawStore):
    """The control: a store that commits after each page of a reading instead of after the reading."""

    def apply_insights(
        self,
        account_id: str,
        grain: Grain,
        days: DayRange,
        pages: Iterator[Page[InsightRow]],
        *,
        run_id: str,
        read_at: datetime,
    ) -> RowCounts:
        seen: list[Page[InsightRow]] = []
        applied = RowCounts()
        for number, page in enumerate(pages):
            seen.append(page)
            part = f"{run_id}.{number}"
            applied = super().apply_insights(account_id, grain, days, iter(seen), run_id=part, read_at=read_at)
        return applied


def collect(run: CollectorRun) -> None:
    """Do it to its end; AssertionError where an account was not read completely."""
    insights.PAGE_ROWS = run.page_rows
    database = engine(run.database_url, application_name=APPLICATION, pool_size=10)
    store = PostgresRawStore(database) if run.is_protected else PageByPageStore(database)
    clock = clock_from(datetime.fromisoformat(run.now))
    ads = GraphAds(Transport(GraphAccess(run.graph_url, "v25.0", run.token)))
    plan = SyncPlan(run.run_id, LEVELS, run.days, breakdowns=BREAKDOWNS, concurrency=6, lock_wait_seconds=30.0)
    reports = sync_ads(ads, store, clock, list_accounts(ads, store, clock), plan)
    database.dispose()
    errors = [report.error for report in reports if report.error]
    assert not errors, errors


def finish(run: CollectorRun) -> float:
    """A collector that nobody disturbs; wall seconds."""
    begun = time.monotonic()
    process = CONTEXT.Process(target=collect, args=(run,))
    process.start()
    process.join(_WAIT_SECONDS)
    assert process.exitcode == 0, process.exitcode
    return time.monotonic() - begun


def kill(run: CollectorRun, seconds: float) -> bool:
    """A collector that gets SIGKILL so long after its start; False where it had ended before."""
    process = CONTEXT.Process(target=collect, args=(run,))
    process.start()
    process.join(seconds)
    process.kill()
    process.join(_WAIT_SECONDS)
    assert process.exitcode in (0, -9), process.exitcode
    return process.exitcode == -9
