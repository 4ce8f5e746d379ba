"""How far a plan's days are read, at the level of the rows that answer it."""

from collections.abc import Sequence

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.chat.coverage import days_asked
from fbads_pipeline.domain.chat.hours import LONGEST_STEP, clock_hours, is_night
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Level, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Query, ResultColumn
from fbads_pipeline.domain.chat.validator import breakdown_of

_SQL = Statements(__package__, "coverage.sql")
_HOURS = Statements(__package__, "hours.sql")
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


def compile_hour_days(plan: Plan, accounts: Sequence[ChatAccount], asked: int) -> Query:
    """One row per account: how many of the plan's days were read hour by hour."""
    assert plan.period is not None
    days = [resolve(plan.period, one.today) for one in accounts]
    parameters = {
        "account_ids": [one.account_id for one in accounts],
        "first": min(first for first, _ in days),
        "last": max(last for _, last in days),
        "weekdays": list(plan.weekdays),
        "longest": LONGEST_STEP,
        "asked": asked,
    }
    columns = (
        ResultColumn("account", "key"),
        *(ResultColumn(one, "other") for one in ("whole_days", "whole_days_in_all", "asked_in_all")),
    )
    if plan.hours is not None and is_night(plan):
        parameters["hour_after"] = clock_hours(plan.hours)[1]
        return Query(_HOURS.texts["nights"], parameters, columns, "marts.campaign_intraday")
    return Query(_HOURS.texts["hour_days"], parameters, columns, "marts.campaign_intraday")


def compile_clocks(plan: Plan, accounts: Sequence[ChatAccount]) -> Query:
    """One row per account and day: until which minutes of the day it was read while it ran."""
    periods = [one for one in (plan.period, plan.compare) if one is not None]
    days = sorted({resolve(period, one.today)[0] for period in periods for one in accounts})
    read = (ResultColumn(one, "other") for one in ("minutes", "times"))
    columns = (ResultColumn("account", "key"), ResultColumn("day", "key"), *read)
    parameters = {"account_ids": [one.account_id for one in accounts], "days": days}
    return Query(_HOURS.texts["clocks"], parameters, columns, "marts.campaign_intraday")
