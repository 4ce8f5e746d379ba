"""The deterministic planner: a question in Portuguese or English → a Plan, a question back, or a refusal.

It never guesses: a word that it cannot place ends in a refusal that names the word. Without model, key or network.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.lexicon.metric_words import NEAR_METRICS
from fbads_pipeline.domain.chat.lexicon.question_words import WRITES
from fbads_pipeline.domain.chat.periods.dates import AmbiguousDate, ImpossibleDate
from fbads_pipeline.domain.chat.plan import (
    LEVELS,
    ROWS,
    Clarification,
    Dimension,
    Intent,
    Level,
    Objects,
    Period,
    Plan,
    Rank,
    Refusal,
    Understanding,
)
from fbads_pipeline.domain.chat.understanding import commands, follow_up
from fbads_pipeline.domain.chat.understanding.bounds import Unclear, says_none
from fbads_pipeline.domain.chat.understanding.entities import CHOICES, Names
from fbads_pipeline.domain.chat.understanding.figure_plans import (
    Asked,
    completed,
    figures,
    is_budget_spent,
    status_said,
)
from fbads_pipeline.domain.chat.understanding.normalise import fold, listed
from fbads_pipeline.domain.chat.understanding.question import Reading, read
from fbads_pipeline.domain.chat.understanding.tags import Lexicon, Tag
from fbads_pipeline.domain.core.formatting import Language

ASSUMED = Period("days", 7)
LISTED = 10
_ASSUMED_FOR: dict[Dimension, Period] = {
    "week": Period("days", 56),
    "weekday": Period("days", 28),
    "month": Period("year", 0),
}
_DEFINED = re.compile(
    r"^(?:\W*(?:me |e |and |please |por favor )*)(?:(?:o que|oq|o q|que) (?:e|sao|significa|quer dizer)\b|"
    r"what(?:'s| is| are)(?: an?)? (?!the\b|my\b|our\b|happen|wrong)|"
    r"what does|define|defina|definicao|definition|como (?:e|se|voces?|vcs?) ?(?:calculad\w|calculam?)|como "
    r"calcula\w*|how (?:is|are|do you) |meaning of|significado|explique o que|explica o que|qual (?:e )?(?:a |"
    r"o )?(?:formula|definicao|significado|conceito))"
)
_NEGATIONS = listed("sem nao not without zero nenhum nenhuma")
_VALUES = listed("valor valores value amount")
_EXPLAINED = re.compile(r"^(?:me |please |can you )?(?:explique|explica|explain)(?: me| pra mim)?\b(?! why| por)")
_SUBJECTS: tuple[Intent, ...] = ("anomalies", "suggestions", "scores", "pacing", "freshness")


@dataclass(frozen=True)
class PlanningContext:
    """What a planner may know: the user's names, the catalogue, the local today, and the last plan of the session."""

    names: Names
    catalogue: Catalogue
    lexicon: Lexicon
    today: date
    language: Language
    last: Plan | None = None


def plan(question: str, context: PlanningContext) -> Understanding:
    """What a normalised question asks for."""
    if not question:
        return Refusal("empty")
    try:
        reading = read(
            question, language=context.language, names=context.names, lexicon=context.lexicon, today=context.today
        )
    except AmbiguousDate as unclear:
        return _which_date(question, unclear, context)
    except ImpossibleDate as wrong:
        return Refusal("not_understood", str(wrong))
    return _forbidden(reading, context) or _conversation(reading, context) or _question(reading, context)


def _which_date(question: str, unclear: AmbiguousDate, context: PlanningContext) -> Understanding:
    """Asks for the date; what else the question says is kept for the answer."""
    without = plan(re.sub(re.escape(unclear.words), unclear.readings[0], fold(question), count=1), context)
    return Clarification("date", unclear.words, unclear.readings, without if isinstance(without, Plan) else None)


def _forbidden(reading: Reading, context: PlanningContext) -> Understanding | None:
    if commands.is_hostile(reading):
        return Refusal("forbidden")
    if commands.is_change(reading):
        return Plan("change_request", objects=_certain(reading))
    unknown = reading.of("unknown")
    if unknown:
        said = unknown[0]
        return Refusal(
            "unknown_metric", said.said, NEAR_METRICS.get(said.value, ()) or context.catalogue.near(said.said)
        )
    return None


def _conversation(reading: Reading, context: PlanningContext) -> Understanding | None:
    """Greetings, help, and definitions: no figures."""
    if reading.has("metric") or reading.has("goal_cost"):
        return _definition(reading, context)
    busy = reading.periods or reading.named or reading.amounts or reading.left or reading.missing
    said = {tag.value for tag in reading.of("intent")}
    if not busy and said == {"greeting"} and not reading.has("dimension"):
        return Plan("greeting")
    if "help" in said and not (said & set(_SUBJECTS)) and not busy:
        return Plan("help")
    return None


def _definition(reading: Reading, context: PlanningContext) -> Understanding | None:
    asks = (_DEFINED.match(reading.text) or _EXPLAINED.match(reading.text)) is not None or _means(reading)
    busy = reading.periods or reading.named or reading.amounts or reading.has("dimension") or reading.has("rank")
    if not asks or busy or reading.left or reading.missing or reading.has("compare"):
        return None
    if reading.has("intent", "why") and not _EXPLAINED.match(reading.text):
        return None
    metrics = tuple(dict.fromkeys(tag.value for tag in reading.of("metric")))
    return Plan("definition", metrics=metrics or ("cpa",))


def _means(reading: Reading) -> bool:
    return (
        re.search(r"\b(?:mean|means|significa|quer dizer|calculad[oa]|calculated|computed|formula)\b", reading.text)
        is not None
    )


def _question(reading: Reading, context: PlanningContext) -> Understanding:
    if reading.missing:
        said, level = reading.missing[0]
        return Refusal("unknown_object", said, context.names.near(said, level))
    if commands.is_advice(reading):
        reading.left = [word for word in reading.left if word.text not in WRITES]
    if says_none(reading):
        reading.left = [word for word in reading.left if word.text not in _NEGATIONS]
    if any(catalogue_ratio(context, tag) for tag in reading.of("metric")):
        reading.left = [word for word in reading.left if word.text not in _VALUES]
    if reading.has("not_collected"):
        return Refusal("not_collected", reading.of("not_collected")[0].said)
    if reading.has("exclusion"):
        return Refusal("not_understood", reading.of("exclusion")[0].said)
    if reading.left:
        return _left_over(reading, context)
    objects = objects_of(reading)
    if isinstance(objects, Clarification):
        pending = _planned(reading, context, ())
        return replace(objects, plan=pending if isinstance(pending, Plan) else None)
    return _planned(reading, context, objects)


def catalogue_ratio(context: PlanningContext, tag: Tag) -> bool:
    """Whether "valor" before this metric only means the metric: "o valor do CPA"."""
    metric = context.catalogue[tag.value]
    return metric.is_ratio or metric.unit == "money"


def _left_over(reading: Reading, context: PlanningContext) -> Refusal:
    words = " ".join(word.text for word in reading.left[:8])
    level = next((tag.value for tag in reading.of("dimension") if tag.value in LEVELS), None)
    near = context.names.near(words, level)  # type: ignore[arg-type]
    if level and any(_follows(reading, tag) for tag in reading.of("dimension")):
        return Refusal("unknown_object", words, near)
    return Refusal("not_understood", words)


def _follows(reading: Reading, tag: Tag) -> bool:
    """Whether a word that is left over comes right after a level: "campanha Xyz"."""
    if tag.value not in LEVELS:
        return False
    end = reading.words[tag.end - 1].end
    return any(0 < word.start - end < 14 for word in reading.left)


def objects_of(reading: Reading) -> tuple[Objects, ...] | Clarification:
    """The objects named, several of one level together; asks where one name fits several."""
    by_level: dict[Level, list[tuple[str, tuple[str, ...]]]] = {}
    for named in reading.named:
        names = {one.name for one in named.objects}
        if len(named.objects) > 1 and not named.is_plural:
            choices = sorted(names) if len(names) > 1 else [one.object_id for one in named.objects]
            return Clarification("object", named.said, tuple(choices[:CHOICES]))
        level = named.objects[0].level
        name = named.objects[0].name if len(named.objects) == 1 else named.said
        by_level.setdefault(level, []).append((name, tuple(one.object_id for one in named.objects)))
    return tuple(
        Objects(level, tuple(dict.fromkeys(i for _, ids in said for i in ids)), ", ".join(name for name, _ in said))
        for level, said in by_level.items()
    )


def _certain(reading: Reading) -> tuple[Objects, ...]:
    objects = objects_of(reading)
    return objects if isinstance(objects, tuple) else ()


def _planned(reading: Reading, context: PlanningContext, objects: tuple[Objects, ...]) -> Understanding:
    subject = _subject(reading)
    if subject is not None:
        return _about(subject, reading, context, objects)
    try:
        asked = figures(reading, context.catalogue, objects, context.today)
    except Unclear as unclear:
        return unclear.answer
    if follow_up.continues(reading, asked, context.last):
        assert context.last is not None
        return follow_up.patched(context.last, asked, reading, context.today, context.catalogue)
    return _standing_alone(asked, reading, context)


def _standing_alone(asked: Asked, reading: Reading, context: PlanningContext) -> Understanding:
    plan = asked.plan
    levels = _levels(reading)[:1] or tuple(one.level for one in plan.objects[-1:])
    if reading.has("intent", "objects") and not plan.metrics and levels:
        return replace(plan, intent="objects", dimensions=levels, rank=None)
    period = plan.period if not (asked.is_relative and plan.compare) else replace(_set(plan.compare), back=0)
    if reading.has("intent", "why"):
        return _why(replace(plan, period=period), context)
    if period is None and reading.has("so_far"):
        return Clarification("period", "", (), plan)
    if asked.is_relative and period is not None and period.kind == "days":
        period = replace(period, back=0)  # "the previous 7 days", with nothing before them: the last 7
    assumed = _ASSUMED_FOR.get(plan.dimensions[0], ASSUMED) if plan.dimensions else ASSUMED
    plan = completed(asked, period or assumed, context.today)
    if asked.is_relative and asked.plan.compare:
        plan = replace(plan, compare=asked.plan.compare)
    plan = replace(plan, period_is_assumed=period is None)
    if asked.rank_word and plan.metrics and not plan.dimensions and plan.compare is None and not plan.objects:
        return Clarification("dimension", "", (), plan)
    return plan if plan.metrics else _without_metric(asked, plan, reading)


def _without_metric(asked: Asked, plan: Plan, reading: Reading) -> Understanding:
    said = asked.plan
    if asked.rank_word and said.dimensions:
        return Clarification("rank_metric", "", (), replace(plan, limit=ROWS))
    if said.status and said.objects and not said.dimensions:
        return replace(plan, intent="objects", dimensions=(said.objects[-1].level,), status=None, period=None)
    if said.status and any(one in LEVELS for one in said.dimensions):
        return replace(plan, intent="objects", period=None)
    if said.objects or said.period or said.dimensions or said.segments or said.status or said.compare:
        return Clarification("metric", "", (), plan)
    return Refusal("not_understood", reading.text[:80])


def _set(period: Period | None) -> Period:
    assert period is not None
    return period


def _why(plan: Plan, context: PlanningContext) -> Understanding:
    if not plan.metrics:
        last = context.last
        if last is None or last.intent not in ("figures", "why") or not last.metrics:
            return Clarification("metric", "", (), replace(plan, intent="why"))
        plan = replace(
            last,
            metrics=last.metrics[:1],
            objects=plan.objects or last.objects,
            period=plan.period or last.period,
            compare=plan.compare or last.compare,
        )
    assumed = plan.period is None
    period = plan.period or ASSUMED
    return Plan(
        "why",
        metrics=plan.metrics[:1],
        objects=plan.objects,
        period=period,
        compare=plan.compare or replace(period, back=period.back + 1),
        period_is_assumed=assumed,
    )


def _levels(reading: Reading) -> tuple[Level, ...]:
    return tuple(tag.value for tag in reading.of("dimension") if tag.value in LEVELS)  # type: ignore[misc]


def _subject(reading: Reading) -> Intent | None:
    """What is asked about other than figures, where no metric claims the question."""
    said = {tag.value for tag in reading.of("intent")}
    if "why" in said:
        return None
    for subject in _SUBJECTS:
        if subject in said and (subject == "pacing" or not reading.has("metric") or subject in ("anomalies",)):
            if subject == "pacing" and reading.has("metric") and not _is_pacing(reading):
                continue
            return None if subject == "pacing" and is_budget_spent(reading) else subject
    return None


def _is_pacing(reading: Reading) -> bool:
    """ "vou estourar o orçamento?" mentions spend and still asks about the budget."""
    others = {tag.value for tag in reading.of("metric")} - {"spend"}
    return not others and not reading.has("rank") and not reading.has("compare", "pair")


def _about(subject: Intent, reading: Reading, context: PlanningContext, objects: tuple[Objects, ...]) -> Understanding:
    period = reading.periods[0].period if reading.periods else None
    dimensions = _levels(reading)[:1]
    descending = not (reading.has("rank", "worst") or reading.has("rank", "least"))
    made = Plan(
        subject,
        objects=objects,
        period=period,
        dimensions=dimensions,
        status=status_said(reading),
        limit=reading.limit or LISTED,
    )
    if reading.has("rank") and subject == "scores":
        made = replace(made, rank=Rank("score", descending))
    return made
