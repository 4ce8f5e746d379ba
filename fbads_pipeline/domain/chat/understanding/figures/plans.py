"""From the parts of a question to a plan for figures: which metric is ranked, bounded, broken down, compared."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.composed import parts_of
from fbads_pipeline.domain.chat.hours import TODAY, is_one_day
from fbads_pipeline.domain.chat.periods.resolution import a_year_before, equal_stretch, previous, resolve
from fbads_pipeline.domain.chat.plan import (
    EITHER,
    LEVELS,
    MOST_ROWS,
    ROWS,
    Clarification,
    Dimension,
    Direction,
    Objects,
    Plan,
    Rank,
    RelativePeriod,
    Segment,
    Status,
    Threshold,
)
from fbads_pipeline.domain.chat.understanding.figures.bounds import (
    COST_OF,
    GOAL_COST,
    CannotPlan,
    asks_which_did,
    had_some,
    is_rate,
    metric_tags,
    ranked,
    thresholds,
    with_quotients,
)
from fbads_pipeline.domain.chat.understanding.figures.groups import (
    are_parts_apart,
    average,
    below,
    compared_objects,
    dimensions_of,
    introduces_name,
    is_asked_apart,
    is_budget_spent,
    is_plural,
    mean_of,
    segments_of,
)
from fbads_pipeline.domain.chat.understanding.figures.stretches import is_more_or_less, stretches
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag

TOP = 5
_CHEAP_WORDS = COST_OF | {"impressions": "cpm"}


@dataclass(frozen=True)
class FigureRequest:
    """A plan as far as the question says it; what it does not say may come from the turn before."""

    plan: Plan
    rank_word: str | None  # best, worst, most, least
    is_relative: bool  # the only period said is "the one before"
    only_compares: bool  # the only period said is what is compared with
    to_previous: bool
    moves_back: bool  # "no período anterior?": not compared with it, but asked about it
    to_last_year: bool


def figures(parsed: ParsedQuestion, catalogue: Catalogue, objects: tuple[Objects, ...], today: date) -> FigureRequest:
    """The plan that the question itself says; raises CannotPlan."""
    metrics = _metrics(parsed, catalogue)
    bounds = thresholds(parsed, catalogue)
    rank_tag = _rank_tag(parsed)
    dimensions = dimensions_of(parsed, bool(bounds) or rank_tag is not None or parsed.ordinal is not None)
    of = [one.of.objects[0].level for one in parsed.computed if one.of is not None]
    dimensions = compared_objects(objects, dimensions or tuple(of[:1]))
    asks_one = rank_tag is not None and parsed.limit is not None  # "as 3 piores em CTR"
    asks_one = (
        asks_one or parsed.vocabulary.has("which_ones", parsed.text) or parsed.vocabulary.has("what_one", parsed.text)
    )
    if not dimensions and (bounds or rank_tag or parsed.ordinal) and asks_one and not are_parts_apart(parsed):
        dimensions = below(objects)
    if len(parsed.of("objective")) > 1 and not dimensions and parsed.vocabulary.has("apart", parsed.text):
        dimensions = ("objective",)
    segments, dimensions = segments_of(parsed, dimensions)
    per_day, dimensions = average(parsed, metrics, catalogue, dimensions)
    sums = any(one in catalogue and "days" in catalogue[one].additive for one in metrics)
    of_each = mean_of(parsed, metrics) if sums and not per_day and not dimensions else None
    period, compare, is_relative = stretches(parsed, today)
    if parsed.is_each_day and not dimensions:
        dimensions = ("day",)
    if period is not None and period.kind == "since" and period.first == today:
        period = TODAY  # "de hoje até agora"
    if parsed.has("same_time") and compare is None and (period is None or is_one_day(period)):
        period, compare = TODAY, period if period not in (None, TODAY) else replace(TODAY, count=1)
    if period is not None and is_one_day(period) and {"week", "month"} & set(dimensions):
        raise CannotPlan(Clarification("period", parsed.text[parsed.periods[0].start : parsed.periods[0].end]))
    rank = _rank(parsed, rank_tag or _order_tag(parsed), metrics, catalogue) if dimensions else None
    lists = any(one in LEVELS for one in dimensions) and parsed.vocabulary.has("which", parsed.text)
    lists = lists or (premise_of(parsed) is not None and any(one in LEVELS for one in dimensions))
    if rank is None and metrics and lists and parsed.has("comparison", "moved"):
        rank = Rank(metrics[0], True)  # "quais campanhas pioraram o CPA": those that moved most come first
    if rank is None and not bounds and compare is None and len(metrics) == 1 and asks_which_did(parsed, catalogue):
        bounds = (Threshold(metrics[0], "above", Decimal(0)),)
    if rank is None and not bounds and compare is None and dimensions:
        bounds = had_some(parsed, catalogue)
    if rank is None and dimensions and metrics and not parsed.has("comparison"):
        rank = _said_order(parsed, metrics)
    if rank is not None and parsed.has("comparison", "moved"):
        rank = _rank_of_change(rank, rank_tag, parsed, catalogue)
    if parsed.ordinal and metrics and dimensions:
        rank = replace(rank or ranked("best", metrics[0], catalogue), place=parsed.ordinal.place)
    plan = Plan(
        "figures",
        metrics=metrics or tuple(dict.fromkeys(one.metric for one in bounds)),
        dimensions=dimensions,
        objects=objects,
        segments=segments,
        # "O CPA ficou acima de 50?" is a question about the figure; only lists are cut by bounds.
        thresholds=bounds if dimensions else (),
        questioned=() if dimensions else bounds,
        with_shares=parsed.has("share") and not is_rate(parsed),
        premise=premise_of(parsed),
        status=status_said(parsed),
        objective=EITHER.join(dict.fromkeys(tag.value for tag in parsed.of("objective"))) or None,
        period=period,
        compare=compare,
        rank=rank,
        limit=_limit(parsed, rank_tag is not None, dimensions),
        per_day=per_day,
        without=tuple(dict.fromkeys(Segment(*tag.value.split("=")) for tag in parsed.without)),  # type: ignore[arg-type]
        weekdays=parsed.weekdays,
        same_time=parsed.has("same_time"),
        hours=parsed.hours,
        currency=parsed.currency,
        mean_of=of_each,
    )
    is_moving = parsed.has("comparison", "moved") or parsed.vocabulary.has("is_moving", parsed.text)
    moved = is_moving or parsed.has("comparison", "previous")
    compares = parsed.has("comparison", "pair") or parsed.has("comparison", "moved")
    return FigureRequest(
        plan,
        rank_word=rank_tag.value if rank_tag else None,
        is_relative=is_relative,
        only_compares=compare is not None and len(parsed.periods) == 1,
        to_previous=moved and compare is None,
        moves_back=parsed.has("comparison", "previous") and not compares,
        to_last_year=parsed.has("comparison", "year") and compare is None,
    )


def completed(asked: FigureRequest, period: RelativePeriod, today: date) -> Plan:
    """The plan with a period, and compared with what lies before it where the question says so."""
    plan = replace(asked.plan, period=period)
    if asked.to_last_year:
        return replace(plan, compare=a_year_before(period, today))
    return replace(plan, compare=previous(period)) if asked.to_previous else plan


def evened(plan: Plan, today: date) -> Plan:
    """The plan compared over equal stretches: of a month that is not over with as many days of the one before."""
    if plan.period is None or plan.compare is None:
        return plan
    return replace(plan, compare=equal_stretch(plan.period, plan.compare, today))


def overlaps(plan: Plan, today: date) -> bool:
    """Whether a stretch of days is set against one that it shares days with: no figure answers that."""
    if plan.period is None or plan.compare is None or plan.same_time:
        return False
    (first, last), (begins, ends) = resolve(plan.period, today), resolve(plan.compare, today)
    return first <= ends and begins <= last


def _metrics(parsed: ParsedQuestion, catalogue: Catalogue) -> tuple[str, ...]:
    found = with_quotients(parsed, catalogue)
    if parsed.vocabulary.has("price", parsed.text):
        found = [_CHEAP_WORDS.get(one, one) for one in found]
    if found in ([], ["purchases"]) and parsed.vocabulary.has("how_much_sold", parsed.text):
        found = ["purchase_value", "purchases"]
    if found in ([], ["purchases"]) and parsed.vocabulary.has("how_much_made", parsed.text):
        found = ["purchase_value"]
    if not found and (
        parsed.has("share") or is_budget_spent(parsed) or parsed.vocabulary.has("how_much_went", parsed.text)
    ):
        found = ["spend"]
    return tuple(dict.fromkeys(found))


def why_metric(parsed: ParsedQuestion, metrics: tuple[str, ...]) -> tuple[str, ...]:
    """Of several metrics the one that is said to have moved; the others are named as passed over.

    "We spent a fortune and sales are down. Why?" asks about the sales. All of them where none is said to.
    """
    moves = parsed.vocabulary.expression(r"^(?: \w+){0,3}? (?:{rises}|{falls})\b")
    tags = [tag for tag in metric_tags(parsed) if tag.kind == "metric" and tag.value in metrics]
    moved = [tag for tag in tags if moves.match(parsed.text[parsed.words[tag.end - 1].end :])]
    if len({tag.value for tag in moved}) != 1:
        return metrics
    others = [tag for tag in tags if tag.value != moved[0].value]
    parsed.tags = [tag for tag in parsed.tags if tag not in others]
    parsed.asides = (*parsed.asides, *(tag.said for tag in others))
    return (moved[0].value,)


def _is_of_spend(parsed: ParsedQuestion) -> bool:
    """ "Quanto foi pro Instagram", "que fatia ficou com a X": without a metric it is money."""
    return parsed.has("share") or parsed.vocabulary.has("how_much_went", parsed.text)


def premise_of(parsed: ParsedQuestion) -> Direction | None:
    """The direction that the question takes a change to have; None where it says none, or both."""
    vocabulary = parsed.vocabulary
    moved = [tag.said for tag in parsed.of("comparison") if tag.value == "moved"]
    if moved and all(one in vocabulary.words["high_and_low"] for one in moved):
        return None  # "o CPC tá alto?": how much it is, and nothing that it did
    up, down = (vocabulary.has(name, parsed.text) for name in ("rises", "falls"))
    return None if up == down else "up" if up else "down"


def _rank_tag(parsed: ParsedQuestion) -> PhraseTag | None:
    """The word that orders; "mais" between two periods compares, and beside "caro" it belongs to the price."""
    tags = parsed.of("rank")
    if len(parsed.periods) == 1 and parsed.periods[0].is_relative and is_more_or_less(parsed):
        return None
    if len(parsed.periods) > 1 and all(tag.value in ("most", "least") for tag in tags):
        return None
    return tags[0] if tags else None


def _rank_of_change(rank: Rank, tag: PhraseTag | None, parsed: ParsedQuestion, catalogue: Catalogue) -> Rank:
    """ "Qual campanha mais cresceu", "a maior queda de CTR": what moved most, up or down."""
    rising = catalogue[rank.metric].good != "down" if rank.metric in catalogue else False
    if parsed.vocabulary.has("worse", parsed.text):
        upward = not rising
    elif parsed.vocabulary.has("better", parsed.text):
        upward = rising
    else:
        upward = not parsed.vocabulary.has("falls", parsed.text)
    descending = upward if tag is None or tag.value in ("most", "best", "worst") else not upward
    return replace(rank, descending=descending, of_change=True)


def _said_order(parsed: ParsedQuestion, metrics: tuple[str, ...]) -> Rank | None:
    """ "Ordenado por gasto": the largest first, all of them."""
    for tag in metric_tags(parsed):
        before = parsed.text[: parsed.place(tag)]
        if tag.value in metrics and parsed.vocabulary.expression(r"\b(?:{ordered_by}) $").search(before):
            return Rank(tag.value, True)
    return None


def _order_tag(parsed: ParsedQuestion) -> PhraseTag | None:
    return next(iter(parsed.of("order")), None)


def _rank(parsed: ParsedQuestion, tag: PhraseTag | None, metrics: tuple[str, ...], catalogue: Catalogue) -> Rank | None:
    if tag is None:
        return None
    tags = metric_tags(parsed)
    if not metrics:
        return None
    if not tags:  # "which campaign used the most budget": the metric is in no word of its own
        return ranked(tag.value, metrics[0], catalogue)
    after = [one for one in tags if 0 <= one.start - tag.end <= 1]
    named = [
        one for one in tags if one.start and parsed.words[one.start - 1].text in parsed.vocabulary.words["by_metric"]
    ]
    before = [one for one in tags if 0 <= tag.start - one.end <= 1]
    chosen = (after or before or named or tags)[0]
    metric = GOAL_COST + chosen.value if chosen.kind == "goal_cost" else chosen.value
    if metric not in metrics:  # "o custo por carrinho mais alto": what is ordered is the quotient
        metric = next((one for one in metrics if parts_of(one, catalogue.metrics) and metric in one), metric)
    if parsed.vocabulary.has("price", parsed.text):
        metric = _CHEAP_WORDS.get(metric, metric)
    return ranked(tag.value, metric, catalogue)


def _limit(parsed: ParsedQuestion, is_ranked: bool, dimensions: tuple[Dimension, ...]) -> int:
    if parsed.limit or parsed.ordinal:
        return parsed.limit or (parsed.ordinal.place if parsed.ordinal else ROWS)
    if not is_ranked:
        return MOST_ROWS if dimensions and not any(one in LEVELS for one in dimensions) else ROWS
    if any(tag.said.split()[0] in parsed.vocabulary.words["plural_ranks"] for tag in parsed.of("rank")):
        return TOP
    tags = [tag for tag in parsed.of("dimension") if not introduces_name(parsed, tag)]
    if len(tags) > 1 and any(one.value == tags[0].value and is_asked_apart(parsed, one) for one in tags[1:]):
        return TOP if tags[0].value in LEVELS else MOST_ROWS  # "que dia vende mais? me mostra por dia"
    if not tags and any(parsed.vocabulary.has(one, parsed.text) for one in ("which_one", "what_one")):
        return max(1, len(parsed.named) if len(parsed.named) > 1 else 1)
    if not tags and parsed.vocabulary.has("which_single", parsed.text):
        return 1  # "qual a maior?"
    words = tags[0].said.split() if tags else []
    return TOP if not words or is_plural(tags[0].said, parsed) else 1


def status_said(parsed: ParsedQuestion) -> Status | None:
    """The status that the question limits itself to, or leaves out."""
    order: tuple[Status, ...] = ("REJECTED", "ACTIVE", "PAUSED", "NOT_REJECTED", "NOT_ACTIVE", "NOT_PAUSED")
    return next((one for one in order if parsed.has("status", one)), None)
