"""How far a plan's days are read, at the level of the rows that answer it."""

from collections.abc import Sequence

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.chat.coverage import days_asked
from fbads_pipeline.domain.chat.plan import Level, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Query, ResultColumn
from fbads_pipeline.domain.chat.validator import breakdown_of

_SQL = Statements(__package__, "coverage.sql")
_COLUMNS = (
    ResultColumn("account", "key"),
    *(ResultColumn(name, "other") for name in ("days_read", "days_doubtful", "newest_read_at", "today_read_at")),
)


def compile_coverage(plan: Plan, accounts: Sequence[ChatAccount], level: Level) -> Query:
    """One row per account, over all the days of the plan and of what it is compared with; by the plan's breakdown."""
    periods = [one for one in (plan.period, plan.compare) if one is not None]
    days = [asked for period in periods for account in accounts if (asked := days_asked(period, account)) is not None]
    parameters = {
        "account_ids": [one.account_id for one in accounts],
        "level": level,
        "first": min((one.since for one in days), default=None),
        "last": max((one.until for one in days), default=None),
        "today": min((one.today for one in accounts), default=None),
    }
    breakdown = breakdown_of(plan)
    if breakdown:
        sql = _SQL.texts["breakdown_coverage"]
        return Query(sql, parameters | {"breakdown": breakdown}, _COLUMNS, "marts.reading_runs")
    return Query(_SQL.texts["coverage"], parameters, _COLUMNS, "marts.day_coverage")
