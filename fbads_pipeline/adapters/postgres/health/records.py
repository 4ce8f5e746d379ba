"""Old records in the pipeline's database and in Dagster's."""

from collections.abc import Collection
from datetime import UTC, date, datetime

import sqlalchemy as sa
import structlog

from fbads_pipeline.adapters.postgres.collection import packing
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.server.engine import DatabaseInterrupted
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.health.pruning import KEPT_AGES, REBUILT_A_NIGHT, REBUILT_BYTES, REBUILT_TIMES

SQL = Statements(__package__, "records.sql")
log = structlog.get_logger(__name__)
_DETAILS = "drop_dagster_details"
_OF_DAGSTER = ("drop_dagster_checks", "drop_dagster_events", "drop_dagster_runs")


class PostgresRecords:
    """Each account, and each of Dagster's tables, is a transaction of its own: what was done stays done."""

    def __init__(self, owner: sa.Engine, dagster: sa.Engine) -> None:
        self._owner, self._dagster = owner, dagster

    def thin_readings(self, *, before: date) -> dict[str, int]:
        gone = {"insight_readings": 0, "reading_runs": 0}
        for account_id in self._accounts():
            asked = {"account": account_id, "before": before, "ages": list(KEPT_AGES)}
            with self._owner.begin() as connection:
                days = list(connection.execute(SQL["thin_insight_readings"], asked).scalars())
                gone["insight_readings"] += len(days)
                gone["reading_runs"] += connection.execute(SQL["thin_reading_runs"], asked).rowcount
                _note_days(connection, account_id, days)
        return gone

    def drop_breakdowns(self, *, before: date) -> int:
        gone = 0
        for account_id in self._accounts():
            asked = {"account": account_id, "before": before, "most_days": packing.DAYS_AT_ONCE}
            with self._owner.begin() as connection:
                rows, days = connection.execute(SQL["drop_breakdowns"], asked).one()
                gone += rows
                _note_days(connection, account_id, days)
        return gone

    def pack_days(self, *, before: date, now: datetime) -> int:
        days = 0
        for account_id in self._accounts():
            with self._owner.begin() as connection:
                days += packing.pack_days(connection, account_id, before=before, now=now)
        return days

    def drop_dagster_events(self, *, before: datetime, details_before: datetime) -> dict[str, int]:
        gone = {}
        for statement, instant in ((_DETAILS, details_before), *((one, before) for one in _OF_DAGSTER)):
            # Dagster keeps its instants in UTC without saying so.
            asked = {"before": instant.astimezone(UTC).replace(tzinfo=None)}
            with self._dagster.begin() as connection:
                gone[statement.removeprefix("drop_")] = connection.execute(SQL[statement], asked).rowcount
        return gone

    def rebuild_indexes(self) -> dict[str, int]:
        return {name: size for engine in (self._owner, self._dagster) for name, size in _rebuilt(engine).items()}

    def _accounts(self) -> list[str]:
        with reading(self._owner) as connection:
            return list(connection.execute(SQL["thinned_accounts"]).scalars())

    def to_vacuum(self) -> tuple[str, ...]:
        with reading(self._owner) as connection:
            return tuple(connection.execute(SQL["tables_to_vacuum"]).scalars())


def _note_days(connection: sa.Connection, account_id: str, days: Collection[date]) -> None:
    """The models of these days are made anew."""
    if days:
        connection.execute(SQL["order_changed_days"])
        connection.execute(SQL["note_thinned_days"], {"account": account_id, "days": sorted(set(days))})


def _rebuilt(engine: sa.Engine) -> dict[str, int]:
    """Indexes of that database which were made anew, and by how many bytes each became smaller."""
    bounds = {"least_bytes": REBUILT_BYTES, "most_times": REBUILT_TIMES, "most_indexes": REBUILT_A_NIGHT}
    smaller = {}
    # PostgreSQL makes an index beside its readers and writers only outside of a transaction.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(SQL["wait_for_no_lock_longer"])
        try:
            for name in connection.execute(SQL["unfinished_indexes"]).scalars().all():
                _changed(connection, "drop index concurrently if exists", name)
            for name, size in connection.execute(SQL["sparse_indexes"], bounds).all():
                if _changed(connection, "reindex index concurrently", name):
                    smaller[name] = size - connection.execute(SQL["index_bytes"], {"index_name": name}).scalar_one()
        finally:
            connection.execute(SQL["wait_for_locks_again"])
    return smaller


def _changed(connection: sa.Connection, statement: str, index: str) -> bool:
    """Whether that was done; logged where it was not, for the next night. index: a name that PostgreSQL quoted."""
    try:
        connection.exec_driver_sql(f"{statement} {index}")
    except (sa.exc.DBAPIError, DatabaseInterrupted) as fault:
        log.warning(
            "index_not_rebuilt", index=index, statement=statement, error=type(fault.__cause__ or fault).__name__
        )
        return False
    return True
