"""Fakes of collecting: a Marketing API and a raw store in memory. They implement the ports; tests read their lists."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

from fbads_pipeline.domain.collection.account_reports import ApiTraffic, RowCounts
from fbads_pipeline.domain.collection.levels import Grain, ObjectKind
from fbads_pipeline.domain.collection.pages import OBJECT_ROWS, RAW_FIGURES, InsightRow, ObjectRow, Page
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange


class FakeAds:
    """fails: (account, what) → errors to raise, one per call, before it answers; what: a level or a kind."""

    def __init__(self, accounts: Sequence[Account] = (), hidden: Sequence[Account] = ()) -> None:
        self.seen, self.hidden = list(accounts), list(hidden)
        self.fails: dict[tuple[str, str], list[Exception]] = defaultdict(list)
        self.asked: list[tuple[str, str, DayRange | None]] = []
        self.by_id = set[str]()

    def traffic(self, account_id: str) -> ApiTraffic:
        return ApiTraffic(calls=sum(1 for one in self.asked if one[0] == account_id))

    def accounts(self) -> list[Account]:
        return self.seen

    def account(self, account_id: str) -> Account:
        self._fail(account_id, "account itself")
        return next(one for one in self.hidden if one.account_id == account_id)

    def insights(self, account_id: str, grain: Grain, days: DayRange) -> Iterator[Page[object]]:
        self.asked.append((account_id, str(grain), days))
        self._fail(account_id, str(grain))
        yield Page([an_insight_row(days.since)])

    def objects(self, account_id: str, kind: str) -> Iterator[Page[object]]:
        self.asked.append((account_id, f"{kind}s", None))
        self._fail(account_id, f"{kind}s")
        yield Page([])

    def activities(self, account_id: str, days: DayRange) -> Iterator[Page[object]]:
        self.asked.append((account_id, "activities", days))
        self._fail(account_id, "activities")
        yield Page([])

    def custom_conversions(self, account_id: str) -> Iterator[Page[object]]:
        self.asked.append((account_id, "custom conversions", None))
        self._fail(account_id, "custom conversions")
        yield Page([])

    def objects_by_id(self, kind: str, ids: Sequence[str], *, account_id: str) -> Page[ObjectRow]:
        self.asked.append((account_id, f"{kind}s by id", None))
        shown = [one for one in ids if one in self.by_id]
        return Page([an_object_row(kind, one) for one in shown])

    def _fail(self, account_id: str, what: str) -> None:
        if self.fails[account_id, what]:
            raise self.fails[account_id, what].pop(0)


class FakeRaw:
    """applied: what landed; failures: readings that were recorded as failed; busy: accounts that another run holds."""

    def __init__(self) -> None:
        self.saved: list[Account] = []
        self.applied: list[tuple[str, str]] = []
        self.failures: list[tuple[str, str, str]] = []
        self.saved_reports: dict[str, dict[str, object]] = {}
        self.busy: set[str] = set()
        self.missing: dict[tuple[str, str], list[str]] = {}
        self.unknown: list[str] = []
        self.readings: dict[str, dict[object, datetime]] = {}
        self.quarantined = 0
        self.read_at: dict[str, datetime | None] = {}

    @contextmanager
    def lock_account(self, account_id: str) -> Iterator[bool]:
        yield account_id not in self.busy

    def save_accounts(self, accounts: Sequence[Account], read_at: datetime) -> None:
        self.saved = list(accounts)

    def known_accounts(self) -> list[Account]:
        return self.saved

    def last_readings(self, account_id: str, days: DayRange, levels: Sequence[str]) -> dict[object, datetime]:
        return self.readings.get(account_id, {})

    def apply_insights(self, account_id, grain, days, pages, *, run_id, read_at) -> RowCounts:
        rows = sum(len(page) for page in pages)
        self.applied.append((account_id, str(grain)))
        return RowCounts(rows, rows, 0, self.quarantined)

    def apply_objects(self, account_id, kind, pages, *, read_at) -> RowCounts:
        rows = sum(len(page) for page in pages)
        self.applied.append((account_id, f"{kind}s"))
        return RowCounts(rows, rows)

    def apply_activities(self, account_id, pages, *, read_at) -> RowCounts:
        return self._apply(account_id, "activities", pages)

    def apply_custom_conversions(self, account_id, pages, *, read_at) -> RowCounts:
        return self._apply(account_id, "custom conversions", pages)

    def _apply(self, account_id, what, pages) -> RowCounts:
        rows = sum(len(page) for page in pages)
        self.applied.append((account_id, what))
        return RowCounts(rows, rows)

    def missing_objects(self, account_id: str, kind: str) -> list[str]:
        return self.missing.get((account_id, kind), [])

    def mark_unknown(self, account_id: str, kind: str, ids: Sequence[str], *, read_at: datetime) -> None:
        self.unknown += ids

    def record_failure(self, account_id, grain, days, error, *, run_id, read_at) -> None:
        self.failures.append((account_id, str(grain), error))

    def save_report(self, run_id: str, report) -> None:
        self.saved_reports[report.account_id] = report.as_row()

    def reports(self, run_id: str) -> list[dict[str, object]]:
        return list(self.saved_reports.values())

    def stale_accounts(self, read_before: datetime) -> dict[str, datetime | None]:
        return {key: at for key, at in self.read_at.items() if at is None or at < read_before}

    def control_mismatches(self, run_id: str, now: datetime) -> list[dict[str, str]]:
        return []


class FakeClock:
    """Always the same instant, until told another."""

    def __init__(self, instant: datetime = datetime(2026, 11, 10, 12, tzinfo=UTC)) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


def an_account(account_id: str = "1", zone: str = "America/Sao_Paulo", currency: str = "BRL") -> Account:
    """An account of which only what the test says matters."""
    return Account(account_id, f"account {account_id}", currency, zone)


def an_insight_row(day: date, object_id: str = "7") -> InsightRow:
    """A campaign's row with every figure reported."""
    figures = {"count": 1, "decimal": Decimal("1.50"), "actions": "[]"}
    return InsightRow(day, object_id, "", object_id, None, None, "BRL", tuple(figures[one.type] for one in RAW_FIGURES))


def an_object_row(kind: ObjectKind, object_id: str) -> ObjectRow:
    """An object of which only its id is known."""
    columns = OBJECT_ROWS[kind]._fields
    return OBJECT_ROWS[kind]._make(object_id if name == f"{kind}_id" else None for name in columns)
