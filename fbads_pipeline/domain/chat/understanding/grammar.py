"""The deterministic planner: a question in Portuguese or English → a Plan, a question back, or a refusal.

It never guesses: a word that it cannot place and that could change figures ends in a question back or a refusal that
names the word. Without model, key or network.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.completeness import lost_mentions
from fbads_pipeline.domain.chat.hours import TODAY, is_night
from fbads_pipeline.domain.chat.lexicon.near_metrics import NEAR_METRICS
from fbads_pipeline.domain.chat.periods.dates import AmbiguousDate, ImpossibleDate
from fbads_pipeline.domain.chat.periods.resolution import after, previous
from fbads_pipeline.domain.chat.plan import (
    LEVELS,
    ROWS,
    Clarification,
    Dimension,
    Objects,
    Offer,
    Plan,
    Refusal,
    RelativePeriod,
    Understanding,
)
from fbads_pipeline.domain.chat.understanding import commands, follow_up, offers, subjects
from fbads_pipeline.domain.chat.understanding.comparators import read_comparators
from fbads_pipeline.domain.chat.understanding.conversation import conversation
from fbads_pipeline.domain.chat.understanding.entities import ObjectNames
from fbads_pipeline.domain.chat.understanding.figures.bounds import (
    CannotPlan,
    is_a_value,
    is_rate,
    metric_tags,
    none_words,
)
from fbads_pipeline.domain.chat.understanding.figures.plans import (
    FigureRequest,
    completed,
    evened,
    figures,
    overlaps,
    why_metric,
)
from fbads_pipeline.domain.chat.understanding.mentions import mentions_of
from fbads_pipeline.domain.chat.understanding.named import (
    asks_which,
    certain_objects,
    excluded_objects,
    names_that_are_days,
    names_that_are_words,
    names_with_another_day,
    objects_of,
    others_left_out,
    read_exclusions,
    read_parts_left_out,
)
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion, read
from fbads_pipeline.domain.chat.understanding.reading.asides import pass_asides
from fbads_pipeline.domain.chat.understanding.reading.meanings import asked_apart
from fbads_pipeline.domain.chat.understanding.reading.objectives import join_objectives
from fbads_pipeline.domain.chat.understanding.reading.qualifiers import read_qualifiers
from fbads_pipeline.domain.chat.understanding.reading.unclear import asked_for_date, asked_for_hour
from fbads_pipeline.domain.chat.understanding.reading.unheld import read_unheld
from fbads_pipeline.domain.chat.understanding.subjects import OVERVIEW_METRICS
from fbads_pipeline.domain.chat.understanding.tags import Lexicon, PhraseTag
from fbads_pipeline.domain.chat.understanding.taxes import Money, settle_tax

# What a question back may still lack: its answer brings it.
_ASKED_BACK = ("object", "period", "rank", "limit", "comparison")
_MOST_UNKNOWN, _NEAR_NAMES = 3, 3
# A question about more changes at once is answered for none of them.
_MOST_EXPLAINED = 2
ASSUMED = RelativePeriod("days", 7)
_ASSUMED_FOR: dict[Dimension, RelativePeriod] = {
    "week": RelativePeriod("days", 56),
    "weekday": RelativePeriod("days", 28),
    "hour": RelativePeriod("days", 28),
    "month": RelativePeriod("year", 0),
}


@dataclass(frozen=True)
class PlanningContext:
    """What a planner may know: the user's names, the catalogue, the local today, the last plan of the session, and
    whether the reader counts in spend or in cost (with tax) where the question does not say."""

    names: ObjectNames
    catalogue: Catalogue
    lexicon: Lexicon
    today: date
    language: str
    last: Plan | None = None
    money: Money = "spend"


def plan(question: str, context: PlanningContext) -> Understanding:
    """What a normalised question asks for; a plan holds the question's mentions, to be checked against it."""
    if not question:
        return Refusal("empty")
    choice = offers.chosen(question, context.last, context.lexicon.vocabulary)
    if choice is not None:
        assert context.last is not None
        return offers.taken(context.last, choice, context.catalogue)
    hour = asked_for_hour(question, context.names, context.lexicon.vocabulary, lambda text: plan(text, context))
    if hour is not None:
        return hour
    try:
        parsed = read(
            question, language=context.language, names=context.names, lexicon=context.lexicon, today=context.today
        )
    except AmbiguousDate as unclear:
        return asked_for_date(question, unclear, lambda text: plan(text, context))
    except ImpossibleDate as wrong:
        return Refusal("not_understood", str(wrong))
    settle_tax(parsed, context.money)
    join_objectives(parsed)
    read_exclusions(parsed)
    read_parts_left_out(parsed)
    read_comparators(parsed, context.last)
    parsed.others = others_left_out(parsed, context.last)
    parsed.before = context.last.metrics if context.last is not None and context.last.intent == "figures" else ()
    read_qualifiers(parsed)
    read_unheld(parsed)
    understood = _forbidden(parsed, context) or conversation(parsed) or _question(parsed, context)
    return asked_apart(_with_mentions(understood, parsed, context.today), parsed)


def _with_mentions(understood: Understanding, parsed: ParsedQuestion, today: date) -> Understanding:
    """The plan, also one that waits for a choice, with everything that the question says."""
    if isinstance(understood, Clarification) and understood.plan is not None:
        asked, mentions = offers.with_choices(understood), mentions_of(parsed)
        lost = lost_mentions(replace(understood.plan, mentions=mentions))
        lost = tuple(one for one in lost if one.kind not in _ASKED_BACK)
        if lost:
            return Refusal("lost", ", ".join(one.said for one in lost))
        ignored = (*parsed.asides, *understood.plan.ignored)
        return replace(asked, plan=replace(understood.plan, offers=asked.offers, ignored=ignored))
    if isinstance(understood, Plan):
        if overlaps(understood, today):
            return Clarification("period", "", (), replace(understood, compare=None, mentions=()))
        return replace(understood, mentions=mentions_of(parsed), ignored=(*parsed.asides, *understood.ignored))
    return understood


def _forbidden(parsed: ParsedQuestion, context: PlanningContext) -> Understanding | None:
    if commands.is_hostile(parsed):
        return Refusal("forbidden")
    if commands.is_change(parsed):
        return Plan("change_request", objects=certain_objects(parsed))
    if parsed.has("billing"):
        billed: Literal["tax", "balance"] = "tax" if parsed.has("billing", "tax") else "balance"
        return Refusal(billed, parsed.of("billing")[0].said, ("spend",))
    unknown = parsed.of("unknown_metric")
    if unknown and not any(_follows(parsed, tag) for tag in parsed.of("dimension")):
        said = unknown[0]
        return Refusal(
            "unknown_metric", said.said, NEAR_METRICS.get(said.value, ()) or context.catalogue.near(said.said)
        )
    return None


def _question(parsed: ParsedQuestion, context: PlanningContext) -> Understanding:
    parsed.asides = pass_asides(parsed)
    missing = parsed.missing or names_with_another_day(parsed) or names_that_are_days(parsed)
    missing = missing or names_that_are_words(parsed)
    if missing:
        said, level = missing[0]
        return Refusal("unknown_object", said, context.names.near(said, level))
    words = parsed.vocabulary.words
    if commands.is_advice(parsed):
        parsed.left = [word for word in parsed.left if word.text not in words["change_verbs"]]
    none = [span for tag in metric_tags(parsed) for span in none_words(tag, parsed)]
    parsed.left = [word for word in parsed.left if not any(a <= word.start < b for a, b in none)]
    if parsed.has("reset"):
        parsed.left = [word for word in parsed.left if word.text not in words["removal_words"]]
    if parsed.vocabulary.has("value_per", parsed.text):
        parsed.left = [word for word in parsed.left if word.text not in words["value_words"]]
    if is_rate(parsed):
        parsed.left = [word for word in parsed.left if word.text not in words["rate_words"]]
    each = parsed.vocabulary.expression(r"\b(?:{costs_each})\b").search(parsed.text)
    if each is not None:
        parsed.left = [word for word in parsed.left if context.lexicon.is_outside(word, each)]
    if any(is_a_value(context.catalogue, tag) for tag in parsed.of("metric")):
        parsed.left = [word for word in parsed.left if word.text not in words["values"]]
    if parsed.has("currency") and parsed.vocabulary.has("converting", parsed.text):
        return Refusal("no_conversion")
    if parsed.has("not_collected"):
        return Refusal("not_collected", parsed.of("not_collected")[0].said)
    if parsed.has("exclusion"):
        return Refusal("not_understood", parsed.of("exclusion")[0].said)
    if subjects.is_forecast(parsed, context.today):
        if len(parsed.left) > _MOST_UNKNOWN:
            return _left_over(parsed, context)
        if any(word.text[0].isdigit() for word in parsed.left):
            return Refusal("forecast", parsed.text[:80])
        return _forecast(parsed)
    if parsed.left:
        return _left_over(parsed, context)
    objects = asks_which(parsed, context.names, context.last) or objects_of(parsed)
    if isinstance(objects, Clarification):
        pending = _planned(parsed, context, certain_objects(parsed))
        waiting = pending.plan if isinstance(pending, Clarification) else pending
        return replace(objects, plan=waiting if isinstance(waiting, Plan) else None)
    return _planned(parsed, context, objects)


def _forecast(parsed: ParsedQuestion) -> Understanding:
    """Where the month's spend lands is what the product projects; of nothing else it makes a forecast."""
    if subjects.asks_for_another_forecast(parsed):
        return Refusal("forecast", parsed.text[:80])
    return subjects.about("pacing", parsed, certain_objects(parsed))


def _left_over(parsed: ParsedQuestion, context: PlanningContext) -> Refusal | Clarification:
    words = " ".join(word.text for word in parsed.left[:8])
    level = next((tag.value for tag in parsed.of("dimension") if tag.value in LEVELS), None)
    near = context.names.near(words, level)  # type: ignore[arg-type]
    if level and any(_follows(parsed, tag) for tag in parsed.of("dimension")):
        return Refusal("unknown_object", words, near)
    apart = parsed.vocabulary.words["negations"] | parsed.vocabulary.words["without_which_another"]
    if any(word.text[0].isdigit() or word.text in apart for word in parsed.left):
        return Refusal("not_understood", words)  # without a number, a "not" or a "until" it is another question
    if len(parsed.left) > _MOST_UNKNOWN or not (metric_tags(parsed) or parsed.has("intent", "overview")):
        return Refusal("not_understood", words)
    return _without_words(parsed, words, near, context)


def _without_words(
    parsed: ParsedQuestion, words: str, near: tuple[str, ...], context: PlanningContext
) -> Clarification | Refusal:
    """A question back on words without a place: what they could name, or the question without them."""
    known = replace(parsed, left=[])
    pending = _question(known, context)
    parsed.tags = known.tags
    plan_ = pending.plan if isinstance(pending, Clarification) else pending
    if not isinstance(plan_, Plan) or plan_.intent not in ("figures", "why", "overview"):
        return Refusal("not_understood", words)
    named = [one for one in context.names.objects if one.name in near]
    choices = (
        *offers.object_offers(named, _NEAR_NAMES),
        Offer(parsed.vocabulary.first("without_it", context.language)),
    )
    return Clarification("word", words, tuple(one.said for one in choices), replace(plan_, ignored=(words,)), choices)


def _follows(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """Whether a word that is left over comes right after a level: "campanha Xyz"."""
    if tag.value not in LEVELS:
        return False
    end = parsed.words[tag.end - 1].end
    return any(0 < word.start - end < 14 for word in parsed.left)


def _planned(parsed: ParsedQuestion, context: PlanningContext, objects: tuple[Objects, ...]) -> Understanding:
    about_object = subjects.facts(parsed, objects, context.last)
    if about_object is not None:
        return about_object
    subject = subjects.subject_of(parsed)
    if subject is not None:
        return subjects.about(subject, parsed, objects)
    try:
        asked = figures(parsed, context.catalogue, objects, context.today)
    except CannotPlan as unclear:
        return unclear.answer
    asked = replace(asked, plan=replace(asked.plan, excluded=(*excluded_objects(parsed), *parsed.others)))
    goes_on = follow_up.continues(parsed, asked, context.last)
    how = subjects.overview(parsed, asked.plan, goes_on=goes_on)
    if how is not None:
        return evened(_overview(how), context.today)
    if goes_on:
        last = follow_up.in_whole_account(parsed, context.last, context.names)
        patched = follow_up.patched(last, asked, parsed, context.today, context.catalogue)
        return evened(patched, context.today)
    return _without_context(asked, parsed, context)


def _overview(plan: Plan) -> Plan:
    """Compared with the stretch before; of two or more objects with one another."""
    period = plan.period or ASSUMED
    several = any(", " in one.name for one in plan.objects)
    compare = plan.compare or (None if several else previous(period))
    return replace(plan, period=period, compare=compare, period_is_assumed=plan.period is None)


def _without_context(asked: FigureRequest, parsed: ParsedQuestion, context: PlanningContext) -> Understanding:
    plan = asked.plan
    levels = subjects.levels_of(parsed)[:1] or tuple(one.level for one in plan.objects[-1:])
    if plan.status and levels == ("account",):
        levels = ("campaign",)  # "as que estão pausadas na Loja Aurora"
    vocabulary = parsed.vocabulary
    asks_for_objects = vocabulary.expression(r"^(?:\W*(?:{agreement}) )?(?:{exists})\b").search(parsed.text) is not None
    lists = parsed.has("intent", "objects") or plan.status == "REJECTED" or asks_for_objects
    lists = lists or (not plan.period and _asks_which(parsed))
    if lists and not plan.metrics and levels and not asked.rank_word:
        return replace(plan, intent="objects", dimensions=levels, rank=None)
    period = plan.period if not (asked.is_relative and plan.compare) else after(_set(plan.compare))
    if parsed.has("intent", "why"):
        if len(plan.metrics) > 1:
            plan = replace(plan, metrics=why_metric(parsed, plan.metrics))
        return _why(replace(plan, period=period), context)
    if period is None and parsed.has("so_far"):
        return Clarification("period", "", (), plan)
    if asked.is_relative and period is not None and period.kind == "days":
        period = replace(period, back=0)  # "the previous 7 days", with nothing before them: the last 7
    grouped = plan.dimensions[0] if plan.dimensions else "weekday" if plan.weekdays else "account"
    assumed = replace(TODAY, count=int(is_night(plan))) if plan.hours else _ASSUMED_FOR.get(grouped, ASSUMED)
    plan = completed(asked, period or assumed, context.today)
    if asked.is_relative and asked.plan.compare:
        same = period if period and period.kind == asked.plan.compare.kind else None
        plan = replace(plan, compare=previous(same) if same else asked.plan.compare)
    plan = replace(evened(plan, context.today), period_is_assumed=period is None)
    if parsed.vocabulary.has("where_from", parsed.text) and plan.metrics and not plan.dimensions:
        return Clarification("dimension", "", (), plan, offers.dimension_offers(asked.rank_word, plan.metrics[0]))
    is_part = plan.dimensions or plan.segments or any(one.level != "account" for one in plan.objects)
    if plan.with_shares and plan.metrics and not is_part and len({i for one in plan.objects for i in one.ids}) == 1:
        return Clarification("dimension", "", (), plan, offers.dimension_offers(None, plan.metrics[0]))
    lists = bool(plan.questioned) and parsed.vocabulary.has("which", parsed.text)
    if (
        (asked.rank_word or lists)
        and plan.metrics
        and not plan.dimensions
        and plan.compare is None
        and not plan.objects
    ):
        return Clarification("dimension", "", (), plan, offers.dimension_offers(asked.rank_word, plan.metrics[0]))
    return plan if plan.metrics else _without_metric(asked, plan, parsed)


def _asks_which(parsed: ParsedQuestion) -> bool:
    """ "Que contas eu cuido?": the objects themselves, of which nothing else is asked."""
    levels = [tag for tag in parsed.of("dimension") if tag.value in LEVELS]
    busy = parsed.has("rank") or parsed.has("comparison") or parsed.amounts or parsed.computed or parsed.has("share")
    before = parsed.text[: parsed.place(levels[0])] if levels else ""
    asks = parsed.vocabulary.expression(r"\b(?:{which})(?: (?:{are}))?(?: \w+(?:'s)?){0,3} $").search(before)
    return bool(levels) and not busy and asks is not None and not parsed.has("intent")


def _without_metric(asked: FigureRequest, plan: Plan, parsed: ParsedQuestion) -> Understanding:
    said = asked.plan
    if asked.rank_word and said.dimensions:
        choices = offers.metric_offers(asked.rank_word, plan.limit)
        return Clarification("rank_metric", "", (), replace(plan, limit=ROWS), choices)
    if said.status and said.objects and not said.dimensions:
        return replace(plan, intent="objects", dimensions=(said.objects[-1].level,), status=None, period=None)
    if (said.status or said.objective or said.currency) and any(one in LEVELS for one in said.dimensions):
        return replace(plan, intent="objects", period=None)
    if said.status and not (said.dimensions or said.segments or said.without or said.period or said.compare):
        return replace(plan, intent="objects", dimensions=("campaign",), period=None)  # "o que tá pausado?"
    limits = said.objects or said.dimensions or said.segments or said.status or said.without or said.weekdays
    if limits or said.hours or said.currency or said.period or said.compare:
        return Clarification("metric", "", (), plan)
    return Refusal("not_understood", parsed.text[:80])


def _set(period: RelativePeriod | None) -> RelativePeriod:
    assert period is not None
    return period


def _why(plan: Plan, context: PlanningContext) -> Understanding:
    if not plan.metrics:
        last = context.last
        if last is None or last.intent not in ("figures", "why") or not last.metrics:
            if plan.objects or plan.period:  # "o que houve com a Spring Sale ontem?"
                levels = [one.level for one in plan.objects] or ["account"]
                return _overview(replace(plan, intent="overview", metrics=OVERVIEW_METRICS, dimensions=(levels[-1],)))
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
        metrics=plan.metrics[:_MOST_EXPLAINED],
        objects=plan.objects,
        period=period,
        compare=plan.compare or replace(period, back=period.back + 1),
        excluded=plan.excluded,
        segments=plan.segments,
        without=plan.without,
        weekdays=plan.weekdays,
        status=plan.status,
        objective=plan.objective,
        premise=plan.premise,
        period_is_assumed=assumed,
    )
