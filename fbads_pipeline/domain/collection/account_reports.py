"""What became of one account in one run: rows, calls, and the error that it ended with."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from fbads_pipeline.domain.core.days import DayRange

AccountStatus = Literal["done", "partial", "failed"]
# The kind of error of an account of which Meta answers some things and refuses others for want of a permission.
PARTLY_REFUSED = "partly_refused"
# Of an account whose time zone or currency is not known: its days, or its amounts, would be others.
UNUSABLE_ACCOUNT = "unusable_account"
# Breakdowns are read once a day: what they had to leave out is known for a little longer.
NOTES_LAST = timedelta(hours=26)
# Upper bounds in seconds of the classes in which the times of answers are counted.
LATENCY_BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True)
class RowCounts:
    """Rows of one reading: read (as Meta sent them), changed (new ones included), removed, quarantined (whole, or one
    value each), and those that are known and were left out, until they are settled. why_unreadable: of the quarantined,
    in words."""

    rows_read: int = 0
    rows_changed: int = 0
    rows_removed: int = 0
    rows_quarantined: int = 0
    rows_doubtful: int = 0
    why_unreadable: str = ""

    def __add__(self, other: "RowCounts") -> "RowCounts":
        return RowCounts(
            self.rows_read + other.rows_read,
            self.rows_changed + other.rows_changed,
            self.rows_removed + other.rows_removed,
            self.rows_quarantined + other.rows_quarantined,
            self.rows_doubtful + other.rows_doubtful,
            self.why_unreadable or other.why_unreadable,
        )


@dataclass
class ApiTraffic:
    """What an account's reading cost: calls, bytes on the wire after decompression, retries, seconds waited.

    answers: "GET 200" → how many, "GET none" where nothing came back; answer_seconds: until they were whole, in all;
    latencies: the smallest of LATENCY_BOUNDS that an answer stayed below, as text → how many.
    """

    calls: int = 0
    bytes: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    answer_seconds: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    latencies: Counter[str] = field(default_factory=Counter)

    def count_answer(self, method: str, status: int | None, seconds: float) -> None:
        """Count one answer; status None where none came."""
        self.answers[f"{method} {status or 'none'}"] += 1
        self.answer_seconds += seconds
        self.latencies[next((str(one) for one in LATENCY_BOUNDS if seconds <= one), "+Inf")] += 1

    def copy(self) -> "ApiTraffic":
        """The counts of this moment."""
        return replace(self, answers=Counter(self.answers), latencies=Counter(self.latencies))

    def since(self, before: "ApiTraffic") -> "ApiTraffic":
        """The difference to an earlier copy."""
        return ApiTraffic(
            self.calls - before.calls,
            self.bytes - before.bytes,
            self.retries - before.retries,
            self.waited_seconds - before.waited_seconds,
            self.answer_seconds - before.answer_seconds,
            self.answers - before.answers,
            self.latencies - before.latencies,
        )


@dataclass
class AccountReport:
    """What became of one account in one run; failures are data, never an exception.

    notes: what this account or its API does not offer (a breakdown, the activity log), one sentence each.
    """

    account_id: str
    started_at: datetime
    status: AccountStatus = "done"
    error_kind: str | None = None
    error: str | None = None
    notes: list[str] = field(default_factory=list)
    days: DayRange | None = None
    applied: RowCounts = field(default_factory=RowCounts)
    traffic: ApiTraffic = field(default_factory=ApiTraffic)
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
