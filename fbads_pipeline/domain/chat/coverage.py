"""How far the days of an answer are read, and what the answer may then say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.chat.result import Result
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import Coverage


@dataclass(frozen=True)
class AnswerCoverage:
    """Coverage of the days of a plan, and of those that they are compared with, at the level of the answer's rows.

    result: the rows of both, one per account and side (now, before).
    """

    result: Result
    now: Coverage
    before: Coverage | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every day was read, also of those that are compared with; only then is anything compared."""
        return self.now.is_complete and (self.before is None or self.before.is_complete)

    @property
    def is_unread(self) -> bool:
        """Whether no day at all was read: there is no figure to show."""
        return self.now.asked > 0 and self.now.read == 0

    @property
    def is_begun(self) -> bool:
        """Whether some day was read while it was not over yet."""
        return any(row["newest_read_at"] is not None for row in self.of("now"))

    @property
    def gap(self) -> DayRange | None:
        """The shortest range that holds every day of either side that was not read."""
        gaps = [one.gap for one in (self.now, self.before) if one is not None and one.gap is not None]
        return DayRange(min(one.since for one in gaps), max(one.until for one in gaps)) if gaps else None

    @property
    def today_read_at(self) -> tuple[datetime, str] | None:
        """Where the days hold today: until when it is read, of the account that lies furthest back, and its zone."""
        read = [(row["today_read_at"], row["timezone_name"] or "UTC") for row in self.of("now") if row["today_read_at"]]
        return min(read, default=None)

    @property
    def complete_accounts(self) -> frozenset[str]:
        """The accounts of which every day was read."""
        incomplete = {row["account"] for row in self.result.rows if row["missing"]}
        return frozenset(row["account"] for row in self.result.rows) - incomplete

    def of(self, side: str) -> list[Mapping[str, Any]]:
        """The rows of one side."""
        return [row for row in self.result.rows if row["side"] == side]


@dataclass(frozen=True)
class CoveredFigures:
    """The rows of a plan, and how far its days are read."""

    result: Result
    coverage: AnswerCoverage


def answer_coverage(result: Result) -> AnswerCoverage:
    """From the rows of the query for coverage."""
    sides = {side: [row for row in result.rows if row["side"] == side] for side in ("now", "before")}
    return AnswerCoverage(result, summed(sides["now"]), summed(sides["before"]) if sides["before"] else None)


def summed(rows: Iterable[Mapping[str, Any]]) -> Coverage:
    """Coverage of several rows together."""
    rows = list(rows)
    missing = {row["account"]: tuple(_range(one) for one in row["missing"]) for row in rows if row["missing"]}
    return Coverage(sum(row["days_asked"] for row in rows), tuple(sorted(missing.items())))


def answerable(plan: Plan, coverage: AnswerCoverage) -> Plan | None:
    """The plan without what needs every day read: comparisons, averages per day; None where nothing is left of it."""
    if coverage.is_unread:
        return None
    if coverage.is_complete:
        return plan
    if plan.rank is not None and plan.rank.of_change:
        return None
    return replace(plan, compare=None, per_day=plan.per_day and coverage.now.is_complete)


def _range(days: list[str]) -> DayRange:
    first, last = (date.fromisoformat(day) for day in days)
    return DayRange(first, last)
