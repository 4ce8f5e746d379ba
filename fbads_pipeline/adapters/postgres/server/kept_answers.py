"""Answers that are kept as long as nothing has been written to what they were read from.

A key says what was asked, for whom, and of which moment; the database says in which state the tables are. The state is
read before the answer, so that an answer is never older than the state under which it is kept.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "kept_answers.sql")
MOST_KEPT = 128
T = TypeVar("T")


def minute_of(now: datetime) -> datetime:
    """The beginning of the minute, as of which an answer is read that depends on the time."""
    return now.replace(second=0, microsecond=0)


class SharedAnswers(Protocol):
    """Answers that other processes have read."""

    def of(self, state: str, key: Hashable, read: Callable[[], Any]) -> Any:
        """What another one has read in that state, else what `read` returns."""


class KeptAnswers:
    """Of one process, for any number of threads. Whoever asks what is being read just now waits for that reading."""

    def __init__(self, engine: sa.Engine, most: int = MOST_KEPT) -> None:
        self._engine, self._most = engine, most
        self._shared: SharedAnswers | None = None
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[str, Future[Any]]] = OrderedDict()

    def share(self, shared: SharedAnswers) -> None:
        """From now on look there before reading."""
        self._shared = shared

    def of(self, tables: frozenset[str], key: Hashable, read: Callable[[], T]) -> T:
        """What `read` returns, or returned while the tables were as they are now. tables: `schema.name` of every table
        of `raw`, `ops` and `analysis` that it reads, itself or through the marts; key: all else that decides the
        answer. Callers share the answer and change nothing in it."""
        state = self._state(tables)
        with self._lock:
            known = self._kept.get(key)
            is_new = known is None or known[0] != state
            answer: Future[T] = Future() if known is None or is_new else known[1]
            self._kept[key] = (state, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        if not is_new:
            return answer.result()
        try:
            answer.set_result(self._read(state, (tables, key), read))
        except BaseException as error:
            self._forget(key, answer)
            answer.set_exception(error)
            raise
        return answer.result()

    def known(self, tables: frozenset[str], key: Hashable) -> Any | None:
        """What this process keeps under that key, as `of` would return it now; None where it would read it, or where it
        is being read."""
        with self._lock:
            found = self._kept.get(key)
        if found is None or not found[1].done() or found[1].exception() or found[0] != self._state(tables):
            return None
        return found[1].result()

    def _read(self, state: str, key: Hashable, read: Callable[[], T]) -> T:
        if self._shared is None:
            return read()
        answer: T = self._shared.of(state, key, read)
        return answer

    def _state(self, tables: frozenset[str]) -> str:
        with reading(self._engine) as connection:
            return str(connection.execute(SQL["state"], {"tables": sorted(tables)}).scalar_one())

    def _forget(self, key: Hashable, answer: Future[Any]) -> None:
        """A reading that failed is made anew."""
        with self._lock:
            if self._kept.get(key, (None, None))[1] is answer:
                del self._kept[key]
