"""The words of collecting: levels, kinds of object, pages, and what became of an account."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from fbads_pipeline.domain.days import DayRange

Level = Literal["account", "campaign", "adset", "ad"]
Kind = Literal["campaign", "adset", "ad"]
Page = list[dict[str, object]]
Status = Literal["done", "partial", "failed"]

# Fields of Meta's breakdowns that a reading may split rows by, in combinations that Meta allows.
BREAKDOWN_FIELDS = frozenset(
    {
        *("age", "gender", "country", "region", "publisher_platform", "platform_position", "impression_device"),
        *("device_platform", "hourly_stats_aggregated_by_advertiser_time_zone"),
        "hourly_stats_aggregated_by_audience_time_zone",
    }
)
LEVELS: tuple[Level, ...] = ("account", "campaign", "adset", "ad")
KINDS: tuple[Kind, ...] = ("campaign", "adset", "ad")


@dataclass(frozen=True, order=True)
class Grain:
    """What a reading of insights has a row for: each object of the level, day, and value of the breakdown.

    breakdown: Meta's fields with commas between them, as raw.insights has them; empty for plain rows.
    """

    level: Level
    breakdown: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the breakdown; none for plain rows."""
        return tuple(self.breakdown.split(",")) if self.breakdown else ()

    def __str__(self) -> str:
        return f"{self.level} and {self.breakdown}" if self.breakdown else self.level


@dataclass(frozen=True)
class Habit:
    """What one account and grain has taught us about asking.

    refused_days: the shortest range of days that was too much for one call; page_rows: rows of a page where 5,000 were
    too many; is_report: whether a report run worked where a call did not.
    """

    refused_days: int | None = None
    page_rows: int | None = None
    is_report: bool = False


@dataclass(frozen=True)
class QuotaUse:
    """How much of a quota is used. percent: of the fullest one; free_at: instant before which nothing may be asked."""

    percent: float = 0.0
    free_at: datetime | None = None


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
    """What became of one account in one run; failures are data, never an exception.

    notes: what this account or its API does not offer (a breakdown, the activity log), one sentence each.
    """

    account_id: str
    started_at: datetime
    status: Status = "done"
    error_kind: str | None = None
    error: str | None = None
    notes: list[str] = field(default_factory=list)
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
            "notes": list(self.notes),
            "days": str(self.days) if self.days else "",
            **vars(self.applied),
            **vars(self.traffic),
        }
