"""Half-hour ticks of the collecting part with and without what the issue of the morning added to them, in turns.

Counted at the sandbox's API and timed: problems of ads, pixels, Meta's recommendations. Balances, caps and statuses
come with the listing of accounts and the descriptions that are read anyway.
"""

import os
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from benchmarks.many_accounts.home import Agency, control
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.collection import ads_api, raw_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.services.collection.plan_sync import SyncPlan, list_accounts
from fbads_pipeline.services.collection.read_tasks import AccountReadTasks, ReadTask
from fbads_pipeline.services.collection.sync_ads import sync_ads
from fbads_pipeline.settings import load_settings

ADDED = ("ads with problems", "pixels", "Meta's recommendations")
MOST_CALLS, MOST_SHARE = 2.0, 0.10
_HALF_HOUR = timedelta(minutes=30)


def measure(agency: Agency, graph_url: str, pairs: int) -> bool:
    """Print calls and seconds of both; whether the bars are kept."""
    url = agency.run(graph_url, "db", "url").strip()
    database = Database(url, agency.folder)
    with database.owner.connect() as connection:  # a home that is kept may have been measured before
        read_at = connection.exec_driver_sql("select max(read_at) from raw.reading_runs").scalar_one()
    now = max(agency.now, read_at) + _HALF_HOUR
    full: list[tuple[int, float, float]] = []
    bare: list[tuple[int, float, float]] = []
    _tick(agency, database, graph_url, now, with_added=True)  # what is due once a day
    for _ in range(pairs):
        for with_added, kept in ((True, full), (False, bare)):
            now += _HALF_HOUR
            kept.append(_tick(agency, database, graph_url, now, with_added=with_added))
    database.close()
    calls = [statistics.mean(one[0] for one in some) / agency.accounts for some in (full, bare)]
    seconds = [statistics.median(one[1] for one in some) for some in (full, bare)]
    cpu = [statistics.median(one[2] for one in some) for some in (full, bare)]
    print(f"{'half-hour tick of ' + str(agency.accounts) + ' accounts':<44}{'with':>10}{'without':>10}{'added':>10}")
    print(f"{'calls per account':<44}{calls[0]:>10.2f}{calls[1]:>10.2f}{calls[0] - calls[1]:>10.2f}")
    for name, pair in (("seconds of collecting", seconds), ("seconds of its CPU", cpu)):
        print(f"{name:<44}{pair[0]:>10.1f}{pair[1]:>10.1f}{pair[0] / pair[1] - 1:>10.0%}")
    is_kept = calls[0] - calls[1] <= MOST_CALLS and seconds[0] / seconds[1] - 1 <= MOST_SHARE
    return bool(is_kept)


def _tick(
    agency: Agency, database: Database, graph_url: str, now: Any, *, with_added: bool
) -> tuple[int, float, float]:
    control(graph_url, "clock", {"now": now.isoformat()})
    os.environ.update(agency.environment(graph_url, FBADS_NOW=now.isoformat()))
    settings = load_settings()
    ads, raw = ads_api(settings, database), raw_store(database)
    plan = SyncPlan(f"bench-{now:%H%M}", settings.levels, restatement_days=settings.restatement_days)
    before = _calls(graph_url)
    begun, cpu = time.perf_counter(), time.process_time()
    with patch.object(AccountReadTasks, "facts", _facts if with_added else _facts_without):
        reports = sync_ads(ads, raw, clock(settings), list_accounts(ads, raw, clock(settings)), plan)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    failed = [report for report in reports if report.error]
    if failed:
        raise SystemExit(f"{len(failed)} accounts failed: {failed[0].error}")
    return _calls(graph_url) - before, seconds, cpu


_facts = AccountReadTasks.facts


def _facts_without(tasks: AccountReadTasks, days: DayRange) -> Iterator[ReadTask]:
    return (one for one in _facts(tasks, days) if one.name not in ADDED)


def _calls(graph_url: str) -> int:
    return sum(one["calls"] for one in control(graph_url, "calls/counts") if one["path"] != "<batch>")
