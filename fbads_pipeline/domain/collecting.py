"""The words of collecting: levels, kinds of object, pages, and what became of an account."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from fbads_pipeline.domain.days import DayRange

Level = Literal["account", "campaign", "adset", "ad"]
Kind = Literal["campaign", "adset", "ad"]
Page = list[dict[str, object]]
Status = Literal["done", "partial", "failed"]

LEVELS: tuple[Level, ...] = ("account", "campaign", "adset", "ad")
KINDS: tuple[Kind, ...] = ("campaign", "adset", "ad")


@dataclass(frozen=True)
class Applied:
    """Rows of one reading: read (as Meta sent them), changed (new ones included), removed, quarantined."""

    rows_read: int = 0
    rows_changed: int = 0
    rows_removed: int = 0
    rows_quarantined: int = 0

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(
            self.rows_read + other.rows_read,
            self.rows_changed + other.rows_changed,
            self.rows_removed + other.rows_removed,
            self.rows_quarantined + other.rows_quarantined,
        )


@dataclass
class Traffic:
    """What an account's reading cost: calls, bytes on the wire after decompression, retries, seconds waited."""

    calls: int = 0
    bytes: int = 0
    retries: int = 0
    waited_seconds: float = 0.0

    def add(self, other: "Traffic") -> None:
        self.calls += other.calls
        self.bytes += other.bytes
        self.retries += other.retries
        self.waited_seconds += other.waited_seconds


@dataclass
class AccountReport:
    """What became of one account in one run; failures are data, never an exception."""

    account_id: str
    started_at: datetime
    status: Status = "done"
    error_kind: str | None = None
    error: str | None = None
    days: DayRange | None = None
    applied: Applied = field(default_factory=Applied)
    traffic: Traffic = field(default_factory=Traffic)
    ended_at: datetime | None = None

    def as_row(self) -> dict[str, Any]:
        """The report as plain values, for metadata and for a step on another machine."""
        return {
            "account_id": self.account_id,
            "status": self.status,
            "error_kind": self.error_kind,
            "error": self.error,
            "days": str(self.days) if self.days else "",
            **vars(self.applied),
            **vars(self.traffic),
        }
