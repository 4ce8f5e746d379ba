"""The schema `raw`, written: pages of typed rows → COPY → one transaction that applies the difference.

Readings of one account, level and range are copied to a temporary table first; then a single transaction makes
raw.insights equal to them: changed and new rows written, unchanged ones untouched. What is known and did not come, or
came unreadable, stands: an empty answer is a claim, which `settle_doubts` checks against the account's other levels.
The same transaction keeps the reading (raw.insight_readings), records that it happened (raw.reading_runs) and names the
days that changed (raw.changed_days), so that nobody ever sees half a day.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.collection import (
    insight_statements,
    meta_recommendations,
    object_statements,
    packing,
    pixels,
    settling,
)
from fbads_pipeline.adapters.postgres.collection.account_locks import AccountLocks
from fbads_pipeline.adapters.postgres.collection.copy_lines import COPY_INCOMING, CopyFile
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.server.write_errors import never_half
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.account_reports import AccountReport, RowCounts
from fbads_pipeline.domain.collection.control_totals import (
    READINGS_COUNT_FOR,
    ControlMismatch,
    LevelTotal,
    mismatch,
    windows_add_up,
)
from fbads_pipeline.domain.collection.doubts import DoubtfulDay, UnreadDay
from fbads_pipeline.domain.collection.levels import LEVELS, Grain, Level, ObjectKind
from fbads_pipeline.domain.collection.pages import (
    ActivityRow,
    AdCreativeRow,
    CustomConversionRow,
    InsightRow,
    ObjectRow,
    Page,
    UnreadableRow,
    reasons_of,
)
from fbads_pipeline.domain.collection.pixels import PixelReading, PixelsDue
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange, DayReading
from fbads_pipeline.domain.delivery.money_readings import MONEY_READING_LASTS
from fbads_pipeline.domain.recommendations.inbox.meta_recommendations import MetaRecommendations

SQL = Statements(__package__, "raw.sql")
_STORED = ("account_id", "name", "currency", "timezone_name", "account_status", "created_at", "country")
# Always parents first and ids in order: two levels of one account that commit side by side cannot wait in a circle.
_STUBS: dict[Level, tuple[str, ...]] = {
    "account": (),
    "campaign": ("add_campaign_stubs",),
    "adset": ("add_campaign_stubs", "add_adset_stubs"),
    "ad": ("add_campaign_stubs", "add_adset_stubs", "add_ad_stubs"),
}


class PostgresRawStore:
    """The port RawStore on PostgreSQL; safe to use from several threads at once, one connection each."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._locks = AccountLocks(engine)
        self._is_zone: dict[str, bool] = {}

    @contextmanager
    def lock_account(self, account_id: str) -> Iterator[bool]:
        """All locks of this store are held by one connection, that ends them when the process dies."""
        is_held = self._locks.take(account_id)
        try:
            yield is_held
        finally:
            if is_held:
                self._locks.give_back(account_id)

    def save_accounts(self, accounts: Sequence[Account], read_at: datetime) -> None:
        rows = [{**{name: getattr(account, name) for name in _STORED}, "collected_at": read_at} for account in accounts]
        money = [
            {name: getattr(account, name) for name in ("account_id", "currency", "account_status")}
            | vars(account.money)
            for account in accounts
            if account.money is not None
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(SQL["save_accounts"], rows)
                values = {"rows": orjson.dumps(money, default=str).decode(), "read_at": read_at}
                connection.execute(SQL["keep_money"], {**values, "kept_before": read_at - MONEY_READING_LASTS})

    def unknown_zones(self, names: Collection[str]) -> frozenset[str]:
        """Each name is tried once per store: PostgreSQL's list of zones takes longer than the trial."""
        for name in set(names) - self._is_zone.keys():
            self._is_zone[name] = self._knows_zone(name)
        return frozenset(name for name in names if not self._is_zone[name])

    def _knows_zone(self, name: str) -> bool:
        try:
            with reading(self._engine) as connection:
                connection.execute(SQL["use_zone"], {"zone": name})
        except sa.exc.DataError:
            return False
        return True

    def known_accounts(self) -> list[Account]:
        with reading(self._engine) as connection:
            return [Account(*row) for row in connection.execute(SQL["known_accounts"])]

    def mark_stale(self, account_ids: Sequence[str], since: date, *, read_at: datetime) -> None:
        values = {"accounts": list(account_ids), "levels": list(LEVELS), "since": since, "read_at": read_at}
        with self._engine.begin() as connection:
            connection.execute(SQL["mark_stale"], values)

    def last_readings(self, account_id: str, days: DayRange, levels: Sequence[Level]) -> dict[date, datetime]:
        return self._last(account_id, days, levels, ("read",))

    def last_answers(self, account_id: str, days: DayRange, levels: Sequence[Level]) -> dict[date, datetime]:
        return self._last(account_id, days, levels, ("read", "doubtful", "unreadable"))

    def _last(
        self, account_id: str, days: DayRange, levels: Sequence[Level], states: Sequence[str]
    ) -> dict[date, datetime]:
        of_levels = {"levels": list(levels), "count": len(levels), "states": list(states)}
        values = {"account": account_id, **_range(days), **of_levels}
        with reading(self._engine) as connection:
            return {row.day: row.read_at for row in connection.execute(SQL["last_readings"], values)}

    def day_readings(self, account_id: str, days: DayRange, levels: Sequence[Level]) -> dict[date, DayReading]:
        values = {"account": account_id, **_range(days), "levels": list(levels), "count": len(levels)}
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["day_readings"], values)
            return {row.day: DayReading(row.attempted_at, row.read_at) for row in rows}

    def days_not_read_well(self, since: date) -> list[UnreadDay]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["days_not_read_well"], {"since": since}).all()
        return [UnreadDay(one.account_id, Grain(one.level, one.breakdown), *one[3:]) for one in rows]

    @never_half
    def apply_insights(
        self,
        account_id: str,
        grain: Grain,
        days: DayRange,
        pages: Iterator[Page[InsightRow]],
        *,
        run_id: str,
        read_at: datetime,
    ) -> RowCounts:
        """Reads every page before raw.insights is touched: a reading that fails half-way leaves no trace."""
        values = {**_reading(account_id, grain), **_range(days), "run_id": run_id, "read_at": read_at}
        with self._engine.begin() as connection:
            connection.execute(insight_statements.CREATE_INCOMING)
            rows_read, unreadable = _copy_pages(connection, pages)
            connection.execute(SQL["analyze_incoming"])
            connection.execute(SQL["drop_repeated"])
            keep = {"keep_readings": not grain.breakdown and grain.level in insight_statements.KEPT_LEVELS}
            held = _held(unreadable, days)
            packing.unpack_days(connection, account_id, grain, days)
            changed, removed, doubtful = insight_statements.apply_incoming(connection, {**values, **keep, **held})
            _quarantine(connection, unreadable, {**_reading(account_id, grain), "run_id": run_id, "read_at": read_at})
            if changed or removed:
                for stubs in _STUBS[grain.level]:
                    connection.execute(SQL[stubs], {"account": account_id, "read_at": read_at})
                connection.execute(SQL["order_changed_days"])
                connection.execute(SQL["add_changed_days"], values)
        return RowCounts(rows_read, changed, removed, len(unreadable), doubtful, reasons_of(unreadable))

    @never_half
    def settle_doubts(self, account_id: str, *, run_id: str, read_at: datetime) -> tuple[RowCounts, list[DoubtfulDay]]:
        with self._engine.begin() as connection:
            settled = settling.settle(connection, account_id, run_id=run_id, read_at=read_at)
            if settled.changed_days:
                connection.execute(SQL["order_changed_days"])
                days = {"account": account_id, "days": settled.changed_days}
                connection.execute(settling.SQL["add_settled_days"], days)
        return settled.counts, settled.doubtful

    def apply_objects(
        self, account_id: str, kind: ObjectKind, pages: Iterator[Page[ObjectRow]], *, read_at: datetime
    ) -> RowCounts:
        """Adds and updates what the edges show; objects that no edge shows stay: insights name them."""
        return self._write(account_id, kind, object_statements.UPSERT_OBJECTS[kind], pages, read_at)

    def apply_custom_conversions(
        self, account_id: str, pages: Iterator[Page[CustomConversionRow]], *, read_at: datetime
    ) -> RowCounts:
        """Adds and updates the account's own conversions."""
        statement = object_statements.UPSERT_CUSTOM_CONVERSIONS
        return self._write(account_id, "custom_conversion", statement, pages, read_at)

    def apply_creatives(self, account_id: str, pages: Iterator[Page[AdCreativeRow]], *, read_at: datetime) -> RowCounts:
        """Adds and updates what the ads show."""
        return self._write(account_id, "creative", object_statements.UPSERT_CREATIVES, pages, read_at)

    def apply_activities(self, account_id: str, pages: Iterator[Page[ActivityRow]], *, read_at: datetime) -> RowCounts:
        """Adds the events that are not known yet."""
        return self._write(account_id, "activity", object_statements.ADD_ACTIVITIES, pages, read_at, key="event_id")

    def pixels_due(self, account_id: str, *, now: datetime) -> PixelsDue | None:
        with reading(self._engine) as connection:
            return pixels.due(connection, account_id, now)

    @never_half
    def apply_pixels(self, account_id: str, reading: PixelReading, *, read_at: datetime) -> RowCounts:
        with self._engine.begin() as connection:
            return pixels.apply(connection, account_id, reading, read_at)

    @never_half
    def note_pixels_refused(self, account_id: str, reason: str, *, read_at: datetime) -> None:
        with self._engine.begin() as connection:
            pixels.note_refused(connection, account_id, reason, read_at)

    def recommendations_due(self, account_id: str, *, now: datetime) -> bool:
        with reading(self._engine) as connection:
            return meta_recommendations.is_due(connection, account_id, now)

    @never_half
    def apply_recommendations(self, account_id: str, reading: MetaRecommendations, *, read_at: datetime) -> RowCounts:
        with self._engine.begin() as connection:
            return meta_recommendations.apply(connection, account_id, reading, read_at)

    @never_half
    def _write(
        self,
        account_id: str,
        what: str,
        statement: sa.Insert,
        pages: Iterator[Page[Any]],
        read_at: datetime,
        *,
        key: str | None = None,
    ) -> RowCounts:
        """The rows in the order of their keys (the first column, or `key`), the last of each; one transaction."""
        rows: dict[str, dict[str, object]] = {}
        unreadable: list[UnreadableRow] = []
        for page in pages:
            unreadable += page.unreadable
            for row in page.rows:
                rows[getattr(row, key) if key else row[0]] = {**row._asdict(), "collected_at": read_at}
        changed = 0
        with self._engine.begin() as connection:
            if rows:
                changed = len(connection.execute(statement, [rows[one] for one in sorted(rows)]).all())
            of_reading = {"account": account_id, "level": what, "breakdown": "", "run_id": "", "read_at": read_at}
            _quarantine(connection, unreadable, of_reading)
        return RowCounts(len(rows) + len(unreadable), changed, 0, len(unreadable))

    def missing_objects(self, account_id: str, kind: ObjectKind, *, unknown_before: datetime) -> list[str]:
        values = {"account": account_id, "unknown_before": unknown_before}
        with reading(self._engine) as connection:
            found = connection.execute(object_statements.missing_objects(kind), values)
            return list(found.scalars())

    def objects_in(self, account_id: str, kind: ObjectKind, statuses: Sequence[str]) -> list[str]:
        values = {"account": account_id, "statuses": list(statuses)}
        with reading(self._engine) as connection:
            return list(connection.execute(object_statements.objects_in(kind), values).scalars())

    def mark_unknown(self, account_id: str, kind: ObjectKind, ids: Sequence[str], *, read_at: datetime) -> None:
        """Objects that Meta no longer shows at all: insights name them, nothing else does."""
        values = {"account": account_id, "ids": list(ids), "read_at": read_at}
        with self._engine.begin() as connection:
            connection.execute(object_statements.mark_unknown(kind), values)

    def record_failure(
        self, account_id: str, grain: Grain, days: DayRange, error: str, *, run_id: str, read_at: datetime
    ) -> None:
        of_reading = {**_reading(account_id, grain), **_range(days), "run_id": run_id, "read_at": read_at}
        with self._engine.begin() as connection:
            connection.execute(SQL["record_failure"], {**of_reading, "error": error[:500]})

    def save_report(self, run_id: str, report: AccountReport) -> None:
        with self._engine.begin() as connection:
            connection.execute(SQL["save_report"], {"run_id": run_id, **_report_values(report)})

    def reports(self, run_id: str) -> list[dict[str, Any]]:
        """The rows of ops.collect_runs of one run, ordered by account."""
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(SQL["reports"], {"run_id": run_id}).mappings()]

    def stale_accounts(self, read_before: datetime) -> dict[str, datetime | None]:
        """Accounts whose last good reading is older than that instant → when it was, None where there was none."""
        values = {"read_before": read_before, "first_day": (read_before - READINGS_COUNT_FOR).date()}
        with reading(self._engine) as connection:
            return {row.account_id: row.read_at for row in connection.execute(SQL["stale_accounts"], values)}

    def control_mismatches(self, run_id: str, now: datetime, windows: Sequence[str]) -> list[ControlMismatch]:
        rules = {"levels": list(LEVELS), "windows": list(windows), "windows_add_up": windows_add_up(windows)}
        with reading(self._engine) as connection:
            differences = connection.execute(SQL["level_differences"], {"run_id": run_id, "now": now, **rules})
            found = [_mismatch(row) for row in differences]
        return [one for one in found if one]


def _mismatch(row: sa.Row[Any]) -> ControlMismatch | None:
    of_day = (row.account_id, row.day, row.figure, row.action_type)
    above = LevelTotal(*of_day, row.level_above, row.total_above, row.row_count_above)
    below = LevelTotal(*of_day, row.level_below, row.total_below, row.row_count_below)
    return mismatch(above, below, minutes=float(row.minutes))


def _copy_pages(connection: sa.Connection, pages: Iterator[Page[InsightRow]]) -> tuple[int, list[UnreadableRow]]:
    """Copies them to `incoming`; returns how many rows came, and those that could not be read."""
    rows_read, unreadable = 0, list[UnreadableRow]()
    cursor: Any = connection.connection.cursor()
    for page in pages:
        rows_read += len(page)
        unreadable += page.unreadable
        if page.rows:
            cursor.copy_expert(COPY_INCOMING, CopyFile(page.rows))
        del page  # a page is large: nobody holds it while the next one is under way
    return rows_read, unreadable


def _quarantine(connection: sa.Connection, rows: Sequence[UnreadableRow], of_reading: dict[str, object]) -> None:
    """`level` says what the rows were, also where they are no insights."""
    if rows:
        values = [{**of_reading, "day": one.day, "reason": one.reason, "payload": one.payload} for one in rows]
        connection.execute(SQL["quarantine"], values)


def _held(unreadable: Sequence[UnreadableRow], days: DayRange) -> dict[str, list[Any]]:
    """What stands because of rows that could not be read: their keys, or the whole day where a key is not known; a row
    without a day may be of any day of the reading. And what is said of these days, and of those of single values."""
    rows = [one for one in unreadable if not one.is_value]
    keys = {(one.day, one.object_id, one.breakdown_value) for one in rows}
    known = [key for key in keys if None not in key]
    unclear = {one.day for one in rows if None in (one.day, one.object_id, one.breakdown_value)}
    unclear_days = set(days) if None in unclear else unclear
    errors: dict[Any, str] = {}
    values = [one for one in unreadable if one.is_value]
    for day in {one.day for one in values}:
        errors[day] = "values could not be read: " + reasons_of(one for one in values if one.day == day)
    for day in unclear_days | {day for day, _, _ in known}:
        errors[day] = "; ".join(["rows could not be read", *filter(None, [errors.get(day)])])
    return {
        "held_days": [day for day, _, _ in known],
        "held_objects": [object_id for _, object_id, _ in known],
        "held_values": [value for _, _, value in known],
        "unclear_days": list(unclear_days),
        "unreadable_days": list(errors),
        "unreadable_errors": list(errors.values()),
    }


def _reading(account_id: str, grain: Grain) -> dict[str, object]:
    return {"account": account_id, "level": grain.level, "breakdown": grain.breakdown}


def _range(days: DayRange) -> dict[str, object]:
    return {"since": days.since, "until": days.until}


def _report_values(report: AccountReport) -> dict[str, Any]:
    counts, traffic = report.applied, report.traffic
    return {
        "account_id": report.account_id,
        "status": report.status,
        "error_kind": report.error_kind,
        "error": report.error,
        "since": report.days.since if report.days else None,
        "until": report.days.until if report.days else None,
        "calls": traffic.calls,
        "bytes": traffic.bytes,
        "retries": traffic.retries,
        "waited_seconds": round(traffic.waited_seconds, 3),
        "answers": orjson.dumps(traffic.answers).decode(),
        "latencies": orjson.dumps(traffic.latencies).decode(),
        "answer_seconds": round(traffic.answer_seconds, 3),
        "notes": list(report.notes),
        "rows_read": counts.rows_read,
        "rows_changed": counts.rows_changed,
        "rows_removed": counts.rows_removed,
        "started_at": report.started_at,
        "ended_at": report.ended_at or report.started_at,
    }
