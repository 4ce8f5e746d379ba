"""What the services ask of time and files. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fbads_pipeline.domain.core.messages import Value


class Clock(Protocol):
    """Now, as an aware instant in UTC; a fixed one where FBADS_NOW says so."""

    def now(self) -> datetime: ...


class Files(Protocol):
    """A folder that people take files from."""

    def path(self, name: str) -> Path:
        """Where a file of that name lies; raises ValueError for what is no plain name."""

    def write(self, name: str, content: bytes) -> Path:
        """The file's path; whole or not at all. Raises OSError."""


Metadata = Mapping[str, object]


class Translator(Protocol):
    """Messages in a reader's language."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages there are."""

    def text(self, key: str, language: str, *, count: float | None = None, **values: Value) -> str:
        """The sentence of that key."""

    def render(self, value: Value, language: str) -> str:
        """Any value of a message in that language."""
