"""Bounds on metrics ("CPA acima de R$ 50", "sem vendas"), and which of a question's words are metrics at all."""

from decimal import Decimal

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.composed import composed_name
from fbads_pipeline.domain.chat.plan import LEVELS, Clarification, Objects, Rank, Refusal, Threshold
from fbads_pipeline.domain.chat.understanding.amounts import AmountBound
from fbads_pipeline.domain.chat.understanding.question import ComputedBound, ParsedQuestion, level_words
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag
from fbads_pipeline.domain.metrics.registry import FACTORS

GOAL_COST = "goal_cost:"
# What an account's goal counts.
COUNTED_BY_GOAL = {
    "purchase": "purchases",
    "lead": "leads",
    "registration": "registrations",
    "app_install": "app_installs",
    "messaging": "messaging_conversations",
}
_NONE_BEFORE = r"\b(?P<none>{none_before}) $"
_NONE_AFTER = r"^ (?P<none>{none_after})\b"
# What an event costs.
COST_OF = {
    "clicks": "cpc",
    "link_clicks": "cpc",
    "conversions": "cpa",
    "purchases": GOAL_COST + "purchase",
    "leads": GOAL_COST + "lead",
    "contacts": "cost_per_contact",
    "appointments": "cost_per_appointment",
    "applications": "cost_per_application",
    "subscriptions": "cost_per_subscription",
    "trials": "cost_per_trial",
    "donations": "cost_per_donation",
    "landing_page_views": "cost_per_landing_page_view",
    "thruplays": "cost_per_thruplay",
}


class CannotPlan(Exception):
    """The question has an answer of its own: one asked back, or a refusal."""

    def __init__(self, answer: Clarification | Refusal) -> None:
        super().__init__(answer.kind)
        self.answer = answer


def thresholds(parsed: ParsedQuestion, catalogue: Catalogue) -> tuple[Threshold, ...]:
    made = []
    for amount in parsed.amounts:
        if amount.is_percent and parsed.has("comparison", "moved"):
            raise CannotPlan(Refusal("not_understood", parsed.text[amount.start : amount.end]))  # "subiu mais de 20 %"
        tag = _bounded(amount, parsed)
        if tag is None and amount.is_money and parsed.vocabulary.has("goes_over", parsed.text):
            made.append(threshold(amount, "spend", catalogue))  # "passaram de 100 reais"
            continue
        if tag is None and len(parsed.before) == 1 and not amount.is_money:
            made.append(threshold(amount, parsed.before[0], catalogue))  # "só as que ficaram acima de 1"
            continue
        if tag is None:
            words = parsed.text[amount.start : amount.end]
            unclear = Clarification("metric", words) if parsed.has("dimension") else Refusal("not_understood", words)
            raise CannotPlan(unclear)
        made.append(threshold(amount, GOAL_COST + tag.value if tag.kind == "goal_cost" else tag.value, catalogue))
    made += [_computed(one, parsed, catalogue) for one in parsed.computed]
    lists = parsed.has("dimension") or parsed.vocabulary.has("which_ones", parsed.text)
    for tag in metric_tags(parsed):
        if tag.kind == "metric" and lists and is_none(tag, parsed):
            made += [*_had(tag, parsed, catalogue), Threshold(tag.value, "at_most", Decimal(0))]
    return tuple(dict.fromkeys(made or _counted(parsed, catalogue)))


def _computed(bound: ComputedBound, parsed: ParsedQuestion, catalogue: Catalogue) -> Threshold:
    """The bound that is another figure, of the metric said between its words, before, or after them."""
    tags = metric_tags(parsed)
    inside = [tag for tag in tags if bound.start <= parsed.place(tag) < bound.end]
    before = [tag for tag in tags if parsed.place(tag) < bound.start]
    said = (inside[:1] or before[-1:] or tags[:1])[:1]
    names = [GOAL_COST + tag.value if tag.kind == "goal_cost" else tag.value for tag in said]
    return computed_threshold(bound, names[0] if names else bound.metric, catalogue)


def computed_threshold(bound: ComputedBound, metric: str, catalogue: Catalogue) -> Threshold:
    """The bound of a metric that another object's figure is, or the average; better and worse by what is good of it."""
    of = bound.of.objects[0] if bound.of is not None else None
    objects = None if of is None else Objects(of.level, (of.object_id,), of.name)
    comparison = bound.direction
    if comparison in ("better", "worse"):
        is_cost = metric.startswith(GOAL_COST) or catalogue[metric].good == "down"
        comparison = "above" if (comparison == "better") != is_cost else "below"
    return Threshold(metric, comparison, Decimal(0), of=objects, is_average=of is None)  # type: ignore[arg-type]


def threshold(amount: AmountBound, metric: str, catalogue: Catalogue) -> Threshold:
    """A bare number beside a rate of percents is one of percents ("CTR abaixo de 1"); ROAS of 200 % is 2."""
    value = amount.value
    if amount.is_percent and (metric not in catalogue or catalogue[metric].unit != "ratio"):
        raise CannotPlan(Refusal("not_understood", f"{amount.value:f}%"))  # a part of what: of a change, of a total
    is_share = metric in catalogue and catalogue[metric].unit == "ratio" and metric not in FACTORS
    if amount.is_percent or (is_share and value >= Decimal("0.1")):
        value /= 100
    if amount.is_money and metric in COST_OF and catalogue[metric].unit == "count":
        metric = COST_OF[metric]  # "lead acima de 25 reais": what each of them costs
    is_money = metric.startswith(GOAL_COST) or catalogue[metric].unit == "money"
    if amount.is_money and not is_money:
        raise CannotPlan(Clarification("metric", amount.currency or "$"))
    return Threshold(metric, amount.comparison, value, amount.currency)


def with_quotients(parsed: ParsedQuestion, catalogue: Catalogue) -> list[str]:
    """The metrics said, a cost per event as the metric that it is, and any other sum per sum as their quotient.

    "Quanto custa cada clique" is the CPC, "vendas por clique" is purchases ÷ clicks.
    """
    each = _cost_of_each(parsed, catalogue)
    if each is not None:
        return [each]
    whole = _rate(parsed, catalogue) or _value_per(parsed, catalogue) or _taken_for_one(parsed, catalogue)
    if whole is not None:
        return [whole]
    each = _cost_of_one(parsed, catalogue)
    if each is not None:
        return [each]
    names: list[str] = []
    tags, words = metric_tags(parsed), parsed.vocabulary.words
    for place, tag in enumerate(tags):
        before = tags[place - 1] if place else None
        between = _between(before, tag, parsed) if before else ""
        is_cost = before is not None and (
            between in words["per"] or (between in words["each"] and before.said in words["cost_verbs"])
        )
        if before is not None and not between and before.said in words["cost_verbs"] and _is_cost(tag, catalogue):
            names.pop()  # "quanto custa o CPM"
        if before is not None and is_cost:
            names[-1] = _quotient(before, tag, parsed, catalogue)
        else:
            names.append(GOAL_COST + tag.value if tag.kind == "goal_cost" else tag.value)
    return names


def _between(before: PhraseTag, tag: PhraseTag, parsed: ParsedQuestion) -> str:
    """The words between two metrics, without names and days: "custo da Loja Aurora por lead"."""
    spans = [(one.start, one.end) for one in parsed.named] + [(one.start, one.end) for one in parsed.periods]
    places, nouns = range(before.end, tag.start), parsed.vocabulary.words["before_nouns"]
    taken = {at for at in places if any(a <= parsed.words[at].start < b for a, b in spans)}
    leads = {at for at in places if at + 1 in taken and parsed.words[at].text in nouns}
    taken |= {at for tag in parsed.of("average") for at in range(tag.start, tag.end)}  # "gasto médio por venda"
    return " ".join(parsed.words[at].text for at in places if at not in taken | leads)


def _is_cost(tag: PhraseTag, catalogue: Catalogue) -> bool:
    """Whether a metric is what something costs."""
    if tag.kind == "goal_cost":
        return True
    metric = catalogue[tag.value]
    return metric.unit == "money" and metric.good == "down" and metric.is_ratio


def _quotient(above: PhraseTag, below: PhraseTag, parsed: ParsedQuestion, catalogue: Catalogue) -> str:
    """The metric that one sum per another is; refuses what is no sum."""
    if above.value == "spend" and below.value in COST_OF:
        return COST_OF[below.value]
    name = composed_name(above.value, below.value)
    if name not in catalogue:
        said = " ".join(word.text for word in parsed.words[above.start : below.end])
        raise CannotPlan(Refusal("unknown_metric", said, (above.value, below.value)))
    return name


def _value_per(parsed: ParsedQuestion, catalogue: Catalogue) -> str | None:
    """What one event is worth: "value per lead" is the leads' value ÷ the leads."""
    tags = metric_tags(parsed)
    if len(tags) != 1 or not parsed.vocabulary.has("value_per", parsed.text):
        return None
    if tags[0].value == "purchases":
        return "average_order_value"
    name = composed_name(f"{tags[0].value.removesuffix('s')}_value", tags[0].value)
    return name if name in catalogue else None


def _without_rate(words: str, parsed: ParsedQuestion) -> str:
    """The words without those that only say that it is a rate: "lead rate per click"."""
    return " ".join(one for one in words.split() if one not in parsed.vocabulary.words["rate_words"])


def _taken_for_one(parsed: ParsedQuestion, catalogue: Catalogue) -> str | None:
    """ "How many clicks does it take to get one sale": clicks ÷ purchases."""
    tags = metric_tags(parsed)
    if len(tags) != 2 or not parsed.vocabulary.has("takes_for_one", parsed.text[: parsed.place(tags[1])].rstrip()):
        return None
    name = composed_name(tags[0].value, tags[1].value)
    return name if name in catalogue else None


def is_rate(parsed: ParsedQuestion) -> bool:
    """Whether the question asks for the rate that one metric has of another."""
    return len(metric_tags(parsed)) == 2 and parsed.vocabulary.has("rate", parsed.text)


def _rate(parsed: ParsedQuestion, catalogue: Catalogue) -> str | None:
    """The rate that one sum has of another, where the question asks for one: "taxa de compras por clique",
    "% of clicks that became purchases"; None where it asks for something else."""
    if not is_rate(parsed):
        return None
    first, second = metric_tags(parsed)
    joins = parsed.vocabulary.words["per"] | parsed.vocabulary.words["rate_joins"]
    between = " " + " ".join(word.text for word in parsed.words[first.end : second.start]) + " "
    if parsed.vocabulary.has("ratio", parsed.text):
        name = composed_name(first.value, second.value)
    elif parsed.vocabulary.expression(r" (?:{became})\b").search(between) or parsed.vocabulary.has("of_which", between):
        name = composed_name(second.value, first.value, "rate")
    elif _without_rate(between, parsed) in joins:
        name = composed_name(first.value, second.value, "rate")
    else:
        return None
    return name if name in catalogue else None


def metric_tags(parsed: ParsedQuestion) -> list[PhraseTag]:
    return [tag for tag in parsed.tags if tag.kind in ("metric", "goal_cost")]


def is_a_value(catalogue: Catalogue, tag: PhraseTag) -> bool:
    """Whether "valor" before this metric only means the metric: "o valor do CPA"."""
    metric = catalogue[tag.value]
    return metric.is_ratio or metric.unit == "money"


def _had(none: PhraseTag, parsed: ParsedQuestion, catalogue: Catalogue) -> list[Threshold]:
    """ "Com vendas mas sem carrinhos", "that got clicks but no sales": that there is some of the one is a condition as
    well as that there is none of the other."""
    found = []
    for tag in parsed.of("metric"):
        before = parsed.text[: parsed.place(tag)]
        between = parsed.text[parsed.words[tag.end - 1].end : parsed.place(none)]
        has = parsed.vocabulary.expression(r"\b(?:{having}) $").search(before) is not None
        is_count = tag.value in catalogue and catalogue[tag.value].unit == "count"
        joined = parsed.vocabulary.expression(r"^\W*(?:{and}|{but})\b").search(between) is not None
        if is_count and has and joined and tag.end <= none.start and tag.value != none.value:
            found.append(Threshold(tag.value, "above", Decimal(0)))
    return found


def is_none(tag: PhraseTag, parsed: ParsedQuestion) -> bool:
    """Whether the words beside a metric say that there is none of it."""
    return bool(none_words(tag, parsed))


def none_words(tag: PhraseTag, parsed: ParsedQuestion) -> list[tuple[int, int]]:
    """Where the words stand that say that there is none of a metric: "sem vendas", "sold nothing"."""
    expression, place = parsed.vocabulary.expression, parsed.place(tag)
    end = parsed.words[tag.end - 1].end
    before, after = (
        expression(_NONE_BEFORE).search(parsed.text[:place]),
        expression(_NONE_AFTER).match(parsed.text[end:]),
    )
    found = [before.span("none")] if before else []
    found += [(end + after.start("none"), end + after.end("none"))] if after else []
    amounts = [(one.start, one.end) for one in parsed.amounts]  # "mais de 0 cliques" is no "0 cliques"
    return [(a, b) for a, b in found if not any(a < last and first < b for first, last in amounts)]


def _counted(parsed: ParsedQuestion, catalogue: Catalogue) -> list[Threshold]:
    """ "Quantas campanhas tiveram vendas?" counts those with any."""
    how_many, levels = parsed.vocabulary.words["how_many"], level_words(parsed.vocabulary)
    counts = [tag for tag in parsed.of("intent") if tag.value == "objects" and tag.said in how_many]
    if not any(_word_after(parsed, tag) in levels for tag in counts):
        return []
    sums = [tag.value for tag in parsed.of("metric") if "days" in catalogue[tag.value].additive]
    return [Threshold(sums[0], "above", Decimal(0))] if sums and not parsed.of("rank") else []


def _word_after(parsed: ParsedQuestion, tag: PhraseTag) -> str:
    """The word after a tag, over names and states: "how many active Northwind campaigns"."""
    states = {place for one in parsed.of("status") for place in range(one.start, one.end)}
    for place in range(tag.end, len(parsed.words)):
        is_name = any(one.start <= parsed.words[place].start < one.end for one in parsed.named)
        if not is_name and place not in states:
            return parsed.words[place].text
    return ""


def _bounded(amount: AmountBound, parsed: ParsedQuestion) -> PhraseTag | None:
    """The metric of a bound: right after it ("50 de CPA", "10 vendas"), else the last before it, else the first."""
    tags = metric_tags(parsed)
    for tag in tags:
        between = parsed.text[amount.end : parsed.place(tag)] if parsed.place(tag) >= amount.end else "-"
        if parsed.vocabulary.expression(r" (?:(?:{between_amount_and_metric}) )?").fullmatch(between):
            return tag
    before = [tag for tag in tags if parsed.place(tag) < amount.start]
    return before[-1] if before else tags[0] if tags else None


def ranked(word: str, metric: str, catalogue: Catalogue) -> Rank:
    """best and worst go by what is good of the metric; most and least by size."""
    name = "cpa" if metric.startswith(GOAL_COST) else metric
    rising = catalogue[name].good != "down" if name in catalogue else True
    return Rank(metric, {"best": rising, "worst": not rising, "most": True, "least": False}[word])


def asks_which_did(parsed: ParsedQuestion, catalogue: Catalogue) -> bool:
    """ "Which campaigns sold yesterday?": those that did, not all of them with their sales."""
    levels = [tag for tag in parsed.of("dimension") if tag.value in LEVELS]
    counted = [tag for tag in parsed.of("metric") if tag.value in catalogue and catalogue[tag.value].unit == "count"]
    if len(levels) != 1 or len(counted) != 1 or counted[0].start < levels[0].end or parsed.has("comparison"):
        return False
    before = " ".join(word.text for word in parsed.words[max(0, levels[0].start - 4) : levels[0].start])
    listed = parsed.words[counted[0].start - 1].text in parsed.vocabulary.words["before_orders"]
    return parsed.vocabulary.has("which", before) and not listed and not parsed.has("share")


def had_some(parsed: ParsedQuestion, catalogue: Catalogue) -> tuple[Threshold, ...]:
    """ "Paused campaigns with sales", "campanhas que ainda gastaram": a condition; those without any do not meet it."""
    levels = [tag for tag in parsed.of("dimension") if tag.value in LEVELS]
    sums = [one for one in metric_tags(parsed) if one.value == "spend" or _is_count(one, catalogue)]
    if len(levels) != 1 or parsed.has("comparison") or parsed.has("share") or parsed.has("average"):
        return ()
    having = parsed.vocabulary.expression(r"\b(?:{having})(?: (?:{still}))? $")
    after = parsed.words[levels[0].end - 1].end
    met = [one for one in sums if having.search(parsed.text[after : max(after, parsed.place(one))])]
    if len(met) != 1 or any(one.start > met[0].start for one in metric_tags(parsed) if one != met[0]):
        return ()
    return (Threshold(met[0].value, "above", Decimal(0)),)


def _is_count(tag: PhraseTag, catalogue: Catalogue) -> bool:
    return tag.kind == "metric" and tag.value in catalogue and catalogue[tag.value].unit == "count"


def _cost_of_one(parsed: ParsedQuestion, catalogue: Catalogue) -> str | None:
    """ "What does it cost us to get one sale", "what'd a thousand impressions cost": a verb of cost, and what it buys.

    The two beside each other would be answers to two other questions.
    """
    tags, vocabulary = metric_tags(parsed), parsed.vocabulary
    costs = [tag for tag in tags if tag.value == "spend" and tag.said in vocabulary.words["cost_verbs"]]
    bought = [tag for tag in tags if tag not in costs]
    if len(costs) != 1 or len({tag.value for tag in bought}) != 1 or parsed.has("rank") or parsed.amounts:
        return None
    ends = sorted((costs[0], bought[0]), key=lambda tag: tag.start)
    between = parsed.text[parsed.words[ends[0].end - 1].end : parsed.place(ends[1])]
    if vocabulary.expression(r"\b(?:{and}|{or})\b|[,;/&+]").search(between):
        return None
    if _is_cost(bought[0], catalogue):
        return GOAL_COST + bought[0].value if bought[0].kind == "goal_cost" else bought[0].value
    if catalogue[bought[0].value].unit != "count":
        return None
    return COST_OF.get(bought[0].value) or composed_name("spend", bought[0].value)


def _cost_of_each(parsed: ParsedQuestion, catalogue: Catalogue) -> str | None:
    """ "What did each contact cost": spend ÷ contacts."""
    if not parsed.vocabulary.has("costs_each", parsed.text):
        return None
    tags = [tag.value for tag in metric_tags(parsed) if tag.value != "spend" and tag.value in catalogue]
    if len(set(tags)) != 1 or catalogue[tags[0]].unit != "count":
        return None
    return COST_OF.get(tags[0]) or composed_name("spend", tags[0])
