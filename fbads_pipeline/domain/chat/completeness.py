"""A plan holds everything that its question said: one that lost something cannot be answered from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fbads_pipeline.domain.chat.composed import KINDS, composed_name
from fbads_pipeline.domain.chat.plan import Intent, Mention, Plan

# Answers without figures: what such a question mentions besides changes nothing in them.
WITHOUT_FIGURES: tuple[Intent, ...] = ("greeting", "help", "definition", "change_request")
# The current stretches that lists of what is so now may name: budgets go by the day and the month.
_NOW: Mapping[Intent, tuple[str, ...]] = {"pacing": ("day", "week", "month"), "facts": ("day", "then")}
_WITH_METRICS: tuple[Intent, ...] = ("figures", "why")


class LostMentions(Exception):
    """What the question said and the plan does not hold."""

    def __init__(self, lost: tuple[Mention, ...]) -> None:
        super().__init__(", ".join(one.said for one in lost))
        self.lost = lost


@dataclass(frozen=True)
class CompletePlan:
    """A validated plan that holds all of its mentions; raises LostMentions. Answers are made of this type alone."""

    plan: Plan

    def __post_init__(self) -> None:
        lost = lost_mentions(self.plan)
        if lost:
            raise LostMentions(lost)


def lost_mentions(plan: Plan) -> tuple[Mention, ...]:
    """The mentions of the plan's question that the plan does not hold."""
    if plan.intent in WITHOUT_FIGURES:
        return ()
    return tuple(one for one in plan.mentions if not _HELD[one.kind](plan, one.value))


def _objects(plan: Plan, value: str) -> bool:
    level, _, ids = value.partition(":")
    held = {one for some in (*plan.objects, *plan.excluded) if some.level == level for one in some.ids}
    return not ids or set(ids.split("+")) <= held


def _excluded(plan: Plan, value: str) -> bool:
    level, _, ids = value.partition(":")
    return set(ids.split("+")) <= {one for some in plan.excluded if some.level == level for one in some.ids}


def _periods(plan: Plan, value: str) -> bool:
    """As many stretches of days as the question names; lists of what is open now have none."""
    said = [one for one in (plan.period, plan.compare) if one is not None]
    if plan.intent not in (*_WITH_METRICS, "overview", "anomalies"):
        return value.partition(":")[2] in _NOW.get(plan.intent, ("day",))
    return not plan.period_is_assumed and len(said) >= int(value.partition(":")[0])


def _metrics(plan: Plan, value: str) -> bool:
    if plan.intent not in _WITH_METRICS:
        return plan.intent in ("overview", "pacing", "objects", "suggestions", "scores", "targets", "freshness")
    used = [*plan.metrics, *(one.metric for one in (*plan.thresholds, *plan.questioned))]
    used += [plan.rank.metric] if plan.rank else []
    return any(one in used for one in value.split("|")) or any(_is_part(value, one) for one in used)


def _is_part(value: str, metric: str) -> bool:
    """Whether a quotient has that sum."""
    sums = value.split("|")
    begins = tuple(composed_name(one, "", kind) for one in sums for kind in KINDS)
    ends = tuple(composed_name("", one, kind) for one in sums for kind in KINDS)
    return metric.startswith(begins) or metric.endswith(ends)


def _bounds(plan: Plan, value: str) -> bool:
    return len(plan.thresholds) + len(plan.questioned) >= int(value)


def _none(plan: Plan, value: str) -> bool:
    bounds = (*plan.thresholds, *plan.questioned)
    is_none = any(one.comparison == "at_most" and one.value == 0 for one in bounds)
    return is_none or bool(plan.excluded) or plan.status is not None


def _segments(plan: Plan, value: str) -> bool:
    dimension, _, part = value.partition("=")
    held = any((one.dimension, one.value) == (dimension, part) for one in plan.segments)
    return held or dimension in plan.dimensions


def _compared(plan: Plan, value: str) -> bool:
    is_listed = plan.intent not in (*_WITH_METRICS, "overview")
    is_before = value == "previous" and plan.period is not None and bool(plan.period.back or plan.period.count)
    return is_listed or plan.compare is not None or is_before


def _facts(plan: Plan, value: str) -> bool:
    """Lists answer other questions with such words ("when was the data updated"); conversations are started."""
    if plan.intent in (*_WITH_METRICS, "overview"):
        return value == "schedule" and "messaging_conversations" in plan.metrics
    return plan.intent != "facts" or value in plan.facts


def _is_side_by_side(plan: Plan) -> bool:
    """Whether the answer sets groups, objects or metrics beside one another."""
    return bool(plan.dimensions) or len(plan.metrics) > 1 or bool(plan.thresholds or plan.questioned)


_HELD: Mapping[str, Callable[[Plan, str], bool]] = {
    "object": _objects,
    "exclusion": _excluded,
    "period": _periods,
    "metric": _metrics,
    "bound": _bounds,
    "none": _none,
    "segment": _segments,
    "status": lambda plan, value: plan.status == value or plan.intent == "facts",
    "objective": lambda plan, value: plan.objective == value,
    "dimension": lambda plan, value: value in plan.dimensions or plan.per_day or plan.intent not in _WITH_METRICS,
    "limit": lambda plan, value: plan.limit == int(value),
    "rank": lambda plan, value: plan.rank is not None or plan.intent not in _WITH_METRICS,
    "comparison": _compared,
    "pair": lambda plan, value: _compared(plan, "pair") or _is_side_by_side(plan),
    "fact": _facts,
    "subject": lambda plan, value: plan.intent in (value, "facts"),
    "both": lambda plan, value: False,
    "share": lambda plan, value: plan.with_shares,
}
