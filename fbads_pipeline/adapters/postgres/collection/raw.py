"""The schema `raw`, written: pages → COPY → one transaction that applies the difference.

Readings of one account, level and range land in a temporary table first; then a single transaction makes raw.insights
equal to them: changed and new rows written, vanished ones removed, unchanged ones untouched. The same transaction keeps
the reading (raw.insight_readings), says that it happened (raw.reading_runs) and names the days that changed
(raw.changed_days), so that nobody ever sees half a day.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.meta_ads.rows import (
    CUSTOM_CONVERSION_COLUMNS,
    INSIGHT_COLUMNS,
    OBJECT_COLUMNS,
    InsightReader,
    UnreadableRow,
    read_activity,
    read_custom_conversion,
    read_object,
)
from fbads_pipeline.adapters.postgres.collection import raw_sql
from fbads_pipeline.adapters.postgres.collection.account_locks import AccountLocks
from fbads_pipeline.adapters.postgres.server.write_errors import never_half
from fbads_pipeline.domain.collection.levels import AccountReport, Applied, Grain, Kind, Level, Page
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange

KEPT_READINGS = frozenset({Grain("account"), Grain("campaign")})


class PostgresRawStore:
    """The port RawStore on PostgreSQL; safe to use from several threads at once, one connection each."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._locks = AccountLocks(engine)

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
        rows = [{**vars(account), "collected_at": read_at} for account in accounts]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(sa.text(raw_sql.SAVE_ACCOUNTS), rows)

    def known_accounts(self) -> list[Account]:
        columns = "account_id, name, currency, timezone_name, account_status, created_at"
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(f"select {columns} from raw.accounts order by account_id"))
            return [Account(*row) for row in rows]

    def last_readings(self, account_id: str, days: DayRange, levels: Sequence[Level]) -> dict[date, datetime]:
        values = {
            "account": account_id,
            "since": days.since,
            "until": days.until,
            "levels": list(levels),
            "count": len(levels),
        }
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(raw_sql.LAST_READINGS), values)
            return {row.day: row.read_at for row in rows}

    @never_half
    def apply_insights(
        self, account_id: str, grain: Grain, days: DayRange, pages: Iterator[Page], *, run_id: str, read_at: datetime
    ) -> Applied:
        """Reads every page before the transaction begins: a reading that fails half-way leaves no trace."""
        with self._engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute(raw_sql.INCOMING)
            rows_read, refused = _copy_pages(cursor, InsightReader(account_id, grain, days), pages)
            values = {
                "account": account_id,
                "level": grain.level,
                "breakdown": grain.breakdown,
                "since": days.since,
                "until": days.until,
                "run_id": run_id,
                "read_at": read_at,
                "keep_readings": grain in KEPT_READINGS,
            }
            cursor.execute(raw_sql.DROP_REPEATED)
            cursor.execute(raw_sql.APPLY_INSIGHTS, values)
            changed, removed = cursor.fetchone() or (0, 0)
            if refused:
                cursor.executemany(raw_sql.QUARANTINE, [{**values, **row} for row in refused])
            if changed or removed:
                cursor.execute(raw_sql.STUBS[grain.level], values)
                cursor.execute(raw_sql.MARK_CHANGED, values)
            connection.connection.commit()
            return Applied(rows_read, changed, removed, len(refused))

    @never_half
    def apply_objects(self, account_id: str, kind: Kind, pages: Iterator[Page], *, read_at: datetime) -> Applied:
        """Upserts what the edges showed; objects that no edge shows stay: facts name them."""
        rows, refused = _read_rows(pages, lambda row: read_object(kind, row, account_id))
        return self._upsert(account_id, f"raw.{kind}s", OBJECT_COLUMNS[kind], kind, rows, refused, read_at)

    @never_half
    def apply_custom_conversions(self, account_id: str, pages: Iterator[Page], *, read_at: datetime) -> Applied:
        """Upserts the account's own conversions."""
        rows, refused = _read_rows(pages, lambda row: read_custom_conversion(row, account_id))
        table, columns = "raw.custom_conversions", CUSTOM_CONVERSION_COLUMNS
        return self._upsert(account_id, table, columns, "custom_conversion", rows, refused, read_at)

    @never_half
    def apply_activities(self, account_id: str, pages: Iterator[Page], *, read_at: datetime) -> Applied:
        """Adds the events that are not known yet; an event never changes."""
        from psycopg2.extras import execute_values

        rows, refused = _read_rows(pages, lambda row: read_activity(row, account_id), key=1)
        with self._engine.begin() as connection:
            cursor = connection.connection.cursor()
            added = []
            if rows:
                stamped = [(*row, read_at) for row in rows]
                added = execute_values(cursor, raw_sql.ADD_ACTIVITIES, stamped, page_size=len(stamped), fetch=True)
            _quarantine(cursor, account_id, "activity", refused, read_at)
        return Applied(len(rows) + len(refused), len(added), 0, len(refused))

    def _upsert(
        self,
        account_id: str,
        table: str,
        columns: Sequence[str],
        what: str,
        rows: list[tuple[object, ...]],
        refused: list[dict[str, Any]],
        read_at: datetime,
    ) -> Applied:
        with self._engine.begin() as connection:
            cursor = connection.connection.cursor()
            changed = _upsert_objects(cursor, table, columns, rows, read_at)
            _quarantine(cursor, account_id, what, refused, read_at)
        return Applied(len(rows) + len(refused), changed, 0, len(refused))

    def missing_objects(self, account_id: str, kind: Kind) -> list[str]:
        query = f"select {kind}_id from raw.{kind}s where account_id = :account and effective_status is null order by 1"
        with self._engine.connect() as connection:
            return list(connection.execute(sa.text(query), {"account": account_id}).scalars())

    def mark_unknown(self, account_id: str, kind: Kind, ids: Sequence[str], *, read_at: datetime) -> None:
        """Objects that Meta no longer shows at all: facts name them, nothing else does."""
        update = (
            f"update raw.{kind}s set effective_status = 'UNKNOWN', collected_at = :read_at"
            f" where account_id = :account and {kind}_id = any(:ids) and effective_status is null"
        )
        with self._engine.begin() as connection:
            connection.execute(sa.text(update), {"account": account_id, "ids": list(ids), "read_at": read_at})

    def record_failure(
        self, account_id: str, grain: Grain, days: DayRange, error: str, *, run_id: str, read_at: datetime
    ) -> None:
        values = {
            "account": account_id,
            "level": grain.level,
            "breakdown": grain.breakdown,
            "since": days.since,
            "until": days.until,
            "run_id": run_id,
            "read_at": read_at,
            "error": error[:500],
        }
        with self._engine.begin() as connection:
            connection.execute(sa.text(raw_sql.RECORD_FAILURE), values)

    def save_report(self, run_id: str, report: AccountReport) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text(raw_sql.SAVE_REPORT), _report_values(run_id, report))

    def reports(self, run_id: str) -> list[dict[str, Any]]:
        """The rows of ops.collect_runs of one run, ordered by account."""
        query = "select * from ops.collect_runs where run_id = :run_id order by account_id"
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(query), {"run_id": run_id}).mappings()]

    def stale_accounts(self, read_before: datetime) -> dict[str, datetime | None]:
        """Accounts whose last good reading is older than that instant → when it was, None where there was none."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(raw_sql.STALE_ACCOUNTS), {"read_before": read_before})
            return {row.account_id: row.read_at for row in rows}

    def control_mismatches(self, run_id: str, now: datetime) -> list[dict[str, str]]:
        """Account-days of the run on which the campaigns do not add up to the account, with both numbers as text."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(raw_sql.CONTROL_MISMATCHES), {"run_id": run_id, "now": now})
            return [{key: str(value) for key, value in row.items()} for row in rows.mappings()]


def _copy_pages(cursor: Any, reader: InsightReader, pages: Iterator[Page]) -> tuple[int, list[dict[str, Any]]]:
    rows_read, refused = 0, []
    copy = f"copy incoming ({', '.join(INSIGHT_COLUMNS)}) from stdin"
    for page in pages:
        lines: list[str] = []
        for row in page:
            try:
                lines.append(reader.line(row))
            except UnreadableRow as wrong:
                refused.append({"reason": str(wrong), "payload": _payload(row), "day": _day(row)})
        rows_read += len(page)
        if lines:
            lines.append("")
            cursor.copy_expert(copy, io.StringIO("\n".join(lines)))
        del page, lines  # a page is large: nobody holds it while the next one is under way
    return rows_read, refused


def _read_rows(
    pages: Iterator[Page], read: Callable[[Mapping[str, Any]], tuple[object, ...]], key: int = 0
) -> tuple[list[tuple[object, ...]], list[dict[str, Any]]]:
    """The rows in the order of their keys, the last of each standing, and those that could not be read."""
    rows: dict[str, tuple[object, ...]] = {}
    refused: list[dict[str, Any]] = []
    for page in pages:
        for row in page:
            try:
                values = read(row)
            except UnreadableRow as wrong:
                refused.append({"reason": str(wrong), "payload": _payload(row)})
                continue
            rows[str(values[key])] = values
    return [rows[one] for one in sorted(rows)], refused


def _quarantine(cursor: Any, account_id: str, what: str, refused: list[dict[str, Any]], read_at: datetime) -> None:
    """Rows that are no insights wait in the same place; `level` says what they were."""
    shared = {"account": account_id, "level": what, "breakdown": "", "day": None, "run_id": "", "read_at": read_at}
    for row in refused:
        cursor.execute(raw_sql.QUARANTINE, {**shared, **row})


def _upsert_objects(
    cursor: Any, table: str, columns: Sequence[str], rows: list[tuple[object, ...]], read_at: datetime
) -> int:
    from psycopg2.extras import execute_values

    if not rows:
        return 0
    statement = raw_sql.upsert_objects(table, columns)
    stamped = [(*row, read_at) for row in rows]
    return len(execute_values(cursor, statement, stamped, page_size=len(stamped), fetch=True))


def _report_values(run_id: str, report: AccountReport) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "account_id": report.account_id,
        "status": report.status,
        "error_kind": report.error_kind,
        "error": report.error,
        "since": report.days.since if report.days else None,
        "until": report.days.until if report.days else None,
        "calls": report.traffic.calls,
        "bytes": report.traffic.bytes,
        "retries": report.traffic.retries,
        "waited_seconds": round(report.traffic.waited_seconds, 3),
        "answers": orjson.dumps(report.traffic.answers).decode(),
        "latencies": orjson.dumps(report.traffic.latencies).decode(),
        "answer_seconds": round(report.traffic.answer_seconds, 3),
        "notes": list(report.notes),
        "rows_read": report.applied.rows_read,
        "rows_changed": report.applied.rows_changed,
        "rows_removed": report.applied.rows_removed,
        "started_at": report.started_at,
        "ended_at": report.ended_at or report.started_at,
    }


def _payload(row: Any) -> str:
    try:
        return orjson.dumps(row).decode()[:20_000].replace("\\u0000", "")
    except (TypeError, ValueError):
        return repr(row)[:20_000].replace("\x00", "")


def _day(row: Any) -> date | None:
    try:
        return date.fromisoformat(str(row.get("date_start")))
    except (AttributeError, ValueError):
        return None
