"""`fbads sync`: the Dagster job of a range of days, in this process."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
import psutil
import typer

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.quality.raw_rows import prepare_subprocess
from fbads_pipeline.bootstrap.collection import named_tokens, raw_store, token_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.cli.accounts import account_ids
from fbads_pipeline.cli.home import ready_home
from fbads_pipeline.cli.job_outcome import JobOutcome
from fbads_pipeline.cli.options import Accounts, FirstDay, LastDay
from fbads_pipeline.cli.output import note, progress_bar
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.errors import DONE, OUTSIDE_FAILED, PARTLY, WRONG_USE, WrongUse
from fbads_pipeline.services.collection.plan_sync import is_longer_than_a_tick
from fbads_pipeline.services.collection.sync_ads import Progress
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)

FIRST_DAY = date(2022, 1, 1)
# Dagster writes several events per asset and partition: a year of partitions in one run would cost minutes. Older days
# than these are read and modelled all the same, but the UI does not mark them.
MOST_PARTITIONS = 31
# Of a report, what `fbads sync --json` prints of each account.
ACCOUNT_KEYS = ("account_id", "status", "error_kind", "error", "notes")
_INTERNAL = ("problems", "is_wrong_use")
_EASTERNMOST = ZoneInfo("Pacific/Kiritimati")


@app.command()
def sync(
    since: FirstDay,
    until: LastDay,
    account: Accounts = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Collect and model a range of days in this process. Never alerts.

    Days are account-local. Exits with 1 where an account failed or a check is red, with 3 where every account failed.
    """
    started, settings = psutil.Process().create_time(), load_settings()
    days = check_days(since.date(), until.date(), clock(settings).now())
    with ready_home(settings) as database:
        named_tokens(settings, token_store(settings, database))
        accounts = account_ids(account, database, ask_meta=settings)
        breakdown_days = None if "breakdowns" in settings.model_fields_set else 0
        with progress_bar("collecting") as progress:
            summary = collect_and_model(database, days, accounts, progress, started, breakdown_days=breakdown_days)
    if as_json:
        print(orjson.dumps({key: value for key, value in summary.items() if key not in _INTERNAL}).decode())
    else:
        print_accounts(summary)
    print_problems(summary["problems"])
    raise typer.Exit(exit_code(summary))


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
    """Run the collecting job over those days; accounts: ids, empty for all. Returns `summary_of` the run."""
    if is_longer_than_a_tick(days):
        prepare_subprocess()
    import dagster as dg  # seconds, which --help and wrong days need not wait for

    from fbads_pipeline.cli.jobs import run_job
    from fbads_pipeline.defs.collect.assets import collect_config
    from fbads_pipeline.defs.collect.jobs import range_tags

    partitions = days.last(MOST_PARTITIONS) or days
    config = collect_config(accounts, only_due=False, breakdown_days=breakdown_days, days=days)
    with dg.DagsterInstance.get() as instance:
        outcome = run_job(
            "collect_and_model",
            instance,
            started=started,
            run_config=config,
            tags=range_tags(partitions),
            progress=progress,
        )
    return summary_of(outcome, database)


def summary_of(outcome: JobOutcome, database: Database) -> dict[str, Any]:
    """A collecting run: the keys of `fbads sync --json`, `is_wrong_use`, and `problems`: what went wrong, by name."""
    reports = raw_store(database).reports(outcome.run_id)
    return {
        "run_id": outcome.run_id,
        "status": _status([row["status"] for row in reports], outcome.succeeded),
        "accounts": [{key: row[key] for key in ACCOUNT_KEYS} for row in reports],
        **{
            key: sum(row[key] for row in reports)
            for key in ("calls", "bytes", "rows_read", "rows_changed", "rows_removed")
        },
        "seconds": outcome.seconds,
        "cpu_seconds": outcome.cpu_seconds,
        "peak_rss_bytes": outcome.peak_rss_bytes,
        "is_wrong_use": outcome.is_wrong_use,
        "problems": outcome.problems,
    }


def _status(accounts: list[str], succeeded: bool) -> str:
    if not accounts:
        return "done" if succeeded else "failed"
    if all(status == "failed" for status in accounts):
        return "failed"
    return "done" if succeeded and all(status == "done" for status in accounts) else "partial"


def exit_code(summary: Mapping[str, Any]) -> int:
    """0 done, 1 in part or with a red check, 2 where the user's input was wrong, 3 when every account failed."""
    if summary["is_wrong_use"]:
        return WRONG_USE
    if summary["status"] == "failed":
        return OUTSIDE_FAILED
    return PARTLY if summary["status"] == "partial" or summary["problems"] else DONE


def print_problems(problems: Mapping[str, str]) -> None:
    """A line on stderr for each failed step and red check."""
    for name, reason in problems.items():
        note(f"{name}: {reason}")


def print_accounts(summary: Mapping[str, Any]) -> None:
    """A line per account and one for the run, on stdout."""
    for row in summary["accounts"]:
        print(f"{row['account_id']}\t{row['status']}\t{'; '.join([*filter(None, [row['error']]), *row['notes']])}")
    print(
        f"{summary['status']}: {summary['rows_read']} rows read, {summary['rows_changed']} changed,"
        f" {summary['rows_removed']} removed in {summary['calls']} calls ({seconds_of(summary)})"
    )


def seconds_of(summary: Mapping[str, Any]) -> str:
    """Phase by phase, as `start 1.2 s, collect 3.4 s`."""
    return ", ".join(f"{name} {value:.1f} s" for name, value in summary["seconds"].items())


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
