"""Everything that a question says and that can change figures."""

from fbads_pipeline.domain.chat.plan import LEVELS, Mention
from fbads_pipeline.domain.chat.understanding.figures.bounds import COST_OF, GOAL_COST, is_none, is_rate, metric_tags
from fbads_pipeline.domain.chat.understanding.figures.groups import introduces_name, is_budget_spent, is_split_by
from fbads_pipeline.domain.chat.understanding.question import ObjectMention, ParsedQuestion
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag


def mentions_of(parsed: ParsedQuestion) -> tuple[Mention, ...]:
    """The names, days, bounds, metrics, parts, states, orders and comparisons of a question."""
    words = parsed.vocabulary.words
    return (
        *(Mention("object", _ids(one), one.said) for one in parsed.named),
        *(Mention("exclusion", _ids(one), one.said) for one in parsed.excluded),
        *_of_days(parsed),
        *(Mention("metric", _metric(tag), tag.said) for tag in metric_tags(parsed)),
        *(Mention("none", "", tag.said) for tag in metric_tags(parsed) if is_none(tag, parsed)),
        *(_bound(parsed, number) for number in range(len(parsed.amounts))),
        *(Mention("segment", tag.value, tag.said) for tag in parsed.of("segment")),
        *(Mention("segment", f"age={one.value}", one.value) for one in parsed.ages),
        *(Mention("without", tag.value, tag.said) for tag in parsed.without),
        *(Mention("same_time", "", tag.said) for tag in parsed.of("same_time")),
        *([Mention("weekdays", "+".join(map(str, parsed.weekdays)), parsed.said_weekdays)] if parsed.weekdays else []),
        *(
            Mention("computed", one.of.objects[0].object_id if one.of else "average", one.said)
            for one in parsed.computed
        ),
        *([Mention("hours", "-".join(map(str, parsed.hours)), parsed.said_hours)] if parsed.hours else []),
        *([Mention("currency", parsed.currency, parsed.of("currency")[0].said)] if parsed.currency else []),
        *(Mention("status", tag.value, tag.said) for tag in parsed.of("status") if not parsed.has("intent", "facts")),
        *(Mention("objective", tag.value, tag.said) for tag in parsed.of("objective")),
        *(Mention("dimension", tag.value, tag.said) for tag in parsed.of("dimension") if _splits(parsed, tag)),
        *(Mention("fact", tag.value, tag.said) for tag in parsed.of("fact")),
        *(Mention("state", tag.value, tag.said) for tag in parsed.of("intent") if tag.said in words["status_words"]),
        *(Mention("subject", tag.value, tag.said) for tag in parsed.of("intent") if _is_subject(parsed, tag)),
        *([Mention("rate", "|".join(tag.value for tag in metric_tags(parsed)), "%")] if is_rate(parsed) else []),
        *(Mention("share", "", tag.said) for tag in parsed.of("share") if not is_rate(parsed)),
        *_of_orders(parsed),
    )


def _ids(mention: ObjectMention) -> str:
    """The level and the ids of a name; none where it fits several, so that it is asked back."""
    if len(mention.objects) > 1 and not mention.is_plural:
        return f"{mention.objects[0].level}:"
    return f"{mention.objects[0].level}:{'+'.join(one.object_id for one in mention.objects)}"


def _of_days(parsed: ParsedQuestion) -> list[Mention]:
    said = [one for one in parsed.periods if not one.is_relative]
    found = []
    for number, one in enumerate(said, 1):
        is_now = not one.period.count and not one.period.back and one.period.first is None
        value = f"{number}:{one.period.kind if is_now else 'then'}"
        found.append(Mention("period", value, parsed.text[one.start : one.end].strip()))
    return found


def _metric(tag: PhraseTag) -> str:
    """Each metric that holds the meaning: its own, or what the event costs."""
    if tag.kind == "goal_cost":
        return f"{GOAL_COST}{tag.value}|cpa|spend"
    cost = COST_OF.get(tag.value, "")
    others = ("cpa",) if cost.startswith(GOAL_COST) else ()
    return "|".join(one for one in (tag.value, cost, *others, *_OTHER_NAMES.get(tag.value, ())) if one)


def _bound(parsed: ParsedQuestion, number: int) -> Mention:
    amount = parsed.amounts[number]
    return Mention("bound", str(number + 1), parsed.text[amount.start : amount.end])


def _splits(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """Whether the word asks for rows: levels also only introduce names, and days belong to averages and periods."""
    if tag.value in LEVELS or tag.value in ("day", "week", "month"):
        return False
    return not (tag.value == "objective" and parsed.has("intent", "facts"))


def _is_subject(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """Whether the word asks for a list of its own, beside figures: budgets, anomalies, suggestions, scores."""
    return tag.value in _SUBJECTS and not (tag.value == "pacing" and is_budget_spent(parsed))


def _of_orders(parsed: ParsedQuestion) -> list[Mention]:
    found = [
        Mention("rank", tag.value, tag.said)
        for tag in parsed.of("rank")
        if tag.value in ("best", "worst") and len(parsed.periods) < 2
    ]
    if len({one.value for one in found}) > 1 or _orders_twice(
        parsed
    ):  # "a melhor e a pior": one order holds one of them
        found.append(Mention("both", "", parsed.of("rank")[-1].said))
    found += [Mention("against", "", one) for one in parsed.against]
    found += _within(parsed)
    if parsed.ordinal:
        place = parsed.ordinal
        found.append(Mention("place", str(place.place), parsed.text[place.start : place.end].strip()))
    if parsed.limit:
        found.append(Mention("limit", str(parsed.limit), str(parsed.limit)))
    compared = parsed.of("comparison")
    moved = [tag for tag in compared if tag.value in ("moved", "previous", "year")]
    found += [Mention("comparison", tag.value, tag.said) for tag in moved[:1]]
    return found + [Mention("pair", "", tag.said) for tag in compared if tag.value == "pair"][:1]


def _within(parsed: ParsedQuestion) -> list[Mention]:
    """The best of each group ("a melhor campanha de cada conta"): one order of all rows does not hold it."""
    levels = [tag for tag in parsed.of("dimension") if tag.value in LEVELS and not introduces_name(parsed, tag)]
    each = [tag for tag in levels if is_split_by(parsed, tag)]
    if not parsed.of("rank") or not each or len({tag.value for tag in levels}) < 2:
        return []
    return [Mention("within", each[0].value, each[0].said)]


def _orders_twice(parsed: ParsedQuestion) -> bool:
    """Whether the most of one metric and the least of another are asked for: "maior gasto e menor CPA"."""
    tags = [tag for tag in parsed.of("rank") if tag.value in ("most", "least")]
    metrics = metric_tags(parsed)
    beside = {
        (tag.value, metric.value)
        for tag in tags
        for metric in metrics
        if (0 <= metric.start - tag.end <= 2 or metric.end == tag.start) and len(parsed.periods) < 2
    }
    return len({metric for _, metric in beside}) > 1 and len({value for value, _ in beside}) > 1


_SUBJECTS = ("pacing", "anomalies", "suggestions", "scores")
# What is asked for by one word and answered by another metric.
_OTHER_NAMES = {
    "spend": ("cpa", "cpc", "cpm", "roas", "purchase_value", "cost_per", f"{GOAL_COST}purchase", f"{GOAL_COST}lead"),
    "purchases": ("purchase_value", "cpa", "average_order_value"),
    "impressions": ("cpm",),
    "conversions": ("cpa", "conversion_rate"),
    "messaging_conversations": (f"{GOAL_COST}messaging",),
    "registrations": (f"{GOAL_COST}registration",),
}
