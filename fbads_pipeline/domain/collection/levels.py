"""The words of collecting: levels, kinds of object, pages, and what became of an account."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from fbads_pipeline.domain.core.days import DayRange

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
# Bounds in seconds below which answers of the API are counted.
LATENCIES = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
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
class RequestStrategy:
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
    """What an account's reading cost: calls, bytes on the wire after decompression, retries, seconds waited.

    answers: "GET 200" → how many, "GET none" where nothing came back; answer_seconds: until they were whole, in all;
    latencies: the smallest of LATENCIES that an answer stayed below, as text → how many.
    """

    calls: int = 0
    bytes: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    answer_seconds: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    latencies: Counter[str] = field(default_factory=Counter)

    def answered(self, method: str, status: int | None, seconds: float) -> None:
        """One answer, or none."""
        self.answers[f"{method} {status or 'none'}"] += 1
        self.answer_seconds += seconds
        self.latencies[next((str(one) for one in LATENCIES if seconds <= one), "+Inf")] += 1

    def copy(self) -> "Traffic":
        """As it stands now."""
        return replace(self, answers=Counter(self.answers), latencies=Counter(self.latencies))

    def since(self, before: "Traffic") -> "Traffic":
        """What came after that moment."""
        return Traffic(
            self.calls - before.calls,
            self.bytes - before.bytes,
            self.retries - before.retries,
            self.waited_seconds - before.waited_seconds,
            self.answer_seconds - before.answer_seconds,
            self.answers - before.answers,
            self.latencies - before.latencies,
        )

    def add(self, other: "Traffic") -> None:
        self.calls += other.calls
        self.bytes += other.bytes
        self.retries += other.retries
        self.waited_seconds += other.waited_seconds
        self.answer_seconds += other.answer_seconds
        self.answers += other.answers
        self.latencies += other.latencies


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
