"""`fbads backfill`: months of history, newest days first, a run of `fbads sync`'s job per quarter of the calendar.

What was read is written in raw.reading_runs, so nothing else has to be remembered: the same command goes on where it
was stopped, and once all is read it reads nothing.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

import typer

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.collection import ads_api, raw_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.metrics import marts
from fbads_pipeline.cli.accounts import account_ids
from fbads_pipeline.cli.data.sync import FIRST_DAY, check_days, collect_and_model, exit_code, newest_day, seconds_of
from fbads_pipeline.cli.home import ready_home
from fbads_pipeline.cli.options import DAY_FORMATS, Accounts
from fbads_pipeline.cli.output import note, progress_bar
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange, last_months, unread_days
from fbads_pipeline.domain.core.errors import DONE, PARTLY, WrongUse
from fbads_pipeline.services.collection.plan_sync import list_accounts, pick_accounts
from fbads_pipeline.services.collection.sync_ads import Progress
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(add_completion=False)


@app.command()
def backfill(
    months: Annotated[
        int | None, typer.Option(min=1, max=37, help="How far back; Meta keeps 37 months. Or give --from and --to.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=DAY_FORMATS, metavar="DAY", help="First day, with --to.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=DAY_FORMATS, metavar="DAY", help="Last day, with --from.")
    ] = None,
    account: Accounts = None,
) -> None:
    """Collect and model history, newest days first; goes on where it was stopped.

    Of the last --months, or of the days from --from to --to; days that were read well are not read again. Prints a
    line per quarter, and exits with the worst code of its runs. An account that failed in one quarter is left out of
    the older ones.
    """
    settings = load_settings()
    wanted_days = days_to_fill(months, since and since.date(), until and until.date(), clock(settings).now())
    quarters = list(wanted_days.quarters())
    with ready_home(settings) as database:
        wanted = account_ids(account, database, ask_meta=settings)
        work = Backfill(settings, database, _accounts(settings, database, wanted))
        try:
            with progress_bar("backfill") as progress:
                code = work.fill(quarters, progress)
        except KeyboardInterrupt:
            left = len(quarters) - work.finished
            note(f"stopped with {left} of {len(quarters)} parts to go: call it again to go on")
            raise
    raise typer.Exit(code)


def days_to_fill(months: int | None, since: date | None, until: date | None, now: datetime) -> DayRange:
    """The last months, or the days that are named; raises BadParameter for neither or both, and WrongUse for days that
    cannot be read."""
    if since is not None and until is not None and months is None:
        return check_days(since, until, now)
    if months is None or since is not None or until is not None:
        raise typer.BadParameter("say how far back with --months, or which days with --from and --to")
    today = newest_day(now)
    if today < FIRST_DAY:
        raise WrongUse(f"there is nothing to read before {FIRST_DAY}, and FBADS_NOW says that it is {today}")
    return DayRange(max(last_months(today, months).since, FIRST_DAY), today)


@dataclass
class Backfill:
    """What to fill, and how far it came.

    has_run: whether this call collected anything; failed: accounts that could not be read, left out from then on.
    """

    settings: Settings
    database: Database
    accounts: list[Account]
    finished: int = 0
    has_run: bool = False
    failed: set[str] = field(default_factory=set)

    def fill(self, parts: list[DayRange], progress: Progress) -> int:
        """The worst exit code of the parts; ends with the part in which the last account failed."""
        codes = [DONE]
        for part in parts:
            progress(str(part), self.finished, len(parts))
            codes.append(self._fill(part, _within(progress, part, self.finished, len(parts))))
            if codes[-1] > PARTLY:
                return codes[-1]
            self.finished += 1
        if not self.has_run and self._marts_are_behind():
            newest = DayRange(parts[0].until, parts[0].until)
            codes.append(self._run(newest, [one.account_id for one in self.accounts[:1]], progress))
        progress("done", self.finished, len(parts))
        return max(codes)

    def _fill(self, part: DayRange, progress: Progress) -> int:
        unread = dict(self._unread(part))
        if not unread:
            print(f"{part}\tread before", flush=True)
            return DONE
        days = DayRange(min(one.since for one in unread.values()), max(one.until for one in unread.values()))
        return self._run(days, sorted(unread), progress)

    def _run(self, days: DayRange, account_ids: list[str], progress: Progress) -> int:
        """The exit code of one run; where other accounts can still be read, that all of these failed is a part."""
        self.has_run = True
        breakdown_days = None if "breakdowns" in self.settings.model_fields_set else 0
        summary = collect_and_model(
            self.database, days, account_ids, progress, time.time(), breakdown_days=breakdown_days
        )
        self.failed |= {row["account_id"] for row in summary["accounts"] if row["status"] == "failed"}
        _print(days, summary)
        code = exit_code(summary)
        others_remain = summary["accounts"] and len(self.failed) < len(self.accounts)
        return PARTLY if code > PARTLY and not summary["is_wrong_use"] and others_remain else code

    def _marts_are_behind(self) -> bool:
        """As a call leaves them that was stopped between reading its last part and modelling it."""
        return marts(self.database).is_behind()

    def _unread(self, part: DayRange) -> Iterator[tuple[str, DayRange]]:
        """Account → its days of the part that still have to be read."""
        store, now = raw_store(self.database), clock(self.settings).now()
        for account in self.accounts:
            if account.account_id in self.failed:
                continue
            read_at = store.last_readings(account.account_id, part, self.settings.levels)
            restatement_days = self.settings.restatement_days
            days = unread_days(now, account.timezone_name, read_at, part, restatement_days=restatement_days)
            if days:
                yield account.account_id, days


def _accounts(settings: Settings, database: Database, wanted: list[str]) -> list[Account]:
    ads = ads_api(settings, database)
    seen = list_accounts(ads, raw_store(database), clock(settings), settings.account_ids)
    return pick_accounts(seen, wanted, settings.account_ids)


def _print(days: DayRange, summary: dict[str, Any]) -> None:
    """A line on stdout, and one on stderr for each thing that went wrong."""
    rows, calls = summary["rows_read"], summary["calls"]
    print(f"{days}\t{summary['status']}\t{rows} rows read in {calls} calls ({seconds_of(summary)})", flush=True)
    for name, reason in summary["problems"].items():
        note(f"{days}: {name}: {reason}")


def _within(progress: Progress, part: DayRange, finished: int, count: int) -> Progress:
    """The steps of a part by name; the bar counts parts."""
    return lambda name, done, total: progress(f"{part}, {name}", finished, count)
