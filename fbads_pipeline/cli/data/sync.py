"""`fbads sync`: the Dagster job of a range of days, in this process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import psutil

from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.collection import named_tokens, raw_store, token_store
from fbads_pipeline.cli.home import WrongUse, ready_home
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.services.collection.sync_ads import Progress
from fbads_pipeline.settings import Settings

FIRST_DAY = date(2022, 1, 1)
_OURS = ("problems", "is_wrong_use")
_EASTERNMOST = ZoneInfo("Pacific/Kiritimati")


def run_sync(settings: Settings, since: date, until: date, accounts: list[str], *, as_json: bool) -> int:
    """Collect and model; prints the summary, or the JSON object; returns the exit code."""
    started = psutil.Process().create_time()
    days = check_days(since, until, clock_from(settings.now).now())
    with ready_home(settings) as database:
        named_tokens(settings, token_store(settings, database))
        breakdown_days = None if "breakdowns" in settings.model_fields_set else 0
        with progress_bar("collecting") as progress:
            summary = collect_and_model(database, days, accounts, progress, started, breakdown_days=breakdown_days)
    if as_json:
        print(orjson.dumps({key: value for key, value in summary.items() if key not in _OURS}).decode())
    else:
        print_accounts(summary)
    for name, reason in summary["problems"].items():
        print(f"fbads: {name}: {reason}", file=sys.stderr)
    return exit_code(summary)


def check_days(since: date, until: date, now: datetime) -> DayRange:
    """The range; raises WrongUse where it is backwards, in the future, or older than the first partition."""
    if since > until:
        raise WrongUse(f"--from {since} lies after --to {until}: swap them")
    today, last_key = now.astimezone(_EASTERNMOST).date(), today_everywhere()
    if until > today:
        raise WrongUse(f"--to {until} lies in the future: the last day that exists anywhere is {today}")
    if until > last_key:
        raise WrongUse(f"--to {until} lies after the machine's own day {last_key}, whatever FBADS_NOW says")
    if since < FIRST_DAY:
        raise WrongUse(f"--from {since} is too early: Meta keeps 37 months, and partitions start on {FIRST_DAY}")
    return DayRange(since, until)


def collect_and_model(
    database: Database,
    days: DayRange,
    accounts: list[str],
    progress: Progress,
    started: float,
    *,
    breakdown_days: int | None = None,
) -> dict[str, Any]:
    """Run the job; the summary has the keys of `--json`, and `problems`: what went wrong, by name."""
    import dagster as dg

    from fbads_pipeline.cli.jobs import run_collect_and_model

    with dg.DagsterInstance.get() as instance:
        outcome = run_collect_and_model(instance, days, accounts, progress, started, breakdown_days=breakdown_days)
    reports = raw_store(database).reports(outcome.run_id)
    return {
        "run_id": outcome.run_id,
        "status": _status([row["status"] for row in reports], outcome.succeeded),
        "accounts": [{key: row[key] for key in ("account_id", "status", "error")} for row in reports],
        **{
            key: sum(row[key] for row in reports)
            for key in ("calls", "bytes", "rows_read", "rows_changed", "rows_removed")
        },
        "seconds": outcome.seconds,
        "cpu_seconds": outcome.cpu_seconds,
        "peak_rss_bytes": outcome.peak_rss_bytes,
        "is_wrong_use": outcome.is_wrong_use,
        "problems": {**outcome.failures, **outcome.red_checks},
    }


def _status(accounts: list[str], succeeded: bool) -> str:
    if not accounts:
        return "done" if succeeded else "failed"
    if all(status == "failed" for status in accounts):
        return "failed"
    return "done" if succeeded and all(status == "done" for status in accounts) else "partial"


def exit_code(summary: dict[str, Any]) -> int:
    """0 done, 1 in part or with a red check, 2 for what was asked wrongly, 3 when every account failed."""
    if summary["is_wrong_use"]:
        return 2
    if summary["status"] == "failed":
        return 3
    return 1 if summary["status"] == "partial" or summary["problems"] else 0


def print_accounts(summary: dict[str, Any]) -> None:
    """A line per account and one for the run, on stdout."""
    for row in summary["accounts"]:
        print(f"{row['account_id']}\t{row['status']}\t{row['error'] or ''}")
    seconds = ", ".join(f"{name} {value:.1f} s" for name, value in summary["seconds"].items())
    print(
        f"{summary['status']}: {summary['rows_read']} rows read, {summary['rows_changed']} changed,"
        f" {summary['rows_removed']} removed in {summary['calls']} calls ({seconds})"
    )


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on stderr; without a terminal, a line whenever another tenth is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(title)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=False) as bar:
        task = bar.add_task(title, total=None)
        yield lambda name, done, total: bar.update(task, completed=done, total=total, description=f"{title}: {name}")


class _Lines:
    def __init__(self, title: str) -> None:
        self._title, self._tenth = title, -1

    def __call__(self, name: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth != self._tenth:
            self._tenth = tenth
            print(f"{self._title}: {done} of {total} ({name})", file=sys.stderr)


def today_everywhere() -> date:
    """The newest account-local day that exists anywhere now."""
    return datetime.now(UTC).astimezone(_EASTERNMOST).date()


def newest_day(now: datetime) -> date:
    """The newest account-local day at that instant; never one that the machine's own clock has not reached."""
    return min(now.astimezone(_EASTERNMOST).date(), today_everywhere())


def days_back(count: int) -> DayRange:
    """The last `count` days, today included, around the world."""
    today = today_everywhere()
    return DayRange(today - timedelta(days=count - 1), today)
