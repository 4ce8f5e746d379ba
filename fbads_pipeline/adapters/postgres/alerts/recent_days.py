"""The last complete days of campaigns, which messages draw: each day with what is known of it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.charts import CHART_DAYS, RecentDay

SQL = Statements(__package__, "recent_days.sql")

RecentDays = Mapping[tuple[str, str], tuple[RecentDay, ...]]
_KEYS = ("account_id", "campaign_id", "day", "is_read", "is_provisional", "has_row")


def recent_days(connection: sa.Connection, campaigns: Collection[tuple[str, str]], now: datetime) -> RecentDays:
    """(account, campaign) → its last 14 complete days, the oldest first; today is left out, which would always look
    like a fall. A campaign of an account that the marts lack has none."""
    if not campaigns:
        return {}
    asked = sorted(set(campaigns))
    values = {"accounts": [one for one, _ in asked], "campaigns": [one for _, one in asked]}
    rows = connection.execute(SQL["recent_days"], values | {"now": now, "days": CHART_DAYS}).mappings()
    return {
        key: tuple(_day(row) for row in found)
        for key, found in groupby(rows, key=lambda row: (row["account_id"], row["campaign_id"]))
    }


def _day(row: sa.RowMapping) -> RecentDay:
    figures = {name: value for name, value in row.items() if name not in _KEYS} if row["has_row"] else None
    return RecentDay(row["day"], row["is_read"], row["is_provisional"], figures)
