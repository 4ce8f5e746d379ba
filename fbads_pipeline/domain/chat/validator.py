"""The catalogue's rules: what may be summed, over which rows, and for whom. Both planners' plans go through them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.composed import composed_name, reads_orders
from fbads_pipeline.domain.chat.hours import by_hour
from fbads_pipeline.domain.chat.periods.resolution import previous, resolve
from fbads_pipeline.domain.chat.plan import (
    LEVELS,
    MOST_ROWS,
    NAME_DIMENSIONS,
    SEGMENTS,
    Clarification,
    Dimension,
    Level,
    Objects,
    Plan,
    Refusal,
    Threshold,
)
from fbads_pipeline.domain.chat.result import ChatAccount
from fbads_pipeline.domain.chat.understanding.figures.bounds import COUNTED_BY_GOAL, GOAL_COST
from fbads_pipeline.domain.chat.understanding.figures.computed_bounds import refused_bound

# Each breakdown of the marts splits the whole by itself.
BREAKDOWNS = {
    "age,gender": frozenset({"age", "gender"}),
    "country": frozenset({"country"}),
    "publisher_platform,platform_position": frozenset({"platform", "placement", "position"}),
}
_GOAL_METRICS = frozenset({"conversions", "conversion_value", "cpa", "conversion_rate"})


def validate(
    plan: Plan, catalogue: Catalogue, accounts: Sequence[ChatAccount], *, breakdowns: Sequence[str]
) -> Plan | Refusal | Clarification:
    """The plan as it may be compiled, or why not.

    breakdowns: those that are collected, and the dimensions that names of campaigns have.
    """
    inside = _inside(plan, accounts)
    if plan.currency is not None and not inside:
        return Refusal("other_currency", plan.currency)
    if plan.intent not in ("figures", "why", "overview"):
        return replace(plan, limit=_limit(plan))
    goal = _goal_costs(plan, inside)
    if isinstance(goal, Refusal):
        return goal
    plan = replace(goal, limit=_limit(goal))
    inside = _inside(plan, accounts)
    used = (*plan.metrics, *(one.metric for one in plan.thresholds), *((plan.rank.metric,) if plan.rank else ()))
    for name in used:
        if name not in catalogue:
            return Refusal("unknown_metric", name, catalogue.near(name))
    if plan.rank and plan.rank.metric not in plan.metrics:
        plan = replace(plan, metrics=(*plan.metrics, plan.rank.metric))
    bounds = (*plan.thresholds, *plan.questioned)
    missing = tuple(one.metric for one in bounds if one.metric not in plan.metrics)
    plan = replace(plan, metrics=tuple(dict.fromkeys((*plan.metrics, *missing))))
    if plan.period and plan.compare and resolve(plan.period, _latest(inside)) == resolve(plan.compare, _latest(inside)):
        plan = replace(plan, compare=previous(plan.period))  # nothing is compared with itself
    if any(period and resolve(period, _latest(inside))[0] > _latest(inside) for period in (plan.period, plan.compare)):
        return Refusal("future")
    bound = refused_bound(plan, catalogue)
    if bound is not None:
        return bound
    hours = by_hour(plan, catalogue)
    if isinstance(hours, Refusal):
        return hours
    plan = hours or plan
    return _segments(plan, breakdowns) or _one_row(plan, catalogue, inside) or _by_goal(plan, inside)


def _limit(plan: Plan) -> int:
    return max(1, min(plan.limit, MOST_ROWS))


def _latest(accounts: Sequence[ChatAccount]) -> date:
    return max((one.today for one in accounts), default=date.max)


def _inside(plan: Plan, accounts: Sequence[ChatAccount]) -> list[ChatAccount]:
    chosen = [one for one in plan.objects if one.level == "account"]
    without = {one for some in plan.excluded if some.level == "account" for one in some.ids}
    return [
        one
        for one in accounts
        if one.account_id not in without
        and all(one.account_id in some.ids for some in chosen)
        and plan.currency in (None, one.currency)
    ]


def _goal_costs(plan: Plan, accounts: Sequence[ChatAccount]) -> Plan | Refusal:
    """Cost per purchase is the CPA of the accounts whose goal is the purchase, and of those alone."""
    ranked = (plan.rank.metric,) if plan.rank else ()
    asked = {
        one.removeprefix(GOAL_COST)
        for one in (*plan.metrics, *ranked, *(bound.metric for bound in (*plan.thresholds, *plan.questioned)))
        if one.startswith(GOAL_COST)
    }
    if not asked:
        return plan
    fit = [one for one in accounts if len(asked) == 1 and _goes_for(one, next(iter(asked)))]
    is_named = any(one.level == "account" for one in plan.objects)
    if not fit or (is_named and len(fit) < len(accounts)):  # accounts that are named are all in the answer
        return _renamed(plan, {GOAL_COST + one: composed_name("spend", COUNTED_BY_GOAL[one]) for one in asked})
    objects = plan.objects
    if len(fit) < len(accounts):
        name = ", ".join(one.name for one in fit)
        others = tuple(one for one in objects if one.level != "account")
        objects = (Objects("account", tuple(one.account_id for one in fit), name), *others)
    return replace(_renamed(plan, {GOAL_COST + one: "cpa" for one in asked}), objects=objects)


def _renamed(plan: Plan, names: Mapping[str, str]) -> Plan:
    """The plan with other metrics in the place of these."""

    def bounds(some: Sequence[Threshold]) -> tuple[Threshold, ...]:
        return tuple(replace(one, metric=names.get(one.metric, one.metric)) for one in some)

    return replace(
        plan,
        metrics=tuple(dict.fromkeys(names.get(one, one) for one in plan.metrics)),
        thresholds=bounds(plan.thresholds),
        questioned=bounds(plan.questioned),
        rank=replace(plan.rank, metric=names.get(plan.rank.metric, plan.rank.metric)) if plan.rank else None,
    )


def _goes_for(account: ChatAccount, goal: str) -> bool:
    return account.goal_family == goal or account.goal_family.endswith((f".{goal}", f"_{goal}"))


def level_of(plan: Plan, dimensions: Sequence[Dimension] | None = None) -> Level:
    """The level of the rows that answer the plan: the lowest that is shown, named, or needed by a filter.

    dimensions: other ones than the plan's.
    """
    shown = plan.dimensions if dimensions is None else tuple(dimensions)
    wanted: list[Level] = [one for one in shown if one in LEVELS]  # type: ignore[misc]
    wanted += [one.level for one in (*plan.objects, *plan.excluded)]
    if plan.mean_of is not None:
        wanted.append(plan.mean_of)
    if any(one in NAME_DIMENSIONS for one in shown):
        wanted.append("campaign")
    if plan.status or plan.objective or "objective" in shown or breakdown_of(replace(plan, dimensions=shown)):
        wanted.append("campaign")
    return max(wanted, key=LEVELS.index, default="account")


def breakdown_of(plan: Plan) -> str | None:
    """The breakdown that holds every segment of the plan; empty where none holds them all; None without segments."""
    wanted = {one for one in plan.dimensions if one in SEGMENTS}
    wanted |= {one.dimension for one in (*plan.segments, *plan.without)}
    if not wanted:
        return None
    return next((name for name, fields in BREAKDOWNS.items() if wanted <= fields), "")


def _segments(plan: Plan, breakdowns: Sequence[str]) -> Refusal | None:
    unnamed = [one for one in plan.dimensions if one in NAME_DIMENSIONS and one not in breakdowns]
    if unnamed:
        return Refusal("not_collected", ", ".join(unnamed))
    breakdown = breakdown_of(plan)
    if breakdown is None:
        return None
    named = (*plan.objects, *plan.excluded)
    below = any(one in ("adset", "ad") for one in (*plan.dimensions, *(some.level for some in named)))
    if breakdown not in breakdowns or below or any(reads_orders(one) for one in plan.metrics):
        parts = (one.dimension for one in (*plan.segments, *plan.without))
        return Refusal("not_collected", ", ".join(dict.fromkeys((*plan.dimensions, *parts))))
    return None


def _one_row(plan: Plan, catalogue: Catalogue, accounts: Sequence[ChatAccount]) -> Plan | Refusal | None:
    """Reach and frequency belong to one object and one day: people overlap, so nothing of them is summed."""
    single = [name for name in plan.metrics if catalogue[name].needs_one_row]
    if not single:
        return None
    if plan.intent == "why" or plan.per_day or breakdown_of(plan) is not None:
        return Refusal("not_additive", single[0])
    if any(one in ("week", "month", "weekday", "objective", *NAME_DIMENSIONS) for one in plan.dimensions):
        return Refusal("not_additive", single[0])
    days = [resolve(period, accounts[0].today) for period in (plan.period, plan.compare) if period and accounts]
    if "day" not in plan.dimensions and any(first != last for first, last in days):
        return Refusal("not_additive", single[0])
    level = level_of(plan)
    shown = [one for one in plan.dimensions if one in LEVELS]
    if shown and shown != [level]:
        return Refusal("not_additive", single[0])
    count = len(accounts) if level == "account" else sum(len(one.ids) for one in plan.objects if one.level == level)
    if not shown and count != 1:
        return replace(plan, dimensions=(level, *plan.dimensions))
    return plan


def dimension_of_goals(plan: Plan, accounts: Sequence[ChatAccount]) -> Dimension | None:
    """By what a plan about conversions has to be split, since those of different goals neither add up nor compare: by
    campaign where campaigns have other goals than their account, by account where accounts do; None: by nothing."""
    inside = _inside(plan, accounts)
    if not _GOAL_METRICS & set(plan.metrics):
        return None
    if any(one.has_several_goals for one in inside):
        is_of_one = any(one.level != "account" and len(one.ids) == 1 for one in plan.objects)
        return None if is_of_one or {"campaign", "adset", "ad"} & set(plan.dimensions) else "campaign"
    objects = any(one in LEVELS for one in plan.dimensions) or any(one.level != "account" for one in plan.objects)
    return "account" if len({one.goal_family for one in inside}) > 1 and not objects else None


def _by_goal(plan: Plan, accounts: Sequence[ChatAccount]) -> Plan:
    """One row per account or campaign where their goals differ; an explanation splits its change by itself."""
    dimension = dimension_of_goals(plan, accounts)
    if dimension is None or plan.intent == "why":
        return plan
    return replace(plan, dimensions=(dimension, *plan.dimensions))
