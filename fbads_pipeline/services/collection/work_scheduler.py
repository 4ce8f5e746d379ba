"""Sharing threads among accounts: who waits for a quota takes none, and everybody else goes on."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

Step = Callable[[], None]


class Work(Protocol):
    """Something with many steps. Its methods are called under the scheduler's lock, its steps outside of it."""

    is_over: bool

    def take(self, now: float) -> Step | None:
        """The next step that may be done now, beside those under way; None where there is none."""

    def ready_at(self, now: float) -> float | None:
        """When to ask again (monotonic seconds), None where only the end of a step under way can change anything."""


class WorkScheduler:
    """Does all steps of all works with a fixed number of threads.

    As many works are open at once as there are threads; one that waits does not count, so that others open meanwhile.
    A step must not raise: what goes wrong is the work's own to keep.
    """

    def __init__(self, works: Sequence[Work], threads: int) -> None:
        self._waiting, self._open = deque(works), list[Work]()
        self._threads = threads
        self._changed = threading.Condition()

    def run(self) -> None:
        """Returns when every work is over; raises the first fault of a step, which is a fault of ours."""
        faults: list[BaseException] = []
        threads = [
            threading.Thread(target=self._serve, args=(faults,), name=f"collect-{number}", daemon=True)
            for number in range(min(self._threads, max(4 * len(self._waiting), 1)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]

    def _serve(self, faults: list[BaseException]) -> None:
        while (step := self._next()) is not None:
            try:
                step()
            except BaseException as fault:
                with self._changed:
                    faults.append(fault)
                    self._waiting.clear()
                    self._open.clear()
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
                self._changed.wait(max(min(moments) - now, 0.01) if moments else None)

    def _busy(self, now: float) -> int:
        return sum(1 for work in self._open if work.ready_at(now) is None)
