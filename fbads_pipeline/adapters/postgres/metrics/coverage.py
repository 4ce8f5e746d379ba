"""How far a period is read, from marts.day_coverage."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, bound
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import AccountCoverage, Coverage, coverage_of

SQL = Statements(__package__, "coverage.sql")


def read_coverage(
    connection: sa.Connection, days: DayRange, *, accounts: Accounts, now: datetime, level: Level = "campaign"
) -> Coverage:
    """Coverage of a period at one level. accounts: None for all that the marts know; days that have not come yet are
    not asked for."""
    values = {"since": days.since, "until": days.until, "now": now, "accounts": bound(accounts)}
    asked = sum(max(row.days, 0) for row in connection.execute(SQL["asked_days"], values))
    unread = connection.execute(SQL["unread_days"], {**values, "level": level})
    return coverage_of(asked, [(row.account_id, row.local_day) for row in unread])


class CoverageReader:
    """How far the last days of every account are read."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of_each_account(
        self, windows: Sequence[int], *, now: datetime, level: Level = "campaign"
    ) -> list[AccountCoverage] | None:
        """One per account and number of days (such as 28 and 90) before its today, by account; None where the marts
        have not been built."""
        with reading(self._engine) as connection:
            if not connection.execute(SQL["has_marts"]).scalar_one():
                return None
            found = connection.execute(SQL["of_each_account"], {"windows": list(windows), "now": now, "level": level})
            return [
                AccountCoverage(
                    row.account_id,
                    row.name,
                    row.asked,
                    row.days_read,
                    None if row.first_unread is None else DayRange(row.first_unread, row.last_unread),
                )
                for row in found
            ]
