"""Figures by the hour, and of two days until the same clock: what the steps between readings can tell of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Plan, Refusal, RelativePeriod
from fbads_pipeline.domain.chat.result import ChatAccount, ClockMinutes

# The sums that steps between readings have.
HOURLY_METRICS: tuple[str, ...] = (
    "impressions",
    "clicks",
    "link_clicks",
    "spend",
    "purchases",
    "purchase_value",
    "leads",
)
HOURLY_METRICS += ("conversions", "conversion_value")
# Events that Meta attributes to a day after it has read them: a step has those that were known within it.
ATTRIBUTED = frozenset({"purchases", "purchase_value", "leads", "conversions", "conversion_value"})
# A step between two readings that is longer, in minutes, tells nothing of an hour.
LONGEST_STEP = 90
MINUTES_OF_DAY = 24 * 60
# Two clocks are the same where they lie so close together, in minutes.
SAME_CLOCK = 45
# How far back steps are kept.
HOURS_KEPT = timedelta(days=90)
TODAY = RelativePeriod("day", 0)
HOURS_OF_DAY = 24


def has_hours(plan: Plan, catalogue: Catalogue) -> bool:
    """Whether the steps between readings can answer the plan: their sums, of campaigns and accounts."""
    bounds = (*plan.thresholds, *plan.questioned)
    names = (*plan.metrics, *(one.metric for one in bounds), *((plan.rank.metric,) if plan.rank else ()))
    columns = {column for name in names if name in catalogue for column in catalogue[name].columns}
    levels = {one.level for one in (*plan.objects, *plan.excluded)} | set(plan.dimensions)
    is_apart = bool(plan.segments or plan.without or plan.per_day or plan.with_shares)
    return (
        columns <= set(HOURLY_METRICS) and not is_apart and levels <= {"account", "campaign", "hour", "day", "weekday"}
    )


def is_night(plan: Plan) -> bool:
    """Whether the hours of the plan go over midnight: each night belongs to the day that it begins on."""
    return plan.hours is not None and plan.hours[1] > HOURS_OF_DAY


def clock_hours(hours: tuple[int, int]) -> tuple[int, int]:
    """A plan's first hour and the one after its last, as clocks show them: the latter is the next day's of a night."""
    first, after = hours
    return first, after - HOURS_OF_DAY if after > HOURS_OF_DAY else after


def by_hour(plan: Plan, catalogue: Catalogue) -> Plan | Refusal | None:
    """The plan by hour of whole days, or until the same clock; why it cannot be; None of a plan that asks for neither.

    Of several days by hour the one that is not over is left out.
    """
    if "hour" not in plan.dimensions and not plan.same_time and plan.hours is None:
        return None
    is_compared = plan.compare is not None
    if not has_hours(plan, catalogue) or (plan.same_time and plan.hours is not None):
        return Refusal("not_by_hour")
    if is_compared and not plan.same_time and (plan.hours is None or "hour" in plan.dimensions):
        return Refusal("not_by_hour")
    if not plan.same_time:
        return plan
    made = plan if is_compared else replace(plan, compare=replace(TODAY, count=1))
    return made if compares_today(made, catalogue) else Refusal("not_by_hour")


def with_clocks(
    accounts: Sequence[ChatAccount], plan: Plan, minutes: Mapping[tuple[str, date], Sequence[int]]
) -> tuple[ChatAccount, ...]:
    """The accounts of which the plan's running day and the other day were read at the same clock, each with both.

    minutes: account and day → the minutes of that day until which it was read.
    """
    assert plan.period is not None and plan.compare is not None
    found = []
    for account in accounts:
        day, other = (resolve(one, account.today)[0] for one in (plan.period, plan.compare))
        now = max(minutes.get((account.account_id, day), ()), default=None)
        if now is None:
            continue
        before = min(minutes.get((account.account_id, other), ()), key=lambda one: (abs(one - now), one), default=None)
        if before is not None and abs(before - now) <= SAME_CLOCK:
            found.append(replace(account, clock=ClockMinutes(now, before)))
    return tuple(found)


def compares_today(plan: Plan, catalogue: Catalogue) -> bool:
    """Whether the plan sets the day that is running against one other day, which the same clock makes comparable."""
    is_day = plan.compare is not None and is_one_day(plan.compare) and plan.hours is None
    return plan.intent == "figures" and plan.period == TODAY and is_day and has_hours(plan, catalogue)


def is_one_day(period: RelativePeriod) -> bool:
    """Whether it is a single day, whichever today is."""
    return period.kind == "day" or (period.kind == "between" and period.first == period.last)


def is_attributed(plan: Plan, catalogue: Catalogue) -> bool:
    """Whether figures of the plan grow for days after the day that they belong to."""
    return any(ATTRIBUTED & set(catalogue[name].columns) for name in plan.metrics if name in catalogue)
