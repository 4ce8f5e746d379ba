"""Copies accounts, objects and insights from the Marketing API into `raw`.

Failures are data: an account that fails has a report that says so, and the others go on.
"""

import threading
from collections.abc import Callable, Sequence

from fbads_pipeline.domain.collection.account_reports import AccountReport
from fbads_pipeline.domain.collection.levels import OBJECT_KINDS
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.ports.collection import AdsApi, RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.plan_sync import SyncPlan
from fbads_pipeline.services.collection.read_account import AccountReading
from fbads_pipeline.services.collection.work_scheduler import WorkScheduler

Progress = Callable[[str, int, int], None]


def sync_ads(
    ads: AdsApi,
    raw: RawStore,
    clock: Clock,
    accounts: Sequence[Account],
    plan: SyncPlan,
    progress: Progress = lambda name, done, total: None,
) -> list[AccountReport]:
    """Read each account once; returns a report per account, in the order given, and never raises for one account."""
    steps = _StepCounter(progress, accounts=len(accounts), guess=len(plan.levels) + 1 + 2 * len(OBJECT_KINDS))
    works = [AccountReading(ads, raw, clock, account, plan, steps.finished) for account in accounts]
    reason = "the run ended before the account was read"
    try:
        if not WorkScheduler(works, plan.concurrency).run(plan.run_seconds):
            reason = f"the run may take {plan.run_seconds:.0f} s, and they are up"
    finally:
        for work in works:
            work.abandon(reason)
    return [work.report for work in works]


class _StepCounter:
    """Counts finished steps across threads and reports them; an account's number of steps is known once it begins."""

    def __init__(self, progress: Progress, *, accounts: int, guess: int) -> None:
        self._progress, self._guess = progress, guess
        self._unbegun, self._known, self._done = accounts, 0, 0
        self._lock = threading.Lock()

    def finished(self, name: str, begun: int) -> None:
        """One step done, or (without a name) an account begun with so many steps, but for settling and those by id."""
        with self._lock:
            if name:
                self._done += 1
            else:
                self._unbegun -= 1
                self._known += begun + (1 + len(OBJECT_KINDS) if begun else 0)
            self._progress(name or "begun", self._done, max(self._known + self._unbegun * self._guess, self._done))
