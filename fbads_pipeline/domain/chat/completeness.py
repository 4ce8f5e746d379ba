"""A plan holds everything that its question said: one that lost something cannot be answered from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fbads_pipeline.domain.chat.composed import KINDS, composed_name
from fbads_pipeline.domain.chat.plan import EITHER, LEVELS, Intent, Level, Mention, Plan

# Answers without figures: what such a question mentions besides changes nothing in them.
WITHOUT_FIGURES: tuple[Intent, ...] = ("greeting", "help", "definition", "change_request")
# The current stretches that lists of what is so now may name: budgets go by the day and the month.
_NOW: Mapping[Intent, tuple[str, ...]] = {"pacing": ("day", "week", "month"), "facts": ("day", "then")}
_WITH_METRICS: tuple[Intent, ...] = ("figures", "why")
# The fields of a plan that change which figures or rows there are, each with the kinds of mention that fill it.
CHANGING: Mapping[str, tuple[str, ...]] = {
    "objects": ("object",),
    "excluded": ("exclusion",),
    "segments": ("segment",),
    "without": ("without",),
    "thresholds": ("bound", "none", "computed"),
    "questioned": ("bound", "none"),
    "status": ("status",),
    "objective": ("objective",),
    "weekdays": ("weekdays",),
    "compare": ("comparison", "pair"),
    "rank": ("rank", "place"),
    "with_shares": ("share",),
    "per_day": ("dimension",),
    "mean_of": ("dimension",),
    "same_time": ("same_time",),
    "hours": ("hours",),
    "currency": ("currency",),
}
_ROWS = frozenset(CHANGING) - {"with_shares", "per_day", "same_time", "hours", "mean_of"}
_LISTED = frozenset({"objects", "currency"})
# What the answer of each kind goes by; a field beside these would be passed over, so that there is no answer.
USED: Mapping[Intent, frozenset[str]] = {
    "figures": frozenset(CHANGING),
    "overview": _ROWS,
    "why": _ROWS - {"thresholds", "questioned", "rank"},
    "objects": frozenset({"objects", "excluded", "status", "objective", "currency"}),
    "pacing": _LISTED | {"status"},
    "scores": _LISTED | {"status", "rank"},
    "anomalies": _LISTED,
    "suggestions": _LISTED,
    "targets": _LISTED,
    "freshness": _LISTED,
    "facts": _LISTED | {"status"},
    "pixels": _LISTED,
}
# The levels of the objects that a list can be limited to.
LIMITED_BY: Mapping[Intent, tuple[Level, ...]] = {
    "pacing": ("account", "campaign", "adset"),
    "anomalies": ("account", "campaign"),
    "suggestions": ("account", "campaign"),
    "scores": ("account", "campaign"),
    "targets": ("account", "campaign"),
    "freshness": ("account",),
    "pixels": ("account",),
}


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
        lost = (*lost_mentions(self.plan), *passed_over(self.plan))
        if lost:
            raise LostMentions(lost)


def lost_mentions(plan: Plan) -> tuple[Mention, ...]:
    """The mentions of the plan's question that the plan does not hold."""
    if plan.intent in WITHOUT_FIGURES:
        return ()
    return tuple(one for one in plan.mentions if not _HELD[one.kind](plan, one.value))


def passed_over(plan: Plan) -> tuple[Mention, ...]:
    """What the plan holds and an answer of its kind goes by no more than if it were not there."""
    used = USED.get(plan.intent)
    if used is None:
        return ()
    default = Plan(plan.intent)
    fields = [one for one in CHANGING if one not in used and getattr(plan, one) != getattr(default, one)]
    if plan.with_shares:
        fields += [one for one in ("compare", "per_day", "same_time", "hours", "mean_of") if getattr(plan, one)]
    if plan.status not in (None, "ACTIVE") and plan.intent in ("pacing", "scores"):
        fields.append("status")
    if plan.objective and plan.intent == "objects" and plan.dimensions[:1] != ("campaign",):
        fields.append("objective")
    if plan.intent == "objects" and any(one.level not in ("account", "campaign") for one in plan.excluded):
        fields.append("excluded")
    if any(one.level not in _limits(plan) for one in (*plan.objects, *plan.excluded)):
        fields.append("objects" if plan.objects else "excluded")
    found = tuple(_said(plan, one) for one in fields)
    if plan.with_shares and len(plan.metrics) > 1:  # of which each row's part is shown of one alone
        said = ", ".join(one.said for one in plan.mentions if one.kind == "metric")
        found = (*found, Mention("passed_over", "metrics", said or "metrics"))
    return found


def _limits(plan: Plan) -> tuple[Level, ...]:
    """The levels of objects that the answer can be limited to."""
    if plan.intent == "objects" and plan.dimensions:
        listed: Level = plan.dimensions[0]  # type: ignore[assignment]
        return LEVELS[: LEVELS.index(listed) + 1]
    if plan.intent == "facts":
        return ("account", max((one.level for one in plan.objects), key=LEVELS.index, default="account"))
    return LIMITED_BY.get(plan.intent, LEVELS)


def _said(plan: Plan, field: str) -> Mention:
    """The words that filled the field; its name where the plan was made without words."""
    said = [one.said for one in plan.mentions if one.kind in CHANGING[field]]
    return Mention("passed_over", field, ", ".join(said) or field)


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
    if plan.intent not in (*_WITH_METRICS, "overview", "anomalies", "pixels"):
        return value.partition(":")[2] in _NOW.get(plan.intent, ("day",))
    return not plan.period_is_assumed and len(said) >= int(value.partition(":")[0])


def _metrics(plan: Plan, value: str) -> bool:
    if plan.intent == "pixels":
        return any(one in plan.metrics for one in value.split("|"))
    if plan.intent not in _WITH_METRICS:
        return plan.intent in ("overview", "pacing", "objects", "suggestions", "scores", "targets", "freshness")
    used = [*plan.metrics, *(one.metric for one in (*plan.thresholds, *plan.questioned))]
    used += [plan.rank.metric] if plan.rank else []
    names = value.split("|")
    if "spend" in names and any(one.startswith("cost_per_") for one in used):
        return True
    return any(one in used for one in names) or any(_is_part(value, one) for one in used)


def _is_part(value: str, metric: str) -> bool:
    """Whether a quotient has that sum."""
    sums = value.split("|")
    begins = tuple(composed_name(one, "", kind) for one in sums for kind in KINDS)
    ends = tuple(composed_name("", one, kind) for one in sums for kind in KINDS)
    return metric.startswith(begins) or metric.endswith(ends)


def _bounds(plan: Plan, value: str) -> bool:
    return len(plan.thresholds) + len(plan.questioned) >= int(value)


def _computed(plan: Plan, value: str) -> bool:
    """A bound that is that object's figure, or the average."""
    bounds = [one for one in plan.thresholds if one.is_computed]
    return any(one.is_average if value == "average" else one.of and "+".join(one.of.ids) == value for one in bounds)


def _none(plan: Plan, value: str) -> bool:
    bounds = (*plan.thresholds, *plan.questioned)
    is_none = any(one.comparison == "at_most" and one.value == 0 for one in bounds)
    return is_none or bool(plan.excluded) or plan.status is not None


def _without(plan: Plan, value: str) -> bool:
    dimension, _, part = value.partition("=")
    return any((one.dimension, one.value) == (dimension, part) for one in plan.without)


def _segments(plan: Plan, value: str) -> bool:
    dimension, _, part = value.partition("=")
    return any((one.dimension, one.value) == (dimension, part) for one in plan.segments)


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
    "objective": lambda plan, value: value in (plan.objective or "").split(EITHER),
    "dimension": lambda plan, value: (
        value in (*plan.dimensions, plan.mean_of) or plan.per_day or plan.intent not in _WITH_METRICS
    ),
    "limit": lambda plan, value: plan.limit == int(value),
    "place": lambda plan, value: plan.rank is not None and plan.rank.place == int(value),
    "rank": lambda plan, value: plan.rank is not None or plan.intent not in (*_WITH_METRICS, "objects"),
    "comparison": _compared,
    "pair": lambda plan, value: _compared(plan, "pair") or _is_side_by_side(plan),
    "fact": _facts,
    "state": lambda plan, value: plan.intent not in _WITH_METRICS,
    "subject": lambda plan, value: plan.intent in (value, "facts"),
    "both": lambda plan, value: False,
    "against": lambda plan, value: False,
    "within": lambda plan, value: plan.rank is None,
    "share": lambda plan, value: plan.with_shares,
    "rate": lambda plan, value: any(one not in value.split("|") for one in plan.metrics),
    "without": _without,
    "weekdays": lambda plan, value: plan.weekdays == tuple(int(one) for one in value.split("+")),
    "same_time": lambda plan, value: plan.same_time,
    "hours": lambda plan, value: plan.hours is not None and "-".join(map(str, plan.hours)) == value,
    "currency": lambda plan, value: plan.currency == value,
    "computed": _computed,
}
