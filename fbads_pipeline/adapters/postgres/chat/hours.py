"""What came in within the hours of days, from the steps between readings."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from fbads_pipeline.domain.chat.hours import HOURLY_METRICS, LONGEST_STEP, MINUTES_OF_DAY

HOURS = "campaign_intraday"
_KEYS = ("account_id", "campaign_id", "day", "currency")
_COLUMNS = (*_KEYS, *HOURLY_METRICS, "from_at", "until_at", "minutes", "is_last")


def hour_steps(side: str, *, by_hour: bool) -> sa.FromClause:
    """One row per step, in the shape of a daily mart, with its hour and the minute of the day that it ends in.

    A step belongs to the hour of its middle. by_hour: only of days that were read from end to end in steps so short
    that an hour can be recognised, and of a day in `:<side>_running_days` what there is of it.
    """
    steps = _steps_of_days(side, days_after=0)
    if not by_hour:
        return steps.alias("facts")
    running = sa.cast(sa.bindparam(f"{side}_running_days"), postgresql.ARRAY(sa.Date()))
    is_whole = sa.and_(_is_short(steps), sa.or_(steps.c.is_over, steps.c.day == sa.any_(running)))
    return sa.select(steps).where(is_whole).subquery("facts")


def night_steps(side: str, *, by_hour: bool) -> sa.FromClause:
    """The steps from `:first_hour` of each day to `:hour_after` of the next, as rows of the day that they begin on.

    Only of nights of which the first day was read from end to end and the next one until their end.
    """
    steps = _steps_of_days(side, days_after=1)
    first, after = (sa.bindparam(name, type_=sa.Integer) for name in ("first_hour", "hour_after"))
    one: sa.ColumnElement[int] = sa.literal_column("1")
    minutes = after * sa.literal_column("60")
    is_next = steps.c.hour_of_day < after
    reaches = sa.or_(steps.c.is_over, sa.and_(is_next, steps.c.reached >= minutes))
    begins = sa.case((is_next, steps.c.day - one), else_=steps.c.day)
    kept = [column for column in steps.c if column.name != "day"]
    halves = (
        sa.select(*kept, begins.label("day"), steps.c.day.label("read_day"))
        .where(_is_short(steps), reaches, sa.or_(is_next, steps.c.hour_of_day >= first))
        .subquery("halves")
    )
    night = (halves.c.account_id, halves.c.day)
    ends = (found(halves.c.read_day).over(partition_by=night) for found in (sa.func.min, sa.func.max))
    pairs = sa.select(halves, *(end.label(name) for end, name in zip(ends, ("from_day", "to_day"), strict=True)))
    whole = pairs.subquery("nights")
    return sa.select(whole).where(whole.c.from_day < whole.c.to_day).subquery("facts")


def _is_short(steps: sa.Subquery) -> sa.ColumnElement[bool]:
    return steps.c.longest <= sa.literal_column(str(LONGEST_STEP))


def _steps_of_days(side: str, *, days_after: int) -> sa.Subquery:
    """The steps of the side's days, and of so many after them, with how their day was read."""
    steps = sa.table(HOURS, *(sa.column(one) for one in _COLUMNS), schema="marts").alias("steps")
    accounts = sa.table("accounts", sa.column("account_id"), sa.column("timezone_name"), schema="marts").alias("zones")
    keys: tuple[str, ...] = ("account_id", "campaign_id", "goal_family")
    goals = sa.table("campaigns", *(sa.column(one) for one in keys), schema="marts").alias("goals")
    zone = sa.func.coalesce(accounts.c.timezone_name, sa.literal_column("'UTC'"))
    middle = steps.c.from_at + (steps.c.until_at - steps.c.from_at) / sa.literal_column("2")
    ended = sa.func.timezone(zone, steps.c.until_at) - sa.cast(steps.c.day, sa.DateTime())
    minute = sa.cast(sa.extract("epoch", ended) / sa.literal_column("60"), sa.Integer)
    first, last = (sa.cast(sa.bindparam(f"{side}_{end}"), sa.Date()) for end in ("first", "last"))
    within = sa.and_(
        steps.c.account_id == sa.any_(sa.cast(sa.bindparam("account_ids"), postgresql.ARRAY(sa.Text))),
        steps.c.day.between(first, last + sa.literal_column(str(days_after)) if days_after else last),
    )
    day = (steps.c.account_id, steps.c.day)
    until = sa.case((steps.c.is_last, sa.literal_column(str(MINUTES_OF_DAY))), else_=minute)
    chosen: list[sa.ColumnElement[Any]] = [
        *(steps.c[one] for one in (*_KEYS, *HOURLY_METRICS)),
        sa.cast(sa.extract("hour", sa.func.timezone(zone, middle)), sa.Integer).label("hour_of_day"),
        until.label("until_minute"),
        sa.false().label("is_provisional"),
        steps.c.until_at.label("collected_at"),
        goals.c.goal_family.label("conversion_goal"),
        sa.func.max(steps.c.minutes).over(partition_by=day).label("longest"),
        sa.func.bool_or(steps.c.is_last).over(partition_by=day).label("is_over"),
        sa.func.max(until).over(partition_by=day).label("reached"),
    ]
    joined = steps.join(accounts, steps.c.account_id == accounts.c.account_id)
    of_step = sa.and_(goals.c.account_id == steps.c.account_id, goals.c.campaign_id == steps.c.campaign_id)
    joined = joined.outerjoin(goals, of_step)
    return sa.select(*chosen).select_from(joined).where(within).subquery("steps_of_days")
