"""What the work on users and their data needs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class Retention(Protocol):
    """What is kept of persons, until its time is over."""

    def apply(self, *, now: datetime) -> Mapping[str, int]:
        """Table → rows that went, or whose address was replaced."""
        ...
