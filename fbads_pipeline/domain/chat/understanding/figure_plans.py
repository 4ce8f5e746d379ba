"""From the parts of a question to a plan for figures: which metric is ranked, bounded, broken down, compared."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.phrases import FoundPeriod
from fbads_pipeline.domain.chat.periods.resolution import a_year_before, equal_stretch, previous, resolve
from fbads_pipeline.domain.chat.plan import (
    LEVELS,
    MOST_ROWS,
    ROWS,
    SEGMENTS,
    Clarification,
    Dimension,
    Direction,
    Objects,
    Plan,
    Rank,
    Refusal,
    RelativePeriod,
    Segment,
    Threshold,
)
from fbads_pipeline.domain.chat.understanding.bounds import (
    COST_OF,
    GOAL_COST,
    CannotPlan,
    asks_which_did,
    is_rate,
    metric_tags,
    ranked,
    thresholds,
    with_quotients,
)
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
    dimensions = _dimensions(parsed, bool(bounds) or rank_tag is not None)
    dimensions = _compared_objects(objects, dimensions)
    segments, dimensions = _segments(parsed, dimensions)
    per_day, dimensions = _average(parsed, metrics, catalogue, dimensions)
    period, compare, is_relative = _periods(parsed, today)
    rank = _rank(parsed, rank_tag or _order_tag(parsed), metrics, catalogue) if dimensions else None
    lists = any(one in LEVELS for one in dimensions) and parsed.vocabulary.has("which", parsed.text)
    lists = lists or (premise_of(parsed) is not None and any(one in LEVELS for one in dimensions))
    if rank is None and metrics and lists and parsed.has("comparison", "moved"):
        rank = Rank(metrics[0], True)  # "quais campanhas pioraram o CPA": those that moved most come first
    if rank is None and not bounds and compare is None and len(metrics) == 1 and asks_which_did(parsed, catalogue):
        bounds = (Threshold(metrics[0], "above", Decimal(0)),)
    if rank is not None and parsed.has("comparison", "moved"):
        rank = _rank_of_change(rank, rank_tag, parsed, catalogue)
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
        objective=next((tag.value for tag in parsed.of("objective")), None),
        period=period,
        compare=compare,
        rank=rank,
        limit=_limit(parsed, rank_tag is not None, dimensions),
        per_day=per_day,
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


def _metrics(parsed: ParsedQuestion, catalogue: Catalogue) -> tuple[str, ...]:
    found = with_quotients(parsed, catalogue)
    if parsed.vocabulary.has("price", parsed.text):
        found = [_CHEAP_WORDS.get(one, one) for one in found]
    if found in ([], ["purchases"]) and parsed.vocabulary.has("how_much_sold", parsed.text):
        found = ["purchase_value", "purchases"]
    if not found and (
        parsed.has("share") or is_budget_spent(parsed) or parsed.vocabulary.has("how_much_went", parsed.text)
    ):
        found = ["spend"]
    return tuple(dict.fromkeys(found))


def _is_of_spend(parsed: ParsedQuestion) -> bool:
    """ "Quanto foi pro Instagram", "que fatia ficou com a X": without a metric it is money."""
    return parsed.has("share") or parsed.vocabulary.has("how_much_went", parsed.text)


def premise_of(parsed: ParsedQuestion) -> Direction | None:
    """The direction that the question takes a change to have; None where it says none, or both."""
    vocabulary = parsed.vocabulary
    up, down = (vocabulary.has(name, parsed.text) for name in ("rises", "falls"))
    return None if up == down else "up" if up else "down"


def _rank_tag(parsed: ParsedQuestion) -> PhraseTag | None:
    """The word that orders; "mais" between two periods compares, and beside "caro" it belongs to the price."""
    tags = parsed.of("rank")
    if len(parsed.periods) == 1 and parsed.periods[0].is_relative and _is_more_or_less(parsed):
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


def _order_tag(parsed: ParsedQuestion) -> PhraseTag | None:
    return next(iter(parsed.of("order")), None)


def _rank(parsed: ParsedQuestion, tag: PhraseTag | None, metrics: tuple[str, ...], catalogue: Catalogue) -> Rank | None:
    if tag is None:
        return None
    tags = metric_tags(parsed)
    if not tags or not metrics:
        return None
    after = [one for one in tags if 0 <= one.start - tag.end <= 1]
    named = [
        one for one in tags if one.start and parsed.words[one.start - 1].text in parsed.vocabulary.words["by_metric"]
    ]
    before = [one for one in tags if 0 <= tag.start - one.end <= 1]
    chosen = (after or before or named or tags)[0]
    metric = GOAL_COST + chosen.value if chosen.kind == "goal_cost" else chosen.value
    if parsed.vocabulary.has("price", parsed.text):
        metric = _CHEAP_WORDS.get(metric, metric)
    return ranked(tag.value, metric, catalogue)


def _limit(parsed: ParsedQuestion, is_ranked: bool, dimensions: tuple[Dimension, ...]) -> int:
    if parsed.limit:
        return parsed.limit
    if not is_ranked:
        return MOST_ROWS if dimensions and not any(one in LEVELS for one in dimensions) else ROWS
    if any(tag.said.split()[0] in parsed.vocabulary.words["plural_ranks"] for tag in parsed.of("rank")):
        return TOP
    tags = [tag for tag in parsed.of("dimension") if not _introduces_name(parsed, tag)]
    words = tags[0].said.split() if tags else []
    return TOP if not words or _is_plural(tags[0].said, parsed) else 1


def _dimensions(parsed: ParsedQuestion, is_list: bool) -> tuple[Dimension, ...]:
    words = parsed.vocabulary.words
    found: list[Dimension] = []
    weak: list[Dimension] = []
    for tag in parsed.of("dimension"):
        value: Dimension = tag.value  # type: ignore[assignment]
        before = _word_before(parsed, tag)
        asked = before in words["by"] or tag.said.split()[0] in words["by"]
        if value in LEVELS:
            if _introduces_name(parsed, tag):
                continue
            if asked or is_list:
                (found if asked or _leads(parsed, tag) else weak).append(value)
            elif _is_plural(tag.said, parsed):
                weak.append(value)
        elif tag.said in words.get(f"bare_{value}", ()):
            if not asked and not is_list:
                raise CannotPlan(Refusal("not_understood", tag.said))
            found.append(value)
        else:
            found.append(value)
    if any(one in ("week", "month", "weekday") for one in found):  # "a tendência por semana" has no days
        trends = parsed.vocabulary.words["trend_words"]
        days = [tag for tag in parsed.of("dimension") if tag.value == "day"]
        found = [one for one in found if one != "day" or any(tag.said not in trends for tag in days)]
    for tag in parsed.of("objective"):  # "quais campanhas de vendas gastaram mais"
        if is_list or _word_before(parsed, tag) in words["by"]:
            found.append("campaign")
    return tuple(dict.fromkeys(found or weak[:1]))


def is_budget_spent(parsed: ParsedQuestion) -> bool:
    """ "verba por plataforma" asks what was spent: budgets have no platform, no age and no past."""
    said = [tag for tag in parsed.of("intent") if tag.value == "pacing"]
    split = any(tag.value in (*SEGMENTS, "day", "week", "month", "weekday") for tag in parsed.of("dimension"))
    past = any(one.period not in (RelativePeriod("day", 0), RelativePeriod("month", 0)) for one in parsed.periods)
    return bool(said) and all(tag.said in parsed.vocabulary.words["budget_spent"] for tag in said) and (split or past)


def _word_before(parsed: ParsedQuestion, tag: PhraseTag) -> str:
    """The word before a tag, over names and adjectives: "by active campaign"."""
    place = tag.start - 1
    status = {at for one in parsed.of("status") for at in range(one.start, one.end)}
    spans = [(one.start, one.end) for one in parsed.named]
    while place in status or (place >= 0 and any(a <= parsed.words[place].start < b for a, b in spans)):
        place -= 1
    return parsed.words[place].text if place >= 0 else ""


def _leads(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """The first level that a ranking or a bound mentions is what is ranked."""
    levels = [one for one in parsed.of("dimension") if one.value in LEVELS and not _introduces_name(parsed, one)]
    by = parsed.vocabulary.words["by"]
    asked = [one for one in parsed.of("dimension") if _word_before(parsed, one) in by or one.said.split()[0] in by]
    return not asked and bool(levels) and levels[0] == tag


def _introduces_name(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """Whether a name follows: "campanha Verão" is no breakdown."""
    if tag.value not in LEVELS:
        return False
    end = parsed.words[tag.end - 1].end
    return any(0 <= named.start - end <= 14 and named.level == tag.value for named in parsed.named)


def _is_plural(said: str, parsed: ParsedQuestion) -> bool:
    return any(word.endswith("s") and word not in parsed.vocabulary.words["singular_in_s"] for word in said.split())


def _compared_objects(objects: tuple[Objects, ...], dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    """Two or more objects named one by one are shown one by one."""
    several = [one.level for one in objects if ", " in one.name and len(one.ids) > 1]
    return dimensions if not several or several[0] in dimensions else (several[0], *dimensions)


def _segments(
    parsed: ParsedQuestion, dimensions: tuple[Dimension, ...]
) -> tuple[tuple[Segment, ...], tuple[Dimension, ...]]:
    """One part of a breakdown filters; two or more ("homens x mulheres") break down."""
    said: dict[str, list[str]] = {}
    for tag in parsed.of("segment"):
        dimension, value = tag.value.split("=")
        said.setdefault(dimension, []).append(value)
    if parsed.ages:
        said["age"] = [one.value for one in parsed.ages]
    made, split = [], list(dimensions)
    for name in SEGMENTS:
        values = list(dict.fromkeys(said.get(name, ())))
        if len(values) == 1:
            made.append(Segment(name, values[0]))
        elif values:
            split = [name, *(one for one in split if one != name)]
    return tuple(made), tuple(split)


def _average(
    parsed: ParsedQuestion, metrics: tuple[str, ...], catalogue: Catalogue, dimensions: tuple[Dimension, ...]
) -> tuple[bool, tuple[Dimension, ...]]:
    """An average of sums is one per day, said so; an average of ratios is the ratio of the sums."""
    sums = [one for one in metrics if one in catalogue and "days" in catalogue[one].additive]
    if not parsed.of("average") or not sums:
        return False, dimensions
    if "day" not in dimensions:
        raise CannotPlan(Refusal("average", parsed.of("average")[0].said))
    return True, tuple(one for one in dimensions if one != "day")


def _periods(parsed: ParsedQuestion, today: date) -> tuple[RelativePeriod | None, RelativePeriod | None, bool]:
    """RelativePeriod, what it is compared with, and whether the only period said is "the one before"."""
    found = parsed.periods
    if not found:
        return None, None, False
    if len(found) > 2:
        raise CannotPlan(Clarification("period", ", ".join(parsed.text[one.start : one.end] for one in found)))
    if len(found) == 2:
        narrowed = None if parsed.has("comparison") else _narrowed(parsed, found, today)
        if narrowed is None:
            return _two(found, today)
        parsed.periods = [narrowed]
        return narrowed.period, None, False
    only = found[0]
    pair = [tag for tag in parsed.of("comparison") if tag.value in ("pair", "moved") and parsed.place(tag) < only.start]
    joined = any(tag.value == "pair" and _touch(parsed, tag, only) for tag in pair)
    if only.period.kind == "since" and parsed.has("comparison", "moved"):
        raise CannotPlan(Clarification("period", parsed.text[only.start : only.end]))
    if only.is_relative and (pair or parsed.has("comparison", "year") or _is_more_or_less(parsed)):
        return None, only.period, True
    if joined and not parsed.has("comparison", "previous") and not parsed.has("comparison", "year"):
        return _now(only.period, today), only.period, False
    return only.period, None, only.is_relative


def _is_more_or_less(parsed: ParsedQuestion) -> bool:
    """ "Gastamos mais que na semana anterior?": two stretches are compared, and no objects are ordered."""
    levels = any(tag.value in LEVELS for tag in parsed.of("dimension"))
    return not levels and any(tag.value in ("most", "least") for tag in parsed.of("rank"))


def _touch(parsed: ParsedQuestion, tag: PhraseTag, period: FoundPeriod) -> bool:
    """Whether nothing but small words stands between "comparado com" and the period."""
    end = parsed.words[tag.end - 1].end
    return all(
        word.text in parsed.vocabulary.words["stopwords"] for word in parsed.words if end <= word.start < period.start
    )


def _narrowed(parsed: ParsedQuestion, found: list[FoundPeriod], today: date) -> FoundPeriod | None:
    """ "The first half of this month", "Sunday the 15th": two ways to say one stretch, side by side; None for two."""
    one, other = found
    between = [word.text for word in parsed.words if one.end <= word.start < other.start]
    if one.is_relative or other.is_relative or not parsed.vocabulary.words["joins_periods"].issuperset(between):
        return None
    a, b = (resolve(each.period, today) for each in found)
    if a[0] <= b[0] and b[1] <= a[1]:
        return other
    if b[0] <= a[0] and a[1] <= b[1]:
        return one
    if a[0] == a[1] and b[0] == b[1]:
        dated = [each for each in found if each.period.kind == "between"]
        if len(dated) == 1 and a[0].weekday() == b[0].weekday():
            return dated[0]
        raise CannotPlan(Clarification("period", parsed.text[one.start : other.end]))
    return None


def _two(found: list[FoundPeriod], today: date) -> tuple[RelativePeriod, RelativePeriod, bool]:
    first, second = found
    if second.is_relative or first.is_relative:
        base, other = (first, second) if second.is_relative else (second, first)
        if other.period.kind == "year" and base.period.kind != "year":
            return base.period, a_year_before(base.period, today), False
        if other.period.kind == "day" and base.period.kind == "day":
            return base.period, replace(base.period, back=base.period.back + other.period.back), False
        if base.period.kind == "day" and other.period.kind != "day":
            raise CannotPlan(Clarification("period", ""))
        return base.period, previous(base.period), False
    later, earlier = sorted((first.period, second.period), key=lambda one: resolve(one, today), reverse=True)
    return later, earlier, False


def _now(period: RelativePeriod, today: date) -> RelativePeriod:
    """What something earlier is compared with when nothing else is said: today with yesterday, this month with last."""
    if period.kind in ("day", "week", "month", "quarter", "year") and period.count:
        return replace(period, count=0)
    if period.kind == "between":
        return RelativePeriod("month", 0)
    raise CannotPlan(Clarification("period", ""))


def status_said(parsed: ParsedQuestion) -> Literal["ACTIVE", "PAUSED"] | None:
    """The status that the question limits itself to."""
    if parsed.has("status", "ACTIVE"):
        return "ACTIVE"
    return "PAUSED" if parsed.has("status", "PAUSED") else None
