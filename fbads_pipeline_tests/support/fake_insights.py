"""Insights in memory, with the rules of the port RawStore: what was known stands until another answer decides."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import orjson

from fbads_pipeline.domain.collection.account_reports import RowCounts
from fbads_pipeline.domain.collection.doubts import GONE, DoubtfulDay, Verdict, verdict_of_figure, verdict_of_row
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.pages import (
    INSIGHT_COLUMNS,
    UNREADABLE,
    InsightRow,
    Page,
    UnreadableRow,
    reasons_of,
)
from fbads_pipeline.domain.core.days import DayRange

_IMPRESSIONS, _SPEND = INSIGHT_COLUMNS.index("impressions"), INSIGHT_COLUMNS.index("spend")
RowKey = tuple[str, str, str]  # day, object_id, breakdown_value


class ReadingDay(NamedTuple):
    """Whose reading of which day."""

    account_id: str
    grain: Grain
    day: date


@dataclass(frozen=True)
class Reading:
    """The newest reading of a day. good_at: of the newest that was read well, good_before: of those before this one;
    answered_at: of the newest that Meta answered."""

    run_id: str
    state: str
    tried_at: datetime
    rows_read: int = 0
    good_at: datetime | None = None
    good_before: datetime | None = None
    answered_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True)
class Doubt:
    """A row that did not come again: in which runs, and what was found of it last."""

    first_run: str
    last_run: str
    verdict: Verdict | None = None


class FakeInsights:
    """Rows that vanish are doubted as PostgreSQL does; rows that come without a figure are not looked at."""

    def __init__(self) -> None:
        self.readings: dict[ReadingDay, Reading] = {}
        self._rows: dict[tuple[str, Grain], dict[RowKey, InsightRow]] = defaultdict(dict)
        self._doubts: dict[tuple[str, Grain], dict[RowKey, Doubt]] = defaultdict(dict)

    def apply(
        self,
        account_id: str,
        grain: Grain,
        days: DayRange,
        pages: Iterator[Page[InsightRow]],
        run_id: str,
        at: datetime,
    ) -> RowCounts:
        rows_read, found, unreadable = 0, dict[RowKey, InsightRow](), list[UnreadableRow]()
        for page in pages:
            rows_read += len(page)
            found |= {row[:3]: row for row in page.rows}
            unreadable += page.unreadable
        known, doubts = self._rows[account_id, grain], self._doubts[account_id, grain]
        gone = [key for key in known if date.fromisoformat(key[0]) in days and key not in found]
        gone = [key for key in gone if not any(map(lambda one, key=key: _holds(one, key), unreadable))]
        doubtful = [key for key in gone if _amount(known[key])]
        for key in set(gone) - set(doubtful):
            del known[key]
        for key in doubtful:
            before = doubts.get(key, Doubt(run_id, run_id))
            doubts[key] = replace(before, last_run=run_id)
        for key in found:
            doubts.pop(key, None)
        found = {key: _with_last_good(row, known.get(key)) for key, row in found.items()}
        changed = {key: row for key, row in found.items() if known.get(key) != row}
        known |= changed
        for day in days:
            is_unreadable = any(one.day in (day, None) for one in unreadable)
            is_doubtful = any(key[0] == str(day) for key in doubtful)
            state = "unreadable" if is_unreadable else "doubtful" if is_doubtful else "read"
            count = sum(1 for key in found if key[0] == str(day))
            error = _error([one for one in unreadable if one.day in (day, None)])
            self.record(ReadingDay(account_id, grain, day), run_id, state, at, count, error=error)
        counts = (rows_read, len(changed), len(gone) - len(doubtful), len(unreadable), len(doubtful))
        return RowCounts(*counts, reasons_of(unreadable))

    def record(
        self, of: ReadingDay, run_id: str, state: str, at: datetime, rows_read: int = 0, *, error: str | None = None
    ) -> None:
        before = self.readings.get(of)
        good_before = before.good_at if before else None
        good_at = at if state == "read" else good_before
        answered_at = at if state != "failed" else before and before.answered_at
        self.readings[of] = Reading(run_id, state, at, rows_read, good_at, good_before, answered_at, error)

    def settle(self, account_id: str, run_id: str) -> tuple[RowCounts, list[DoubtfulDay]]:
        verdicts = {
            (grain, key): self._verdict(account_id, grain, key, doubt)
            for (account, grain), doubts in self._doubts.items()
            for key, doubt in doubts.items()
            if account == account_id and doubt.last_run == run_id
        }
        for (grain, key), verdict in verdicts.items():
            doubts = self._doubts[account_id, grain]
            doubts[key] = replace(doubts[key], verdict=verdict)
            if verdict in GONE:
                del self._rows[account_id, grain][key], doubts[key]
        removed = sum(1 for verdict in verdicts.values() if verdict in GONE)
        days = list(self._doubtful_days(account_id, run_id))
        return RowCounts(rows_removed=removed, rows_doubtful=-removed), sorted(days)

    def _doubtful_days(self, account_id: str, run_id: str) -> Iterator[DoubtfulDay]:
        for of, reading in list(self.readings.items()):
            if of.account_id != account_id or reading.run_id != run_id:
                continue
            doubts = self._doubts[account_id, of.grain]
            missing = sum(1 for key, doubt in doubts.items() if key[0] == str(of.day) and doubt.last_run == run_id)
            is_empty = reading.state == "read" and not self._of_day(of) and any(self._others(of))
            if missing or is_empty:
                self.readings[of] = replace(reading, state="doubtful", good_at=reading.good_before)
                yield DoubtfulDay(of.grain, of.day, missing)
            elif reading.state == "doubtful":
                self.readings[of] = replace(reading, state="read", good_at=reading.tried_at)

    def _verdict(self, account_id: str, grain: Grain, key: RowKey, doubt: Doubt) -> Verdict:
        of = ReadingDay(account_id, grain, date.fromisoformat(key[0]))
        doubts = self._doubts[account_id, grain]
        came = _total(row for one, row in self._of_day(of).items() if one not in doubts)
        amount = _amount(self._rows[account_id, grain][key])
        figures = [verdict_of_figure(amount, came, list(self._others(of)))] if amount else []
        return verdict_of_row(figures, before=doubt.verdict, is_later_run=doubt.first_run != doubt.last_run)

    def _others(self, of: ReadingDay) -> Iterator[Decimal]:
        """Totals of the other plain levels that are read well and have delivery."""
        for other, reading in self.readings.items():
            is_other = (other.account_id, other.day) == (of.account_id, of.day) and not other.grain.breakdown
            is_other = is_other and other.grain != of.grain and reading.state == "read"
            if of.grain.breakdown:
                is_other = is_other and other.grain.level in ("account", "campaign")
            else:
                is_other = is_other and reading.run_id == self.readings[of].run_id
            if is_other and (total := _total(self._of_day(other).values())):
                yield total

    def _of_day(self, of: ReadingDay) -> dict[RowKey, InsightRow]:
        return {key: row for key, row in self._rows[of.account_id, of.grain].items() if key[0] == str(of.day)}


def _holds(unreadable: UnreadableRow, key: RowKey) -> bool:
    if unreadable.day is None or str(unreadable.day) != key[0]:
        return unreadable.day is None
    is_clear = unreadable.object_id is not None and unreadable.breakdown_value is not None
    return not is_clear or (unreadable.object_id, unreadable.breakdown_value) == key[1:]


def _amount(row: Sequence[str | None]) -> Decimal:
    return Decimal(row[_IMPRESSIONS] or row[_SPEND] or 0)


def _total(rows: Iterable[Sequence[str | None]]) -> Decimal:
    return sum((Decimal(row[_IMPRESSIONS] or 0) for row in rows), Decimal())


def _with_last_good(row: InsightRow, known: InsightRow | None) -> InsightRow:
    """The row with the last good figures in the place of those that could not be read: of numbers, not of actions."""
    names = orjson.loads(row[INSIGHT_COLUMNS.index(UNREADABLE)] or "[]")
    if not names:
        return row
    before = dict(zip(INSIGHT_COLUMNS, known or (None,) * len(row), strict=True))
    kept = dict(zip(INSIGHT_COLUMNS, row, strict=True)) | {name: before[name] for name in names}
    still = [name for name in names if kept[name] is None]
    return tuple((kept | {UNREADABLE: orjson.dumps(still).decode() if still else None}).values())


def _error(unreadable: Sequence[UnreadableRow]) -> str | None:
    values = [one for one in unreadable if one.is_value]
    said = ["rows could not be read"] if len(values) < len(unreadable) else []
    return "; ".join([*said, *([f"values could not be read: {reasons_of(values)}"] if values else [])]) or None
