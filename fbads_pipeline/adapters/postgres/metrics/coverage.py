"""How far a period is read, from marts.day_coverage."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, bound
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import Coverage, coverage_of

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
