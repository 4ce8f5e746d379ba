"""A pause of Python's garbage collector while a large answer is parsed.

A page is some 50,000 lists and dictionaries without a cycle, all of which are gone once it is read; looking for cycles
among them again and again took an eighth of collecting's CPU.
"""

import gc
import threading
from types import TracebackType


class CollectorPause:
    """A context manager for several threads: the collector works again when the last of them has left."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._is_to_resume = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._is_to_resume = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._is_to_resume:
                gc.enable()
