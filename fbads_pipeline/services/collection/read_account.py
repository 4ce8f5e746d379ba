"""One account in one run: what is read of it, what became of each task, and when it has to wait.

begin (lock, days) → facts and edges side by side → what they left in doubt is settled → objects that only facts name,
by id → end (report).

No exception that was raised is kept: its traceback would hold every frame that it passed through, suspended
generators included.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Literal

from fbads_pipeline.domain.collection.account_reports import (
    PARTLY_REFUSED,
    UNUSABLE_ACCOUNT,
    AccountReport,
    ApiTraffic,
    RowCounts,
)
from fbads_pipeline.domain.collection.doubts import DoubtfulDay, sentence_of
from fbads_pipeline.domain.collection.meta_errors import AccountStopped, MetaError, RateLimited, TransientMetaError
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange, local_day
from fbads_pipeline.domain.core.errors import StoreUnavailable
from fbads_pipeline.domain.core.redaction import redact
from fbads_pipeline.ports.collection import AdsApi, RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.plan_sync import SyncPlan, due_for
from fbads_pipeline.services.collection.read_tasks import AccountReadTasks, ReadTask
from fbads_pipeline.services.collection.work_scheduler import Step

log = logging.getLogger(__name__)

READ_ATTEMPTS, STORE_ATTEMPTS = 2, 8
STORE_PAUSE_SECONDS = 3.0
LOCK_PAUSE_SECONDS = 0.5
Phase = Literal["new", "facts", "settling", "by id", "ending", "over"]


class AccountReading:
    """The work of one account on the scheduler; failures are data in its report, never an exception."""

    def __init__(
        self,
        ads: AdsApi,
        raw: RawStore,
        clock: Clock,
        account: Account,
        plan: SyncPlan,
        finished: Callable[[str, int], None],
    ) -> None:
        self._ads, self._raw, self._clock, self._plan = ads, raw, clock, plan
        self._account, self._finished = account, finished
        notes = [account.note] if account.note else []
        self.report = AccountReport(account.account_id, started_at=clock.now(), notes=notes)
        self.is_over = False
        self._before = ads.traffic(account.account_id).copy()
        self._phase: Phase = "new"
        self._pending, self._active, self._landed = deque[ReadTask](), 0, 0
        self._is_described = self._figures_landed = self._is_doubted = False
        self._figures_active = 0
        self._stopped: AccountStopped | None = None  # never raised itself: see above
        self._parked_until, self._parked_seconds = 0.0, 0.0
        self._deadline = self._lock_deadline = 0.0
        self._lock, self._held = threading.Lock(), ExitStack()
        self._tasks = AccountReadTasks(
            *(ads, raw, clock, account.account_id, plan),
            while_allowed=self._unless_stopped,
            described=self._note_description,
            doubted=self._note_doubts,
            noted=self._note,
        )

    def take(self, now: float) -> Step | None:
        with self._lock:
            if self._phase == "over" or self._active and self._phase != "facts":
                return None
            if now < self._parked_until or self._active >= self._plan.account_concurrency:
                return None
            if self._phase == "new":
                return self._alone(self._begin)
            if not self._pending and self._active:
                return None
            if not self._pending:
                return self._alone(self._go_on)
            if self._is_doubted and self._figures_active and not self._pending[0].is_figures:
                return None  # whether the account is forbidden as a whole, figures under way will show
            task = self._pending.popleft()
            self._active += 1
            self._figures_active += task.is_figures
            return lambda: self._do(task)

    def ready_at(self, now: float) -> float | None:
        with self._lock:
            return self._parked_until if self._parked_until > now and not self._active else None

    def _alone(self, step: Step) -> Step:
        """A step with nothing beside it."""
        self._active += 1

        def run() -> None:
            try:
                step()
            except Exception as fault:  # whatever it is, it is this account's alone
                self._fail("unexpected", f"{type(fault).__name__}: {fault}", is_whole=True)
                self._phase = "over" if self._phase in ("ending", "over") else "ending"
            finally:
                with self._lock:
                    self._active -= 1
                    self.is_over = self._phase == "over"

        return run

    def _begin(self) -> None:
        if self._account.fault:
            self._fail(UNUSABLE_ACCOUNT, self._account.fault, is_whole=True)
            self._phase = "ending"
            return
        now = time.monotonic()
        self._lock_deadline = self._lock_deadline or now + self._plan.lock_wait_seconds
        with ExitStack() as held:
            if not held.enter_context(self._raw.lock_account(self._account.account_id)):
                if now >= self._lock_deadline:
                    self._leave_to_the_other_run()
                else:
                    self._parked_until = now + LOCK_PAUSE_SECONDS
                return
            self._held = held.pop_all()
        self.report.started_at = self._clock.now()
        self._deadline = now + self._plan.account_seconds
        self._phase = "facts"
        self.report.days = self._days()
        if self.report.days is not None:
            self._pending.extend(self._tasks.facts(self.report.days))
        self._finished("", len(self._pending))

    def _leave_to_the_other_run(self) -> None:
        reason = "another run is collecting this account; it goes on without this one"
        if self._plan.days is None:
            self.report.notes.append(reason)
        else:
            self._fail("busy", reason, is_whole=True)
        self._phase = "ending"

    def _go_on(self) -> None:
        """From the facts to their doubts, to what only they name, and from there to the end."""
        if self._phase == "facts" and self._landed:
            self._phase = "settling"
            self._pending.append(self._tasks.settling())
            return
        if self._phase == "settling" and self._is_described and not self._stopped:
            self._phase = "by id"
            self._pending.extend(self._tasks.by_id())
            return
        if self.report.error is not None and not self._landed:
            self.report.status = "failed"
        is_token_gone = self._stopped is not None and self._stopped.is_token_gone
        if self.report.error_kind == AccountStopped.kind and self._figures_landed and not is_token_gone:
            self.report.error_kind = PARTLY_REFUSED  # an account whose figures were read has not stopped
        self._phase = "ending"
        self._end()

    def _end(self) -> None:
        try:
            self.report.traffic = self._traffic()
            self.report.ended_at = self._clock.now()
            self._raw.save_report(self._plan.run_id, self.report)
        finally:
            self._held.close()
            self._phase = "over"

    def abandon(self, reason: str) -> None:
        """End it from outside where it is not over: the report says why, and the account's lock is given back."""
        if self.is_over:
            return
        self.is_over = True
        self._fail("abandoned", reason, is_whole=True)
        try:
            self._end()
        except Exception as fault:  # the reason of the end is in the report that the caller gets
            log.warning("the report of account %s could not be saved: %s", self._account.account_id, fault)

    def _days(self) -> DayRange | None:
        now, account = self._clock.now(), self._account
        if self._plan.days is None:
            return due_for(self._raw, account, now, self._plan)
        today = local_day(now, account.timezone_name)
        return self._plan.days.clip(DayRange(min(self._plan.days.since, today), today))

    def _note_description(self) -> None:
        self._is_described = True

    def _note_doubts(self, days: list[DoubtfulDay]) -> None:
        sentence = sentence_of(days)
        self._fail("doubtful", sentence)
        if self.report.error != sentence:
            self._note([sentence])

    def _unless_stopped(self, pages: Iterator[Any]) -> Iterator[Any]:
        return _WhileAllowed(pages, self._raise_if_stopped, self._note)

    def _note(self, notes: Sequence[str]) -> None:
        if not notes:
            return
        with self._lock:
            self.report.notes += [one for one in notes if one not in self.report.notes]

    def _raise_if_stopped(self) -> None:
        """Another call may have learnt that the account's token or permission is gone."""
        if self._stopped:
            raise self._stopped.without_traceback()

    def _do(self, task: ReadTask) -> None:
        try:
            self._attempt(task)
        except Exception as fault:
            self._fail("unexpected", f"{task.name}: {type(fault).__name__}: {fault}", is_whole=True)
        finally:
            with self._lock:
                self._active -= 1
                self._figures_active -= task.is_figures

    def _attempt(self, task: ReadTask) -> None:
        task.attempts += 1
        if self._stopped or time.monotonic() > self._deadline:
            self._give_up(task, self._stopped or TransientMetaError("the time that one account may take is up"))
            return
        try:
            applied = task.read(self._clock.now())
        except RateLimited as limited:
            self._park(task, limited)
        except AccountStopped as stop:
            if stop.is_token_gone or (task.is_figures and not self._figures_landed):
                self._stopped = stop.without_traceback()
            self._is_doubted = not self._figures_landed
            self._give_up(task, stop)
        except TransientMetaError as error:
            self._again(task, error, READ_ATTEMPTS, 0.0)
        except StoreUnavailable as error:
            self._again(task, error, STORE_ATTEMPTS, STORE_PAUSE_SECONDS)
        except MetaError as error:
            self._give_up(task, error)
        else:
            self._land(task, applied)

    def _land(self, task: ReadTask, applied: RowCounts) -> None:
        with self._lock:
            self.report.applied += applied
            self._landed += 1
            self._figures_landed = self._figures_landed or task.is_figures
            self._is_doubted = self._is_doubted and not self._figures_landed
        if applied.rows_quarantined:
            why = f" ({applied.why_unreadable})" if applied.why_unreadable else ""
            count = applied.rows_quarantined
            self._fail("quarantine", f"{task.name}: {count} rows or values could not be read{why}")
        self._finished(f"{self._account.name or self._account.account_id}: {task.name}", 0)

    def _again(self, task: ReadTask, error: Exception, attempts: int, pause: float) -> None:
        """A reading that a passing fault spoilt half-way is read anew as a whole."""
        if task.attempts >= attempts:
            self._give_up(task, error)
            return
        with self._lock:
            self._parked_until = max(self._parked_until, time.monotonic() + pause)
            self._pending.appendleft(task)

    def _park(self, task: ReadTask, limited: RateLimited) -> None:
        """The whole account waits, as long as it has patience; then its readings fail, and the next run goes on."""
        now = time.monotonic()
        seconds = max((limited.wait_seconds or 30.0) - max(self._parked_until - now, 0.0), 0.0)
        if self._parked_seconds + seconds > self._plan.longest_wait_seconds:
            self._give_up(task, limited)
            return
        task.attempts -= 1
        with self._lock:
            self._parked_seconds += seconds
            self._parked_until = max(self._parked_until, now + seconds)
            self._pending.appendleft(task)

    def _give_up(self, task: ReadTask, error: Exception) -> None:
        reason = f"{task.name}: {error}"
        if task.is_forgiven(error):
            with self._lock:
                self.report.notes.append(reason)
        else:
            self._fail(error.kind if isinstance(error, MetaError) else "store", reason)
        task.failed(str(error))
        self._finished(f"{self._account.name or self._account.account_id}: {task.name}", 0)

    def _fail(self, kind: str, error: str, *, is_whole: bool = False) -> None:
        """is_whole: nothing more is read of the account, which goes before what only a part of it had."""
        with self._lock:
            was_failed = self.report.status == "failed"
            self.report.status = "failed" if is_whole or was_failed else "partial"
            if self.report.error is None or (is_whole and not was_failed):
                self.report.error_kind, self.report.error = kind, redact(error)

    def _traffic(self) -> ApiTraffic:
        traffic = self._ads.traffic(self._account.account_id).since(self._before)
        return replace(traffic, waited_seconds=round(traffic.waited_seconds + self._parked_seconds, 3))


class _WhileAllowed:
    """Pages as long as `check` does not raise, their notes kept; unlike a generator it holds none of them."""

    def __init__(self, pages: Iterator[Any], check: Callable[[], None], note: Callable[[Sequence[str]], None]) -> None:
        self._pages, self._check, self._note = pages, check, note

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        page = next(self._pages)
        self._check()
        self._note(page.notes)
        return page
