"""Copies accounts, objects and insights from the Marketing API into `raw`.

Failures are data: an account that fails has a report that says so, and the others go on.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from fbads_pipeline.domain.accounts import Account
from fbads_pipeline.domain.collecting import KINDS, AccountReport, Applied, Kind, Level, Page, Traffic
from fbads_pipeline.domain.days import DayRange, due_days, local_day
from fbads_pipeline.domain.errors import AccountStopped, MetaError, TransientMetaError
from fbads_pipeline.ports import AdsApi, Clock, RawStore

# A range of one call: long enough that pages are full, short enough that one transaction stays small.
LONGEST_RANGE_DAYS = 92
READ_ATTEMPTS = 2
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SyncPlan:
    """What to read. days: the same for every account, clipped to its own today; None: what each account needs now."""

    run_id: str
    levels: Sequence[Level]
    days: DayRange | None = None
    restatement_days: int = 28
    concurrency: int = 8
    lock_wait_seconds: float = 300.0


class UnknownAccount(ValueError):
    """An account was asked for by name that the token does not see."""


def list_accounts(ads: AdsApi, raw: RawStore, clock: Clock, configured: Sequence[str] = ()) -> list[Account]:
    """The accounts to watch, written to raw.accounts: the configured ones, else all that the token sees.

    A configured account that cannot be read is left out here and fails in `sync_ads`, where it has a report.
    Raises MetaError when the token itself cannot list accounts.
    """
    read_at = clock.now()
    seen = {account.account_id: account for account in ads.accounts()}
    if configured:
        for account_id in configured:
            if account_id not in seen:
                try:
                    seen[account_id] = ads.account(account_id)
                except MetaError:
                    continue
        seen = {account_id: seen[account_id] for account_id in configured if account_id in seen}
    accounts = [seen[account_id] for account_id in sorted(seen)]
    raw.save_accounts(accounts, read_at)
    return accounts


def pick_accounts(seen: Sequence[Account], asked: Sequence[str], configured: Sequence[str]) -> list[Account]:
    """The accounts of one run. asked: by this run, empty for all; configured: the setting's list.

    Configured accounts that could not be seen stay in the list (with zone UTC), so that their failure is reported.
    Raises UnknownAccount when one is asked for that is neither seen nor configured.
    """
    by_id = {account.account_id: account for account in seen}
    for account_id in configured:
        by_id.setdefault(account_id, Account(account_id, None, "", "UTC"))
    unknown = [account_id for account_id in asked if account_id not in by_id]
    if unknown:
        known = ", ".join(sorted(by_id)) or "none"
        raise UnknownAccount(f"account {', '.join(unknown)} is not among those that the token sees: {known}")
    return [by_id[account_id] for account_id in (sorted(set(asked)) or sorted(by_id))]


def shards_of(accounts: Sequence[Account], count: int) -> list[list[Account]]:
    """The accounts dealt out to at most `count` shards, none of them empty."""
    return [list(accounts[start::count]) for start in range(min(count, len(accounts)))]


def sync_ads(
    ads: AdsApi,
    raw: RawStore,
    clock: Clock,
    accounts: Sequence[Account],
    plan: SyncPlan,
    progress: Progress = lambda name, done, total: None,
) -> list[AccountReport]:
    """Read each account once; returns a report per account, in the order given, and never raises for one account."""
    steps = _Steps(progress, total=len(accounts) * (len(plan.levels) + len(KINDS)))
    with (
        ThreadPoolExecutor(plan.concurrency, thread_name_prefix="read") as readers,
        ThreadPoolExecutor(plan.concurrency, thread_name_prefix="account") as keepers,
    ):
        jobs = [
            keepers.submit(_AccountSync(ads, raw, clock, account, plan, readers, steps).run) for account in accounts
        ]
        return [job.result() for job in jobs]


def due_range(raw: RawStore, clock: Clock, *, levels: Sequence[Level], restatement_days: int) -> DayRange:
    """The days that the known accounts need now, all together; before the first reading, two days around the world."""
    now = clock.now()
    ranges = [_due(raw, account, now, levels, restatement_days) for account in raw.known_accounts()]
    if not ranges:
        return DayRange(now.date() - timedelta(days=1), now.date())
    return DayRange(min(days.since for days in ranges), max(days.until for days in ranges))


def _due(raw: RawStore, account: Account, now: datetime, levels: Sequence[Level], restatement_days: int) -> DayRange:
    today = local_day(now, account.timezone_name)
    window = DayRange(today - timedelta(days=restatement_days - 1), today)
    read_at = raw.last_readings(account.account_id, window, levels)
    return due_days(now, account.timezone_name, read_at, restatement_days=restatement_days)


class _Steps:
    """Counts finished steps across threads and tells the listener."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0
        self._lock = threading.Lock()

    def finished(self, name: str) -> None:
        with self._lock:
            self._done += 1
            self._progress(name, self._done, self._total)


class _AccountSync:
    """One account in one run."""

    def __init__(
        self,
        ads: AdsApi,
        raw: RawStore,
        clock: Clock,
        account: Account,
        plan: SyncPlan,
        readers: ThreadPoolExecutor,
        steps: _Steps,
    ) -> None:
        self._ads, self._raw, self._clock, self._plan = ads, raw, clock, plan
        self._account, self._readers, self._steps = account, readers, steps
        self._stopped: AccountStopped | None = None

    def run(self) -> AccountReport:
        account_id = self._account.account_id
        report = AccountReport(account_id, started_at=self._clock.now())
        before = Traffic(**vars(self._ads.traffic(account_id)))
        try:
            self._read_locked(report)
        except Exception as fault:  # whatever it is, it is this account's alone
            _fail(report, "unexpected", f"{type(fault).__name__}: {fault}")
        report.traffic = _since(before, self._ads.traffic(account_id))
        report.ended_at = self._clock.now()
        self._raw.save_report(self._plan.run_id, report)
        return report

    def _read_locked(self, report: AccountReport) -> None:
        deadline = time.monotonic() + self._plan.lock_wait_seconds
        while True:
            with self._raw.lock_account(report.account_id) as is_ours:
                if is_ours:
                    self._read(report)
                    return
            if time.monotonic() >= deadline:
                _fail(report, "busy", "another run is collecting this account; it goes on without this one")
                return
            time.sleep(0.5)

    def _read(self, report: AccountReport) -> None:
        report.days = days = self._days()
        if days is None:
            return
        levels: Mapping[str, Future[Applied]] = {
            f"insights by {level}": self._readers.submit(self._insights, level, days) for level in self._plan.levels
        }
        edges = {f"{kind}s": self._readers.submit(self._objects, kind) for kind in KINDS}
        landed = _settle(report, levels)
        described = _settle(report, edges)
        if described and not self._stopped:
            by_id = {f"{kind}s by id": self._readers.submit(self._by_id, kind) for kind in KINDS}
            _settle(report, by_id)
        if report.error is not None and not landed:
            report.status = "failed"

    def _days(self) -> DayRange | None:
        now, account = self._clock.now(), self._account
        if self._plan.days is None:
            return _due(self._raw, account, now, self._plan.levels, self._plan.restatement_days)
        today = local_day(now, account.timezone_name)
        return self._plan.days.clip(DayRange(min(self._plan.days.since, today), today))

    def _insights(self, level: Level, days: DayRange) -> Applied:
        applied = Applied()
        for part in days.chunks(LONGEST_RANGE_DAYS):
            applied += self._insights_of(level, part)
        self._steps.finished(f"{self._account.name or self._account.account_id}: insights by {level}")
        return applied

    def _insights_of(self, level: Level, days: DayRange) -> Applied:
        account_id, run_id = self._account.account_id, self._plan.run_id
        try:
            return self._again(
                lambda read_at: self._raw.apply_insights(
                    account_id,
                    level,
                    days,
                    self._unless_stopped(self._ads.insights(account_id, level, days)),
                    run_id=run_id,
                    read_at=read_at,
                )
            )
        except MetaError as error:
            self._raw.record_failure(account_id, level, days, str(error), run_id=run_id, read_at=self._clock.now())
            raise

    def _objects(self, kind: Kind) -> Applied:
        account_id = self._account.account_id

        def read(read_at: datetime) -> Applied:
            pages = self._unless_stopped(self._ads.objects(account_id, kind))
            return self._raw.apply_objects(account_id, kind, pages, read_at=read_at)

        applied = self._again(read)
        self._steps.finished(f"{self._account.name or account_id}: {kind}s")
        return applied

    def _by_id(self, kind: Kind) -> Applied:
        account_id, read_at = self._account.account_id, self._clock.now()
        missing = self._raw.missing_objects(account_id, kind)
        if not missing:
            return Applied()
        found = self._ads.objects_by_id(kind, missing, account_id=account_id)
        applied = self._raw.apply_objects(account_id, kind, iter([found]), read_at=read_at)
        shown = {str(row.get("id")) for row in found}
        self._raw.mark_unknown(account_id, kind, [one for one in missing if one not in shown], read_at=read_at)
        return applied

    def _again(self, read: Callable[[datetime], Applied]) -> Applied:
        """A reading that a passing fault spoilt half-way is read anew as a whole."""
        for attempt in range(1, READ_ATTEMPTS + 1):
            try:
                return read(self._clock.now())
            except AccountStopped as stop:
                self._stopped = stop
                raise
            except TransientMetaError:
                if attempt == READ_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _unless_stopped(self, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages, as long as no other call has learnt that the account's token or permission is gone."""
        for page in pages:
            if self._stopped:
                raise self._stopped
            yield page


def _settle(report: AccountReport, jobs: Mapping[str, Future[Applied]]) -> int:
    """Wait for all; add what landed to the report, keep the first error; returns how many landed."""
    landed = 0
    for name, job in jobs.items():
        try:
            applied = job.result()
            report.applied += applied
            landed += 1
            if applied.rows_quarantined:
                _fail(report, "quarantine", f"{name}: {applied.rows_quarantined} rows could not be read", "partial")
        except MetaError as error:
            _fail(report, error.kind, f"{name}: {error}", "partial")
    return landed


def _fail(report: AccountReport, kind: str, error: str, status: str = "failed") -> None:
    report.status = "partial" if status == "partial" and report.status != "failed" else "failed"
    if report.error is None:
        report.error_kind, report.error = kind, error


def _since(before: Traffic, after: Traffic) -> Traffic:
    return Traffic(
        after.calls - before.calls,
        after.bytes - before.bytes,
        after.retries - before.retries,
        after.waited_seconds - before.waited_seconds,
    )
