"""The last complete days of campaigns, which messages draw: each day with what is known of it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from itertools import groupby

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.charts import CHART_DAYS, RecentDay

SQL = Statements(__package__, "recent_days.sql")

RecentDays = Mapping[tuple[str, str], tuple[RecentDay, ...]]
# Account, campaign and the last day that is drawn; None: the last complete one.
Course = tuple[str, str, date | None]
_KEYS = ("account_id", "campaign_id", "last_day", "day", "is_read", "is_provisional", "has_row")


def recent_days(connection: sa.Connection, campaigns: Collection[tuple[str, str]], now: datetime) -> RecentDays:
    """(account, campaign) → its last 14 complete days, the oldest first; today is left out, which would always look
    like a fall. A campaign of an account that the marts lack has none."""
    found = days_up_to(connection, [(account, campaign, None) for account, campaign in campaigns], now)
    return {(account, campaign): days for (account, campaign, _), days in found.items()}


def days_up_to(
    connection: sa.Connection, courses: Collection[Course], now: datetime
) -> Mapping[Course, tuple[RecentDay, ...]]:
    """14 complete days of each up to its last one, the oldest first; a last day that is not over yet ends yesterday.

    None of a campaign with a day in two currencies: its figures have no common scale.
    """
    if not courses:
        return {}
    asked = sorted(set(courses), key=str)
    values = {
        "accounts": [account for account, _, _ in asked],
        "campaigns": [campaign for _, campaign, _ in asked],
        "last_days": [last_day for _, _, last_day in asked],
    }
    rows = connection.execute(SQL["recent_days"], values | {"now": now, "days": CHART_DAYS}).mappings()
    found = {
        key: tuple(_day(row) for row in days)
        for key, days in groupby(rows, key=lambda row: (row["account_id"], row["campaign_id"], row["last_day"]))
    }
    return {key: days for key, days in found.items() if len({one.day for one in days}) == len(days)}


def _day(row: sa.RowMapping) -> RecentDay:
    figures = {name: value for name, value in row.items() if name not in _KEYS} if row["has_row"] else None
    return RecentDay(row["day"], row["is_read"], row["is_provisional"], figures)
