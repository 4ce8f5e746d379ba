"""The clock: the machine's, or the fixed one of FBADS_NOW; and deadlines of whole calls.

Time limits of sockets are for each byte: a far end that sends one now and then keeps its caller for ever.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import TypeVar

Answer = TypeVar("Answer")


class SystemClock:
    """Now, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Always the same instant."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._instant


def clock_from(fixed: datetime | None) -> SystemClock | FixedClock:
    return FixedClock(fixed) if fixed else SystemClock()


class DeadlinePassed(TimeoutError):
    """The call did not end in time."""


def within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """What the call returns or raises; raises DeadlinePassed after so many seconds.

    A call that is given up goes on in a thread of its own, which ends with the process at the latest.
    """
    future: Future[Answer] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as fault:
            future.set_exception(fault)

    threading.Thread(target=run, name="within a deadline", daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        if future.done():
            raise
        raise DeadlinePassed from None
