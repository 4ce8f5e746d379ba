"""A question without names and amounts, for a model to plan; and the plan that the model's answer stands for.

The model sees C1 for an object, P1 for a period, V1 for an amount, and the catalogue's metrics. It picks; it writes
no name and no number, and what it picks outside of the vocabulary is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.dates import AmbiguousDate, ImpossibleDate
from fbads_pipeline.domain.chat.periods.resolution import previous
from fbads_pipeline.domain.chat.plan import (
    DIMENSIONS,
    ROWS,
    Clarification,
    Mention,
    Objects,
    Plan,
    Refusal,
    RelativePeriod,
    Threshold,
    Understanding,
)
from fbads_pipeline.domain.chat.understanding.amounts import AmountBound
from fbads_pipeline.domain.chat.understanding.figures.bounds import CannotPlan, ranked, threshold
from fbads_pipeline.domain.chat.understanding.figures.plans import TOP
from fbads_pipeline.domain.chat.understanding.grammar import ASSUMED, PlanningContext
from fbads_pipeline.domain.chat.understanding.mentions import mentions_of
from fbads_pipeline.domain.chat.understanding.named import objects_of, read_exclusions
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion, read

_INTENTS = ("figures", "why", "suggestions", "anomalies", "scores", "pacing", "targets", "objects", "freshness", "none")
_ORDERS = ("best", "worst", "most", "least", "none")
_DIGITS = re.compile(r"\d+")
_FREE_DIGITS = re.compile(r"(?<![CPV])\d+")
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
    placeholder = {"type": "string", "pattern": "^[CPV][0-9]{1,2}$"}
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
        thresholds=tuple(_threshold(one, masked, catalogue) for one in said.get("thresholds") or ()),
        status=said.get("status") if said.get("status") in ("ACTIVE", "PAUSED") else None,
        period=period or (ASSUMED if intent in ("figures", "why") else None),
        period_is_assumed=period is None,
        limit=ROWS,
    )
    return replace(_ordered(_compared(plan, said, masked), said, catalogue), mentions=masked.mentions)


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
        for one in parsed.named
    ]


def _marks(parsed: ParsedQuestion) -> list[tuple[int, int, str]]:
    marks = [(one.start, one.end, f"C{number}") for number, one in enumerate(parsed.named, start=1)]
    marks += [(one.start, one.end, f" P{number} ") for number, one in enumerate(parsed.periods, start=1)]
    words = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}
    return marks + [
        (one.start, one.end, f"{words[one.comparison]} V{number}") for number, one in enumerate(parsed.amounts, start=1)
    ]
