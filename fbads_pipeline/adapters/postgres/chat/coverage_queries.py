"""How far a plan's days are read, at the level of the rows that answer it."""

from collections.abc import Sequence
from typing import Any

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Level, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Query, ResultColumn

_SQL = Statements(__package__, "coverage.sql")
_COLUMNS = (
    ResultColumn("side", "other"),
    ResultColumn("account", "key", dimension="account"),
    ResultColumn("account_name", "label", dimension="account"),
    *(ResultColumn(name, "other") for name in ("first_day", "last_day", "days_asked", "days_read", "missing")),
)


def compile_coverage(plan: Plan, accounts: Sequence[ChatAccount], level: Level) -> Query:
    """One row per account and side; days that have not come yet are not asked for."""
    sides: dict[str, list[Any]] = {name: [] for name in ("sides", "account_ids", "first_days", "last_days", "todays")}
    for side, period in (("now", plan.period), ("before", plan.compare)):
        for account in accounts if period else ():
            assert period is not None
            first, last = resolve(period, account.today)
            if first <= account.today:
                row = (side, account.account_id, first, min(last, account.today), account.today)
                for values, value in zip(sides.values(), row, strict=True):
                    values.append(value)
    # The bounds of all the days tell PostgreSQL's planner how few rows there are.
    bounds = {"first": min(sides["first_days"], default=None), "last": max(sides["last_days"], default=None)}
    return Query(_SQL.texts["coverage"], {**sides, **bounds, "level": level}, _COLUMNS, "marts.day_coverage")
