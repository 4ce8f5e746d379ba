"""How far the days of an answer are read, and what the answer may then say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Plan, RelativePeriod
from fbads_pipeline.domain.chat.result import ChatAccount, Result
from fbads_pipeline.domain.chat.weekdays import count_of_days, days_on
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import Coverage

# A range of days as PostgreSQL writes it, its end not included.
_RANGE = re.compile(r"\[(\d{4}-\d\d-\d\d),(\d{4}-\d\d-\d\d)\)")


@dataclass(frozen=True)
class CoveredDays:
    """One account's days of a period that have come. missing: those that were not read well, oldest first; asked: how
    many of the days the question is about, which may be about some days of the week."""

    account: ChatAccount
    days: DayRange
    missing: tuple[DayRange, ...]
    asked: int

    @property
    def coverage(self) -> Coverage:
        """Of this account alone."""
        return Coverage(self.asked, ((self.account.account_id, self.missing),) if self.missing else ())


@dataclass(frozen=True)
class AnswerCoverage:
    """Coverage of the days of a plan, and of those that they are compared with, at the level of the answer's rows.

    result: the rows that it was made of, one per account.
    """

    result: Result
    days: tuple[CoveredDays, ...]
    days_before: tuple[CoveredDays, ...] = ()

    @property
    def now(self) -> Coverage:
        """Of the plan's days."""
        return _summed(self.days)

    @property
    def before(self) -> Coverage | None:
        """Of the days that they are compared with; None where nothing is compared."""
        return _summed(self.days_before) if self.days_before else None

    @property
    def is_complete(self) -> bool:
        """Whether every day was read, also of those that are compared with; only then is anything compared."""
        return not any(one.missing for one in (*self.days, *self.days_before))

    @property
    def is_unread(self) -> bool:
        """Whether no day at all was read: there is no figure to show."""
        return bool(self.days) and self.now.read == 0

    @property
    def is_of_breakdown(self) -> bool:
        """Whether it is of rows by a breakdown, which are read less often than plain ones."""
        return "breakdown" in self.result.query.parameters

    @property
    def is_begun(self) -> bool:
        """Whether some day was read while it was not over yet."""
        return any(row["newest_read_at"] is not None for row in self.result.rows)

    @property
    def doubtful(self) -> int:
        """Account-days whose newest reading was no good one, so that the figures of the one before it stand."""
        return sum(row["days_doubtful"] for row in self.result.rows)

    @property
    def gap(self) -> DayRange | None:
        """The shortest range that holds every day of either side that was not read."""
        gaps = [days for one in (*self.days, *self.days_before) for days in one.missing]
        return DayRange(min(one.since for one in gaps), max(one.until for one in gaps)) if gaps else None

    @property
    def today_read_at(self) -> tuple[datetime, str] | None:
        """Where the days hold today: until when it is read, of the account that lies furthest back, and its zone."""
        read_at = {row["account"]: row["today_read_at"] for row in self.result.rows}
        read = [
            (at, one.account.timezone_name)
            for one in self.days
            if one.days.until == one.account.today and (at := read_at.get(one.account.account_id)) is not None
        ]
        return min(read, default=None)

    @property
    def complete_accounts(self) -> frozenset[str]:
        """The accounts of which every day was read."""
        return frozenset(one.account.account_id for one in self.days if not one.missing)


@dataclass(frozen=True)
class CoveredFigures:
    """The rows of a plan, and how far its days are read."""

    result: Result
    coverage: AnswerCoverage


def days_asked(period: RelativePeriod, account: ChatAccount) -> DayRange | None:
    """The account's days of a period that have come; None where none has."""
    first, last = resolve(period, account.today)
    return DayRange(first, min(last, account.today)) if first <= account.today else None


def answer_coverage(result: Result, plan: Plan, accounts: Sequence[ChatAccount]) -> AnswerCoverage:
    """From the days that were read of each account."""
    read = {row["account"]: row for row in result.rows}
    days = (_covered(period, plan.weekdays, accounts, read) for period in (plan.period, plan.compare))
    return AnswerCoverage(result, *days)


def answerable(plan: Plan, coverage: AnswerCoverage) -> Plan | None:
    """The plan without what needs every day read: comparisons, averages per day; None where nothing is left of it."""
    if coverage.is_unread:
        return None
    if coverage.is_complete:
        return plan
    if plan.rank is not None and plan.rank.of_change:
        return None
    return replace(plan, compare=None, per_day=plan.per_day and coverage.now.is_complete)


def _covered(
    period: RelativePeriod | None,
    weekdays: Sequence[int],
    accounts: Sequence[ChatAccount],
    read: Mapping[str, Mapping[str, Any]],
) -> tuple[CoveredDays, ...]:
    found = []
    for account in accounts if period is not None else ():
        assert period is not None
        days = days_asked(period, account)
        if days is not None:
            ranges = (read.get(account.account_id) or {}).get("days_read") or ""
            missing = tuple(part for one in missing_days(days, ranges) for part in days_on(one, weekdays))
            found.append(CoveredDays(account, days, missing, count_of_days(days, weekdays)))
    return tuple(found)


def missing_days(days: DayRange, read: str) -> tuple[DayRange, ...]:
    """What the days have beside those that were read. read: ascending ranges as PostgreSQL writes them.

    >>> [str(one) for one in missing_days(DayRange(date(2026, 10, 1), date(2026, 10, 9)), "{[2026-10-02,2026-10-05)}")]
    ['2026-10-01 to 2026-10-01', '2026-10-05 to 2026-10-09']
    """
    one_day, missing, since = timedelta(days=1), [], days.since
    for first, after in _RANGE.findall(read):
        begins, ends = date.fromisoformat(first), date.fromisoformat(after)
        if begins > days.until:
            break
        if begins > since:
            missing.append(DayRange(since, begins - one_day))
        since = max(since, ends)
    if since <= days.until:
        missing.append(DayRange(since, days.until))
    return tuple(missing)


def _summed(days: Sequence[CoveredDays]) -> Coverage:
    lacking = ((one.account.account_id, one.missing) for one in days if one.missing)
    return Coverage(sum(one.asked for one in days), tuple(sorted(lacking)))
