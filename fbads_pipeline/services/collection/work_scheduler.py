"""Sharing threads among accounts: who waits for a quota takes none, and everybody else goes on."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

Step = Callable[[], None]
LONGEST_WAIT_SECONDS = 5.0
LONGEST_RUN_SECONDS = 12 * 3600.0


class ScheduledWork(Protocol):
    """Something with many steps. Its methods are called under the scheduler's lock, its steps outside of it."""

    is_over: bool

    def take(self, now: float) -> Step | None:
        """The next step that may be done now, beside those under way; None where there is none."""

    def ready_at(self, now: float) -> float | None:
        """When to ask again (monotonic seconds), None where only the end of a step under way can change anything."""


class WorkScheduler:
    """Does all steps of all works with a fixed number of threads.

    As many works are open at once as there are threads; one that waits does not count, so that others open meanwhile.
    A step must not raise: a work keeps its own errors.
    """

    def __init__(self, works: Sequence[ScheduledWork], threads: int) -> None:
        self._waiting, self._open = deque(works), list[ScheduledWork]()
        self._threads = threads
        self._changed = threading.Condition()

    def run(self, longest_seconds: float = LONGEST_RUN_SECONDS) -> bool:
        """Whether every work is over; False where that time is up, and then steps under way are left to themselves.

        Raises the first fault of a step, which is a fault of ours.
        """
        deadline = time.monotonic() + longest_seconds
        faults: list[BaseException] = []
        threads = [
            threading.Thread(target=self._serve, args=(faults,), name=f"collect-{number}", daemon=True)
            for number in range(min(self._threads, max(4 * len(self._waiting), 1)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(deadline - time.monotonic(), 0.0))
        if faults:
            raise faults[0]
        is_over = not any(thread.is_alive() for thread in threads)
        if not is_over:
            self._begin_nothing_more()
        return is_over

    def _begin_nothing_more(self) -> None:
        with self._changed:
            self._waiting.clear()
            self._open.clear()
            self._changed.notify_all()

    def _serve(self, faults: list[BaseException]) -> None:
        while (step := self._next()) is not None:
            try:
                step()
            except BaseException as fault:
                faults.append(fault)
                self._begin_nothing_more()
            with self._changed:
                self._changed.notify_all()

    def _next(self) -> Step | None:
        with self._changed:
            while True:
                now = time.monotonic()
                self._open = [work for work in self._open if not work.is_over]
                for work in self._open:
                    step = work.take(now)
                    if step is not None:
                        return step
                if self._waiting and self._busy(now) < self._threads:
                    self._open.append(self._waiting.popleft())
                    continue
                if not self._open and not self._waiting:
                    self._changed.notify_all()
                    return None
                moments = [moment for work in self._open if (moment := work.ready_at(now)) is not None]
                soonest = max(min(moments, default=now + LONGEST_WAIT_SECONDS) - now, 0.01)
                self._changed.wait(min(soonest, LONGEST_WAIT_SECONDS))

    def _busy(self, now: float) -> int:
        return sum(1 for work in self._open if work.ready_at(now) is None)
