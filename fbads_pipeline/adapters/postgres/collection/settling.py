"""Decides what becomes of the rows that a run left in doubt, by what the account's other levels say of those days."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.collection.insight_statements import KEPT_LEVELS
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.account_reports import RowCounts
from fbads_pipeline.domain.collection.doubts import DOUBTED_LISTS, DOUBTED_NUMBERS, GONE, DoubtfulDay
from fbads_pipeline.domain.collection.levels import Grain

SQL = Statements(__package__, "settling.sql")


@dataclass(frozen=True)
class Settled:
    """counts: rows that were replaced by what came, and removed, which are doubtful no longer; changed_days: theirs;
    doubtful: days of the run that could not be read well, ordered by grain and day."""

    counts: RowCounts
    changed_days: list[date]
    doubtful: list[DoubtfulDay]


def settle(connection: sa.Connection, account_id: str, *, run_id: str, read_at: datetime) -> Settled:
    """In the caller's transaction: what is confirmed to be gone goes, the rest stands."""
    of_run = {"account": account_id, "run_id": run_id}
    days = []
    if connection.execute(SQL["has_doubts"], of_run).scalar_one():
        connection.execute(SQL["judge"], {**of_run, "numbers": list(DOUBTED_NUMBERS), "lists": list(DOUBTED_LISTS)})
        verdicts = {**of_run, "gone": sorted(GONE), "read_at": read_at, "kept_levels": list(KEPT_LEVELS)}
        connection.execute(SQL["forget_same_readings"], verdicts)
        days = list(connection.execute(SQL["apply_verdicts"], verdicts))
        connection.execute(SQL["end_doubts"], of_run)
    empty = connection.execute(SQL["doubt_empty_answers"], of_run).all()
    if empty:
        connection.execute(SQL["forget_empty_answers"], of_run)
    doubtful = [
        DoubtfulDay(Grain(row.level, row.breakdown), row.day, row.missing, row.incomplete)
        for row in connection.execute(SQL["doubtful_days"], of_run)
    ]
    doubtful += [DoubtfulDay(Grain(row.level, row.breakdown), row.day) for row in empty]
    replaced, removed = sum(row.replaced for row in days), sum(row.removed for row in days)
    counts = RowCounts(rows_changed=replaced, rows_removed=removed, rows_doubtful=-replaced - removed)
    return Settled(counts, sorted({row.day for row in days}), sorted(doubtful))
