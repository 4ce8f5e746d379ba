"""Fakes of collecting: a Marketing API and a raw store in memory. They implement the ports; tests read their lists."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Lock

from fbads_pipeline.domain.collection.account_reports import ApiTraffic, RowCounts
from fbads_pipeline.domain.collection.control_totals import ControlMismatch
from fbads_pipeline.domain.collection.doubts import DoubtfulDay, UnreadDay
from fbads_pipeline.domain.collection.levels import LEVELS, Grain, ObjectKind
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError
from fbads_pipeline.domain.collection.pages import (
    INSIGHT_COLUMNS,
    OBJECT_ROWS,
    RAW_FIGURES,
    FoundObjects,
    InsightRow,
    ObjectRow,
    Page,
)
from fbads_pipeline.domain.collection.pixels import PIXELS_LAST, PixelReading, PixelsDue
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange, DayReading
from fbads_pipeline.domain.recommendations.inbox.meta_recommendations import RECOMMENDATIONS_LAST, MetaRecommendations
from fbads_pipeline_tests.support.fake_insights import FakeInsights, ReadingDay

_CAMPAIGN = Grain("campaign")


class FakeAds:
    """fails: (account, what) → errors to raise, one per call, before it answers; what: a level or a kind."""

    def __init__(self, accounts: Sequence[Account] = (), hidden: Sequence[Account] = ()) -> None:
        self.seen, self.hidden = list(accounts), list(hidden)
        self.fails: dict[tuple[str, str], list[Exception]] = defaultdict(list)
        self.asked: list[tuple[str, str, DayRange | None]] = []
        self.by_id = set[str]()
        self.refused, self.unanswered = dict[str, str](), dict[str, str]()

    def traffic(self, account_id: str) -> ApiTraffic:
        return ApiTraffic(calls=sum(1 for one in self.asked if one[0] == account_id))

    def accounts(self) -> list[Account]:
        return self.seen

    def account(self, account_id: str) -> Account:
        self._fail(account_id, "account itself")
        return self._known(account_id)

    def insights(self, account_id: str, grain: Grain, days: DayRange) -> Iterator[Page[object]]:
        self.asked.append((account_id, str(grain), days))
        self._fail(account_id, str(grain))
        self._known(account_id)
        object_id = account_id if grain.level == "account" else "7"
        yield Page([an_insight_row(days.since, object_id, grain)])

    def objects(self, account_id: str, kind: str, statuses: Sequence[str] = ()) -> Iterator[Page[object]]:
        what = f"{kind}s with problems" if statuses else f"{kind}s"
        self.asked.append((account_id, what, None))
        self._fail(account_id, what)
        yield Page([])

    def activities(self, account_id: str, days: DayRange) -> Iterator[Page[object]]:
        self.asked.append((account_id, "activities", days))
        self._fail(account_id, "activities")
        yield Page([])

    def creatives(self, account_id: str) -> Iterator[Page[object]]:
        self.asked.append((account_id, "creatives", None))
        self._fail(account_id, "creatives")
        yield Page([])

    def custom_conversions(self, account_id: str) -> Iterator[Page[object]]:
        self.asked.append((account_id, "custom conversions", None))
        self._fail(account_id, "custom conversions")
        yield Page([])

    def pixels(self, account_id: str, due: PixelsDue, *, now: datetime) -> PixelReading:
        self.asked.append((account_id, "pixels", None))
        self._fail(account_id, "pixels")
        return PixelReading([])

    def recommendations(self, account_id: str) -> MetaRecommendations:
        self.asked.append((account_id, "recommendations", None))
        self._fail(account_id, "recommendations")
        return MetaRecommendations()

    def objects_by_id(self, kind: str, ids: Sequence[str], *, account_id: str) -> FoundObjects:
        self.asked.append((account_id, f"{kind}s by id", None))
        shown = [one for one in ids if one in self.by_id]
        refused, unanswered = ({one: why[one] for one in ids if one in why} for why in (self.refused, self.unanswered))
        return FoundObjects(Page([an_object_row(kind, one) for one in shown]), refused, unanswered)

    def _known(self, account_id: str) -> Account:
        for one in (*self.seen, *self.hidden):
            if one.account_id == account_id:
                return one
        raise PermanentMetaError("unknown account", code=100)

    def _fail(self, account_id: str, what: str) -> None:
        if self.fails[account_id, what]:
            raise self.fails[account_id, what].pop(0)


class FakeRaw:
    """The port RawStore in memory.

    applied: (account, what) of every reading that was stored; failures: readings that were recorded as failed. A test
    sets busy (accounts that another run holds), missing (objects that no edge showed), quarantined (rows of every
    reading that cannot be read), mismatches (of every run), and readings or read_at, which
    replace what was read until then.
    """

    def __init__(self) -> None:
        self.saved: list[Account] = []
        self.applied: list[tuple[str, str]] = []
        self.failures: list[tuple[str, str, str]] = []
        self.saved_reports: dict[str, dict[str, object]] = {}
        self.busy: set[str] = set()
        self.missing: dict[tuple[str, str], list[str]] = {}
        self.unknown: list[str] = []
        self.no_zones = frozenset[str]()
        self.stale: dict[str, tuple[date, datetime]] = {}
        self.readings: dict[str, dict[object, datetime]] = {}
        self.quarantined = 0
        self.mismatches: list[ControlMismatch] = []
        self.pixels_asked: dict[str, datetime] = {}
        self.recommendations_asked: dict[str, datetime] = {}
        self.read_at: dict[str, datetime | None] = {}
        self._insights = FakeInsights()
        self._stored: dict[tuple[str, str], dict[str, object]] = defaultdict(dict)
        self._runs: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
        self._held: set[str] = set()
        self._lock = Lock()

    @contextmanager
    def lock_account(self, account_id: str) -> Iterator[bool]:
        with self._lock:
            is_free = account_id not in self.busy | self._held
            self._held |= {account_id} if is_free else set()
        try:
            yield is_free
        finally:
            if is_free:
                self._held.discard(account_id)

    def save_accounts(self, accounts: Sequence[Account], read_at: datetime) -> None:
        self.saved = list({one.account_id: one for one in (*self.saved, *accounts)}.values())

    def known_accounts(self) -> list[Account]:
        return self.saved

    def mark_stale(self, account_ids: Sequence[str], since: date, *, read_at: datetime) -> None:
        self.stale.update({one: (since, read_at) for one in account_ids if one not in self.stale})

    def unknown_zones(self, names) -> frozenset[str]:
        return self.no_zones.intersection(names)

    def last_readings(self, account_id: str, days: DayRange, levels: Sequence[str]) -> dict[object, datetime]:
        if account_id in self.readings:
            return self.readings[account_id]
        return self._oldest("good_at", account_id, days, levels)

    def last_answers(self, account_id: str, days: DayRange, levels: Sequence[str]) -> dict[object, datetime]:
        if account_id in self.readings:
            return self.readings[account_id]
        return self._oldest("answered_at", account_id, days, levels)

    def day_readings(self, account_id: str, days: DayRange, levels: Sequence[str]) -> dict[date, DayReading]:
        good = self._oldest("good_at", account_id, days, levels)
        tried = self._oldest("tried_at", account_id, days, levels)
        return {day: DayReading(at, good.get(day)) for day, at in tried.items()}

    def _oldest(self, instant: str, account_id: str, days: DayRange, levels: Sequence[str]) -> dict[date, datetime]:
        """Day → the oldest instant of its levels' readings, where all have one."""
        found = {}
        for day in days:
            of_levels = [self._insights.readings.get(ReadingDay(account_id, Grain(one), day)) for one in levels]
            instants = [getattr(one, instant) if one else None for one in of_levels]
            if None not in instants:
                found[day] = min(instants)
        return found

    def days_not_read_well(self, since: date) -> list[UnreadDay]:
        found = [
            UnreadDay(of.account_id, of.grain, of.day, one.state, one.error)
            for of, one in self._insights.readings.items()
            if one.state != "read" and of.day >= since
        ]
        return sorted(sorted(found, key=lambda one: (one.account_id, one.grain)), key=lambda one: one.day, reverse=True)

    def apply_insights(self, account_id, grain, days, pages, *, run_id, read_at) -> RowCounts:
        pages = iter(list(pages))
        with self._lock:
            counts = self._insights.apply(account_id, grain, days, pages, run_id, read_at)
            self.applied.append((account_id, str(grain)))
        return replace(counts, rows_quarantined=counts.rows_quarantined + self.quarantined)

    def settle_doubts(self, account_id, *, run_id, read_at) -> tuple[RowCounts, list[DoubtfulDay]]:
        with self._lock:
            return self._insights.settle(account_id, run_id)

    def apply_objects(self, account_id, kind, pages, *, read_at) -> RowCounts:
        return self._apply(account_id, f"{kind}s", pages)

    def apply_activities(self, account_id, pages, *, read_at) -> RowCounts:
        return self._apply(account_id, "activities", pages, key="event_id")

    def apply_creatives(self, account_id, pages, *, read_at) -> RowCounts:
        return self._apply(account_id, "creatives", pages)

    def apply_custom_conversions(self, account_id, pages, *, read_at) -> RowCounts:
        return self._apply(account_id, "custom conversions", pages)

    def pixels_due(self, account_id, *, now) -> PixelsDue | None:
        last = self.pixels_asked.get(account_id)
        return None if last is not None and now - last < PIXELS_LAST else PixelsDue()

    def apply_pixels(self, account_id, reading, *, read_at) -> RowCounts:
        self.pixels_asked[account_id] = read_at
        self.applied.append((account_id, "pixels"))
        return RowCounts(len(reading.pixels))

    def note_pixels_refused(self, account_id, reason, *, read_at) -> None:
        self.pixels_asked[account_id] = read_at

    def recommendations_due(self, account_id, *, now) -> bool:
        last = self.recommendations_asked.get(account_id)
        return last is None or now - last >= RECOMMENDATIONS_LAST

    def apply_recommendations(self, account_id, reading, *, read_at) -> RowCounts:
        self.recommendations_asked[account_id] = read_at
        return RowCounts(len(reading.listed))

    def _apply(self, account_id, what, pages, *, key=None) -> RowCounts:
        """key: the column that tells rows apart, the first one without it."""
        read = [row for page in pages for row in page.rows]
        rows = {getattr(row, key) if key else row[0]: row for row in read}
        known = self._stored[account_id, what]
        changed = {one: row for one, row in rows.items() if known.get(one) != row}
        known |= changed
        self.applied.append((account_id, what))
        return RowCounts(len(rows), len(changed))

    def missing_objects(self, account_id: str, kind: str, *, unknown_before: datetime) -> list[str]:
        described = {*self._stored[account_id, f"{kind}s"], *self.unknown}
        return [one for one in self.missing.get((account_id, kind), []) if one not in described]

    def objects_in(self, account_id: str, kind: str, statuses: Sequence[str]) -> list[str]:
        stored = self._stored[account_id, f"{kind}s"]
        return sorted(key for key, row in stored.items() if getattr(row, "effective_status", None) in statuses)

    def mark_unknown(self, account_id: str, kind: str, ids: Sequence[str], *, read_at: datetime) -> None:
        self.unknown += ids

    def record_failure(self, account_id, grain, days, error, *, run_id, read_at) -> None:
        self.failures.append((account_id, str(grain), error))
        for day in days:
            self._insights.record(ReadingDay(account_id, grain, day), run_id, "failed", read_at, error=error)

    def save_report(self, run_id: str, report) -> None:
        self._runs[run_id][report.account_id] = report.as_row()
        self.saved_reports[report.account_id] = report.as_row()

    def reports(self, run_id: str) -> list[dict[str, object]]:
        return [row for _, row in sorted(self._runs[run_id].items())]

    def stale_accounts(self, read_before: datetime) -> dict[str, datetime | None]:
        read = {one.account_id: self._newest(one.account_id) for one in self.saved} | self.read_at
        return {key: at for key, at in read.items() if at is None or at < read_before}

    def _newest(self, account_id: str) -> datetime | None:
        read = [
            one.good_at
            for of, one in self._insights.readings.items()
            if of.account_id == account_id and not of.grain.breakdown and one.good_at
        ]
        return max(read, default=None)

    def control_mismatches(self, run_id: str, now: datetime, windows: Sequence[str]) -> list[ControlMismatch]:
        return self.mismatches


class FakeClock:
    """Always the same instant, until told another."""

    def __init__(self, instant: datetime = datetime(2026, 11, 10, 12, tzinfo=UTC)) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


def an_account(account_id: str = "1", zone: str = "America/Sao_Paulo", currency: str = "BRL") -> Account:
    """An account of which only what the test says matters."""
    return Account(account_id, f"account {account_id}", currency, zone)


def an_insight_row(day: date, object_id: str = "7", grain: Grain = _CAMPAIGN) -> InsightRow:
    """A row with every figure reported, whose parents have the same id; breakdowns have the value `x`."""
    figures = {"count": "1", "decimal": "1.50", "actions": "[]", "json": None}
    depth = LEVELS.index(grain.level)
    campaign, adset, ad = (object_id if number < depth else None for number in range(3))
    value = "x" if grain.breakdown else ""
    return (str(day), object_id, value, campaign, adset, ad, "BRL", *(figures[one.type] for one in RAW_FIGURES), None)


def insight_columns(row: InsightRow) -> dict[str, str | None]:
    """The row's values by the names of their columns."""
    return dict(zip(INSIGHT_COLUMNS, row, strict=True))


def an_object_row(kind: ObjectKind, object_id: str, account_id: str | None = None) -> ObjectRow:
    """An object of which only its id and perhaps its account are known."""
    known = {f"{kind}_id": object_id, "account_id": account_id}
    return OBJECT_ROWS[kind]._make(known.get(name) for name in OBJECT_ROWS[kind]._fields)
