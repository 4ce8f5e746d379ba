"""A question without names and amounts, for a model to plan; and the plan that the model's answer stands for.

The model sees C1 for an object, P1 for a period, V1 for an amount, and the catalogue's metrics. It picks; it writes
no name and no number, and what it picks outside of the vocabulary is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.dates import AmbiguousDate, ImpossibleDate
from fbads_pipeline.domain.chat.periods.resolution import previous
from fbads_pipeline.domain.chat.plan import (
    DIMENSIONS,
    LEVELS,
    ROWS,
    Clarification,
    Mention,
    Objects,
    Plan,
    Refusal,
    RelativePeriod,
    Segment,
    Threshold,
    Understanding,
)
from fbads_pipeline.domain.chat.understanding.amounts import AmountBound
from fbads_pipeline.domain.chat.understanding.comparators import read_comparators
from fbads_pipeline.domain.chat.understanding.figures.bounds import CannotPlan, computed_threshold, ranked, threshold
from fbads_pipeline.domain.chat.understanding.figures.plans import TOP
from fbads_pipeline.domain.chat.understanding.grammar import ASSUMED, PlanningContext
from fbads_pipeline.domain.chat.understanding.mentions import mentions_of
from fbads_pipeline.domain.chat.understanding.named import objects_of, read_exclusions, read_parts_left_out
from fbads_pipeline.domain.chat.understanding.question import ComputedBound, ParsedQuestion, read

_INTENTS = ("figures", "why", "suggestions", "anomalies", "scores", "pacing", "targets", "objects", "freshness", "none")
_ORDERS = ("best", "worst", "most", "least", "none")
_DIGITS = re.compile(r"\d+")
_FREE_DIGITS = re.compile(r"(?<![CPVHWMSB])\d+")
# What the words mean is the model's to read; what is named, counted and dated has to be in its plan.
_OF_WORDS = ("metric", "subject", "fact", "rank", "comparison", "pair", "dimension", "share")
_ADDRESS = re.compile(r"\S*@\S*|https?://\S*|www\.\S*")


@dataclass(frozen=True)
class MaskedQuestion:
    """What the model sees, and what its placeholders stand for."""

    text: str
    objects: Mapping[str, Objects]
    periods: Mapping[str, RelativePeriod]
    amounts: Mapping[str, AmountBound]
    parts: Mapping[str, Segment] = field(default_factory=dict)
    bounds: Mapping[str, ComputedBound] = field(default_factory=dict)
    hours: tuple[int, int] | None = None
    weekdays: tuple[int, ...] = ()
    currency: str | None = None
    mentions: tuple[Mention, ...] = ()


def mask(question: str, context: PlanningContext) -> MaskedQuestion | None:
    """The question with placeholders; None where a name or a date in it is ambiguous or unknown: it stays here."""
    try:
        parsed = read(
            question, language=context.language, names=context.names, lexicon=context.lexicon, today=context.today
        )
    except (AmbiguousDate, ImpossibleDate):
        return None
    read_exclusions(parsed)
    read_parts_left_out(parsed)
    read_comparators(parsed, context.last)
    objects = objects_of(parsed)
    if parsed.missing or isinstance(objects, Clarification):
        return None
    marks = _marks(parsed)
    text = parsed.text
    for start, end, mark in sorted(marks, reverse=True):
        text = text[:start] + mark + text[end:]
    return MaskedQuestion(
        _DIGITS.sub("#", text) if not marks else _FREE_DIGITS.sub("#", text),
        {f"C{number}": one for number, one in enumerate(_by_name(parsed), start=1)},
        {f"P{number}": one.period for number, one in enumerate(parsed.periods, start=1)},
        {f"V{number}": one for number, one in enumerate(parsed.amounts, start=1)},
        {mark: one for mark, one, _ in _parts(parsed)},
        {f"B{number}": one for number, one in enumerate(parsed.computed, start=1)},
        parsed.hours,
        parsed.weekdays,
        parsed.currency,
        tuple(one for one in mentions_of(parsed) if one.kind not in _OF_WORDS),
    )


def kept_text(question: str, context: PlanningContext) -> tuple[str, str]:
    """A question as a list of such questions may keep it, and its words without a meaning: no name, amount, day, number
    or address; of names that are not known neither."""
    clean = _ADDRESS.sub(" ", question)
    try:
        parsed = read(
            clean, language=context.language, names=context.names, lexicon=context.lexicon, today=context.today
        )
    except (AmbiguousDate, ImpossibleDate):
        return "", ""
    text, words = parsed.text, [one.text for one in parsed.left if one.text.isalpha()]
    for start, end, mark in sorted(_marks(parsed), reverse=True):
        text = text[:start] + mark + text[end:]
    for said, _ in parsed.missing:
        text = text.replace(said, "C?")
    return " ".join(_FREE_DIGITS.sub("#", text).split()), " ".join(words)


def plan_schema(catalogue: Catalogue) -> dict[str, Any]:
    """The JSON schema of what the model may answer: closed lists, and placeholders."""
    metric = {"type": "string", "enum": list(catalogue.metrics)}
    placeholder = {"type": "string", "pattern": "^[CPVHWMSB][0-9]{1,2}$"}
    bound = {
        "type": "object",
        "properties": {
            "metric": metric,
            "comparison": {"type": "string", "enum": ["above", "at_least", "below", "at_most"]},
            "value": placeholder,
        },
        "required": ["metric", "comparison", "value"],
        "additionalProperties": False,
    }
    properties = {
        "intent": {"type": "string", "enum": list(_INTENTS), "description": "none: it cannot be answered with these"},
        "metrics": {"type": "array", "items": metric},
        "dimensions": {"type": "array", "items": {"type": "string", "enum": list(DIMENSIONS)}},
        "objects": {"type": "array", "items": placeholder},
        "status": {"type": "string", "enum": ["ACTIVE", "PAUSED", "any"]},
        "period": {"type": ["string", "null"]},
        "compare": {"type": ["string", "null"], "description": "a P placeholder, or `previous`"},
        "thresholds": {"type": "array", "items": bound},
        "bounds": {
            "type": "array",
            "items": _without_comparison(bound),
            "description": "B placeholders: bounds that are another object's figure, or the average",
        },
        "hours": {"type": ["string", "null"], "description": "H1, hours of the day"},
        "weekdays": {"type": ["string", "null"], "description": "W1, days of the week"},
        "currency": {"type": ["string", "null"], "description": "M1, only accounts billed in it"},
        "parts": {"type": "array", "items": placeholder, "description": "S placeholders, the only parts"},
        "left_out": {"type": "array", "items": placeholder, "description": "S and C placeholders that are left out"},
        "mean_of": {"type": "string", "enum": [*LEVELS, "none"], "description": "the mean over these, not their sum"},
        "per_day": {"type": "boolean", "description": "the average per day"},
        "order": {"type": "string", "enum": list(_ORDERS)},
    }
    return {
        "title": "Plan",
        "description": "What a question about advertising figures asks for.",
        "type": "object",
        "properties": properties,
        "required": ["intent", "metrics", "dimensions"],
        "additionalProperties": False,
    }


def _without_comparison(bound: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a bound whose direction is in its own words."""
    properties = {name: one for name, one in bound["properties"].items() if name != "comparison"}
    return {**bound, "properties": properties, "required": ["metric", "value"]}


def unmask(said: Mapping[str, Any], masked: MaskedQuestion, catalogue: Catalogue) -> Understanding | None:
    """The plan of a model's answer; None where it is unusable, a refusal where it names what there is not."""
    try:
        return _unmasked(said, masked, catalogue)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    except CannotPlan as unclear:
        return unclear.answer


def _unmasked(said: Mapping[str, Any], masked: MaskedQuestion, catalogue: Catalogue) -> Understanding | None:
    intent = said["intent"]
    if intent not in _INTENTS or intent == "none":
        return None
    metrics = tuple(dict.fromkeys(str(one) for one in said.get("metrics") or ()))
    for name in metrics:
        if name not in catalogue:
            return Refusal("unknown_metric", name[:40], catalogue.near(name[:40]))
    dimensions = tuple(dict.fromkeys(said.get("dimensions") or ()))
    if any(one not in DIMENSIONS for one in dimensions):
        return None
    if intent in ("figures", "why") and not metrics:
        return None
    asked = said.get("period")
    period = masked.periods[asked] if asked else None
    plan = Plan(
        intent,
        metrics=metrics,
        dimensions=dimensions,
        objects=tuple(masked.objects[one] for one in said.get("objects") or ()),
        thresholds=(
            *(_threshold(one, masked, catalogue) for one in said.get("thresholds") or ()),
            *(
                computed_threshold(masked.bounds[one["value"]], one["metric"], catalogue)
                for one in said.get("bounds") or ()
            ),
        ),
        segments=tuple(masked.parts[one] for one in said.get("parts") or ()),
        without=tuple(masked.parts[one] for one in said.get("left_out") or () if one in masked.parts),
        excluded=tuple(masked.objects[one] for one in said.get("left_out") or () if one not in masked.parts),
        hours=_held(said, "hours", "H1", masked.hours),
        weekdays=_held(said, "weekdays", "W1", masked.weekdays) or (),
        currency=_held(said, "currency", "M1", masked.currency),
        mean_of=said["mean_of"] if said.get("mean_of") in LEVELS else None,
        per_day=said.get("per_day") is True,
        status=said.get("status") if said.get("status") in ("ACTIVE", "PAUSED") else None,
        period=period or (ASSUMED if intent in ("figures", "why") else None),
        period_is_assumed=period is None,
        limit=ROWS,
    )
    return replace(_ordered(_compared(plan, said, masked), said, catalogue), mentions=masked.mentions)


def _held(said: Mapping[str, Any], name: str, mark: str, held: Any) -> Any:
    """What the placeholder stands for, where the model names it; raises KeyError for any other word."""
    if said.get(name) is None:
        return None
    return {mark: held}[said[name]]


def _compared(plan: Plan, said: Mapping[str, Any], masked: MaskedQuestion) -> Plan:
    wanted = said.get("compare")
    if plan.period is not None and (plan.intent == "why" or wanted == "previous"):
        return replace(plan, compare=previous(plan.period))
    return replace(plan, compare=masked.periods[wanted]) if wanted else plan


def _ordered(plan: Plan, said: Mapping[str, Any], catalogue: Catalogue) -> Plan:
    order = said.get("order")
    if order in (None, "none") or not plan.dimensions or not plan.metrics:
        return plan
    return replace(plan, rank=ranked(str(order), plan.metrics[0], catalogue), limit=TOP)


def _threshold(said: Mapping[str, Any], masked: MaskedQuestion, catalogue: Catalogue) -> Threshold:
    """The amount is the one in the question; of the model only metric and direction are taken."""
    if said["metric"] not in catalogue:
        raise CannotPlan(Refusal("unknown_metric", str(said["metric"])[:40], catalogue.near(str(said["metric"])[:40])))
    amount = replace(masked.amounts[said["value"]], comparison=said["comparison"])
    return threshold(amount, said["metric"], catalogue)


def _by_name(parsed: ParsedQuestion) -> list[Objects]:
    return [
        Objects(one.objects[0].level, tuple(each.object_id for each in one.objects), one.objects[0].name)
        for one in (*parsed.named, *parsed.excluded)
    ]


def _parts(parsed: ParsedQuestion) -> list[tuple[str, Segment, tuple[int, int]]]:
    """Parts of breakdowns, each with its placeholder and its place in the text."""
    tags = [*parsed.of("segment"), *parsed.without]
    found = [(tag.value, (parsed.place(tag), parsed.words[tag.end - 1].end)) for tag in tags]
    found += [(f"age={one.value}", (one.start, one.end)) for one in parsed.ages]
    return [
        (f"S{number}", Segment(*value.split("=")), place)  # type: ignore[arg-type]
        for number, (value, place) in enumerate(found, start=1)
    ]


def _said_once(parsed: ParsedQuestion) -> list[tuple[int, int, str]]:
    """Hours, days of the week and the currency, where the text says them."""
    found = []
    for said, mark in ((parsed.said_hours, " H1 "), (parsed.said_weekdays, " W1 ")):
        place = parsed.text.find(said) if said else -1
        if place >= 0:
            found.append((place, place + len(said), mark))
    tags = parsed.of("currency") if parsed.currency else []
    return found + [(parsed.place(tag), parsed.words[tag.end - 1].end, " M1 ") for tag in tags]


def _marks(parsed: ParsedQuestion) -> list[tuple[int, int, str]]:
    marks = [
        (one.start, one.end, f"C{number}") for number, one in enumerate((*parsed.named, *parsed.excluded), start=1)
    ]
    marks += [(one.start, one.end, f" P{number} ") for number, one in enumerate(parsed.periods, start=1)]
    words = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}
    marks += [
        (one.start, one.end, f"{words[one.comparison]} V{number}") for number, one in enumerate(parsed.amounts, start=1)
    ]
    marks += [(one.start, one.end, f" B{number} ") for number, one in enumerate(parsed.computed, start=1)]
    marks += [(*place, f" {mark} ") for mark, _, place in _parts(parsed)] + _said_once(parsed)
    return _apart(marks)


def _apart(marks: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Of marks that share words the one that begins first, over all of their words: no part of a name is left over."""
    kept: list[tuple[int, int, str]] = []
    for mark in sorted(marks, key=lambda one: (one[0], -one[1])):
        if not kept or kept[-1][1] <= mark[0]:
            kept.append(mark)
        elif mark[1] > kept[-1][1]:
            kept[-1] = (kept[-1][0], mark[1], kept[-1][2])
    return kept
