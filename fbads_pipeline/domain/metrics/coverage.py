"""How far a period is read: a day that was never read is not a day without spend."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.messages import Days, Joined, Message, message


@dataclass(frozen=True)
class Coverage:
    """The account-days of a period, and those of them that were not read well.

    asked: account-days of the period that have come; missing: per account id the ranges of its days that were not read,
    oldest first, without accounts that lack none; not_collected: the level of the figures where the settings leave it
    out, else empty: no backfill would read it.
    """

    asked: int
    missing: tuple[tuple[str, tuple[DayRange, ...]], ...] = ()
    not_collected: str = ""

    @property
    def unread(self) -> int:
        """Account-days that were not read."""
        return sum(len(days) for _, ranges in self.missing for days in ranges)

    @property
    def read(self) -> int:
        """Account-days that were read."""
        return self.asked - self.unread

    @property
    def is_complete(self) -> bool:
        """Whether every account-day was read; a comparison, a suggestion or an all-clear needs it."""
        return not self.missing

    @property
    def gap(self) -> DayRange | None:
        """The shortest range that holds every day that some account lacks: what a backfill would read."""
        if self.not_collected:
            return None
        ranges = [days for _, ranges in self.missing for days in ranges]
        return DayRange(min(one.since for one in ranges), max(one.until for one in ranges)) if ranges else None

    def of_days(self, days: DayRange) -> "Coverage":
        """Of one account: the part of the period that these days are, all of which have come."""
        clipped = [
            (account_id, tuple(part for one in ranges if (part := one.clip(days)) is not None))
            for account_id, ranges in self.missing
        ]
        return Coverage(len(days), tuple(one for one in clipped if one[1]), self.not_collected)

    def note(self) -> Message | None:
        """ "9 de 28 dias lidos", with the days that lack, or that the level is not collected; None where none lacks."""
        if self.is_complete:
            return None
        if self.not_collected and not self.read:
            return message("coverage.level_not_collected", level=self.not_collected)
        read, asked = str(self.read), str(self.asked)
        if len(self.missing) > 1:
            return message("coverage.accounts_incomplete", read=read, asked=asked, accounts=str(len(self.missing)))
        newest = self.missing[0][1][-3:]
        days = Joined(tuple(Days(one.since, one.until) for one in newest), "; ")
        return message("coverage.days_read", read=read, asked=asked, days=days)


@dataclass(frozen=True)
class AccountCoverage:
    """How many of an account's last complete days were read. gap: the shortest range that holds the others."""

    account_id: str
    name: str | None
    asked: int
    read: int
    gap: DayRange | None


@dataclass(frozen=True)
class AccountDays:
    """One account's part of a period. days: those that have come, None where none has; unread: those of them that were
    not read well."""

    account_id: str
    currency: str | None
    days: DayRange | None
    unread: frozenset[date]

    @property
    def is_complete(self) -> bool:
        """Whether every day was read."""
        return not self.unread

    @property
    def is_read(self) -> bool:
        """Whether any day was read: without one there is no figure, not even zero."""
        return self.days is not None and len(self.unread) < len(self.days)


def coverage_of_accounts(accounts: Iterable[AccountDays]) -> Coverage:
    """Of them all, each with days of its own."""
    found = list(accounts)
    asked = sum(len(one.days) for one in found if one.days is not None)
    return coverage_of(asked, [(one.account_id, day) for one in found for day in one.unread])


def coverage_of(asked: int, unread: Iterable[tuple[str, date]], *, not_collected: str = "") -> Coverage:
    """From single account-days that were not read, in any order."""
    by_account: dict[str, list[date]] = {}
    for account_id, day in unread:
        by_account.setdefault(account_id, []).append(day)
    ranges = tuple((account_id, ranges_of(sorted(days))) for account_id, days in sorted(by_account.items()))
    return Coverage(asked, ranges, not_collected)


def ranges_of(days: Sequence[date]) -> tuple[DayRange, ...]:
    """Ascending days as the ranges that they form."""
    ranges: list[DayRange] = []
    for day in days:
        if ranges and ranges[-1].until == day - timedelta(days=1):
            ranges[-1] = DayRange(ranges[-1].since, day)
        else:
            ranges.append(DayRange(day, day))
    return tuple(ranges)
