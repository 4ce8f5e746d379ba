"""Answers that are kept as long as nothing has been written to what they were read from.

A key says what was asked, for whom, and of which moment; the database says in which state the tables are. The state is
read before the answer, so that an answer is never older than the state under which it is kept.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "kept_answers.sql")
MOST_KEPT = 128
T = TypeVar("T")


def minute_of(now: datetime) -> datetime:
    """The beginning of the minute, as of which an answer is read that depends on the time."""
    return now.replace(second=0, microsecond=0)


class TableStates(NamedTuple):
    """base: of all that is built, and of the quarter of an hour; marks: table → what its last writes left."""

    base: str
    marks: Mapping[str, str]

    def of(self, tables: frozenset[str]) -> str:
        """The state of those tables."""
        named = "|".join((self.base, *(f"{one} {self.marks.get(one, '')}" for one in sorted(tables))))
        return hashlib.sha256(named.encode()).hexdigest()[:32]


class RequestStates:
    """As a request that only reads found the tables when it first asked: its parts are all of that moment, or newer.
    One that takes longer than LONGEST_REQUEST_SECONDS asks again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: tuple[sa.Engine, float, TableStates] | None = None

    def of(self, engine: sa.Engine, read: Callable[[], TableStates]) -> TableStates:
        """What `read` returned for that engine in this request."""
        with self._lock:
            found = self._found
            if found is None or found[0] is not engine or time.monotonic() - found[1] > LONGEST_REQUEST_SECONDS:
                begun = time.monotonic()
                self._found = found = (engine, begun, read())
            return found[2]


LONGEST_REQUEST_SECONDS = 1.0
# Set for a request that only reads; one that writes looks anew after its own writes.
REQUEST_STATES: ContextVar[RequestStates | None] = ContextVar("request_states", default=None)


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
        of_request = REQUEST_STATES.get()
        states = self._read_states() if of_request is None else of_request.of(self._engine, self._read_states)
        return states.of(tables)

    def _read_states(self) -> TableStates:
        with reading(self._engine) as connection:
            return TableStates(*connection.execute(SQL["state"]).one())

    def _forget(self, key: Hashable, answer: Future[Any]) -> None:
        """A reading that failed is made anew."""
        with self._lock:
            if self._kept.get(key, (None, None))[1] is answer:
                del self._kept[key]
