"""From the parts of a question to a plan for figures: which metric is ranked, bounded, broken down, compared."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.lexicon.small_words import STOPWORDS
from fbads_pipeline.domain.chat.periods.phrases import Found
from fbads_pipeline.domain.chat.periods.resolution import a_year_before, previous, resolve
from fbads_pipeline.domain.chat.plan import (
    LEVELS,
    MOST_ROWS,
    ROWS,
    SEGMENTS,
    Clarification,
    Dimension,
    Objects,
    Period,
    Plan,
    Rank,
    Refusal,
    Segment,
)
from fbads_pipeline.domain.chat.understanding.bounds import (
    COST_OF,
    GOAL_COST,
    Unclear,
    metric_tags,
    thresholds,
    with_quotients,
)
from fbads_pipeline.domain.chat.understanding.normalise import listed
from fbads_pipeline.domain.chat.understanding.question import Reading
from fbads_pipeline.domain.chat.understanding.tags import Tag

TOP = 5
_BY = listed("por by per cada each qual quais which what que em quantas quantos many")
_ALONE = {
    "day": ("dia", "dias", "day", "days"),
    "week": ("semana", "semanas", "week", "weeks"),
    "month": ("mes", "meses", "month", "months"),
}
_CHEAP = re.compile(r"\b(?:(?:mais|menos) (?:car[oa]s?|barat[oa]s?)|(?:most|least) expensive|cheapest)\b")
_CHEAP_WORDS = COST_OF | {"impressions": "cpm"}
_PLURAL_RANKS = ("maiores", "menores", "melhores", "piores", "campeas", "campeoes")
_FALLS = re.compile(
    r"\b(?:ca[iu]\w*|queda|diminu\w+|baix\w+|despenc\w+|drop\w*|f[ae]ll\w*|declin\w+|decreas\w+|"
    r"went down)\b"
)
_WHICH = re.compile(r"\b(?:quais|que|which|what)\b")
_WORSE = re.compile(r"\b(?:pior\w+|worsen\w*|getting worse)\b")
_BETTER = re.compile(r"\b(?:melhor(?:ou|aram|ando)|improv\w+|getting better)\b")
_SOLD = re.compile(r"\bquanto (?:\w+ ){0,3}?vend[eiao]\w*|\bhow much (?:\w+ ){0,3}?(?:sell|sold)\b")


@dataclass(frozen=True)
class Asked:
    """A plan as far as the question says it; what it does not say may come from the turn before."""

    plan: Plan
    rank_word: str | None  # best, worst, most, least
    is_relative: bool  # the only period said is "the one before"
    only_compares: bool  # the only period said is what is compared with
    to_previous: bool
    moves_back: bool  # "no período anterior?": not compared with it, but asked about it
    to_last_year: bool


def figures(reading: Reading, catalogue: Catalogue, objects: tuple[Objects, ...], today: date) -> Asked:
    """The plan that the question itself says; raises Unclear."""
    metrics = _metrics(reading)
    bounds = thresholds(reading, catalogue)
    rank_tag = _rank_tag(reading)
    dimensions = _dimensions(reading, bool(bounds) or rank_tag is not None)
    dimensions = _compared_objects(objects, dimensions)
    segments, dimensions = _segments(reading, dimensions)
    per_day, dimensions = _average(reading, metrics, catalogue, dimensions)
    period, compare, is_relative = _periods(reading, today)
    rank = _rank(reading, rank_tag or _order_tag(reading), metrics, catalogue) if dimensions else None
    lists = any(one in LEVELS for one in dimensions) and _WHICH.search(reading.text)
    if rank is None and metrics and lists and reading.has("compare", "moved"):
        rank = Rank(metrics[0], True)  # "quais campanhas pioraram o CPA": those that moved most come first
    if rank is not None and reading.has("compare", "moved"):
        rank = _rank_of_change(rank, rank_tag, reading, catalogue)
    plan = Plan(
        "figures",
        metrics=metrics or tuple(dict.fromkeys(one.metric for one in bounds)),
        dimensions=dimensions,
        objects=objects,
        segments=segments,
        # "O CPA ficou acima de 50?": the figure answers; only lists are cut by bounds.
        thresholds=bounds if dimensions else (),
        status=status_said(reading),
        objective=next((tag.value for tag in reading.of("objective")), None),
        period=period,
        compare=compare,
        rank=rank,
        limit=_limit(reading, rank_tag is not None, dimensions),
        per_day=per_day,
    )
    moved = reading.has("compare", "moved") or reading.has("compare", "previous")
    compares = reading.has("compare", "pair") or reading.has("compare", "moved")
    return Asked(
        plan,
        rank_word=rank_tag.value if rank_tag else None,
        is_relative=is_relative,
        only_compares=compare is not None and len(reading.periods) == 1,
        to_previous=moved and compare is None,
        moves_back=reading.has("compare", "previous") and not compares,
        to_last_year=reading.has("compare", "year") and compare is None,
    )


def completed(asked: Asked, period: Period, today: date) -> Plan:
    """The plan with a period, and compared with what lies before it where the question says so."""
    plan = replace(asked.plan, period=period)
    if asked.to_last_year:
        return replace(plan, compare=a_year_before(period, today))
    return replace(plan, compare=previous(period)) if asked.to_previous else plan


def ranked(word: str, metric: str, catalogue: Catalogue) -> Rank:
    """best and worst go by what is good of the metric; most and least by size."""
    name = "cpa" if metric.startswith(GOAL_COST) else metric
    rising = catalogue[name].good != "down" if name in catalogue else True
    return Rank(metric, {"best": rising, "worst": not rising, "most": True, "least": False}[word])


def _metrics(reading: Reading) -> tuple[str, ...]:
    found = with_quotients(reading)
    if _CHEAP.search(reading.text):
        found = [_CHEAP_WORDS.get(one, one) for one in found]
    if found in ([], ["purchases"]) and _SOLD.search(reading.text):
        found = ["purchase_value", "purchases"]
    if not found and is_budget_spent(reading):
        found = ["spend"]
    return tuple(dict.fromkeys(found))


def _rank_tag(reading: Reading) -> Tag | None:
    """The word that orders; "mais" between two periods compares, and beside "caro" it belongs to the price."""
    tags = reading.of("rank")
    if len(reading.periods) > 1 and all(tag.value in ("most", "least") for tag in tags):
        return None
    return tags[0] if tags else None


def _rank_of_change(rank: Rank, tag: Tag | None, reading: Reading, catalogue: Catalogue) -> Rank:
    """ "Qual campanha mais cresceu", "a maior queda de CTR": what moved most, up or down."""
    rising = catalogue[rank.metric].good != "down" if rank.metric in catalogue else False
    if _WORSE.search(reading.text):
        upward = not rising
    elif _BETTER.search(reading.text):
        upward = rising
    else:
        upward = _FALLS.search(reading.text) is None
    descending = upward if tag is None or tag.value in ("most", "best", "worst") else not upward
    return replace(rank, descending=descending, of_change=True)


def _order_tag(reading: Reading) -> Tag | None:
    return next(iter(reading.of("order")), None)


def _rank(reading: Reading, tag: Tag | None, metrics: tuple[str, ...], catalogue: Catalogue) -> Rank | None:
    if tag is None:
        return None
    tags = metric_tags(reading)
    if not tags or not metrics:
        return None
    after = [one for one in tags if 0 <= one.start - tag.end <= 1]
    named = [one for one in tags if one.start and reading.words[one.start - 1].text in ("por", "by", "em", "in")]
    before = [one for one in tags if 0 <= tag.start - one.end <= 1]
    chosen = (after or before or named or tags)[0]
    metric = GOAL_COST + chosen.value if chosen.kind == "goal_cost" else chosen.value
    if _CHEAP.search(reading.text):
        metric = _CHEAP_WORDS.get(metric, metric)
    return ranked(tag.value, metric, catalogue)


def _limit(reading: Reading, is_ranked: bool, dimensions: tuple[Dimension, ...]) -> int:
    if reading.limit:
        return reading.limit
    if not is_ranked:
        return MOST_ROWS if dimensions and not any(one in LEVELS for one in dimensions) else ROWS
    if any(tag.said.split()[0] in _PLURAL_RANKS for tag in reading.of("rank")):
        return TOP
    tags = [tag for tag in reading.of("dimension") if not _introduces_name(reading, tag)]
    words = tags[0].said.split() if tags else []
    return TOP if not words or any(word.endswith("s") and word not in ("pais", "mes") for word in words) else 1


def _dimensions(reading: Reading, is_list: bool) -> tuple[Dimension, ...]:
    found: list[Dimension] = []
    weak: list[Dimension] = []
    for tag in reading.of("dimension"):
        value: Dimension = tag.value  # type: ignore[assignment]
        before = _word_before(reading, tag)
        asked = before in _BY or tag.said.split()[0] in _BY
        if value in LEVELS:
            if _introduces_name(reading, tag):
                continue
            if asked or is_list:
                (found if asked or _leads(reading, tag) else weak).append(value)
            elif _is_plural(tag.said):
                weak.append(value)
        elif tag.said in _ALONE.get(value, ()):
            if not asked and not is_list:
                raise Unclear(Refusal("not_understood", tag.said))
            found.append(value)
        else:
            found.append(value)
    for tag in reading.of("objective"):  # "quais campanhas de vendas gastaram mais"
        if is_list or _word_before(reading, tag) in _BY:
            found.append("campaign")
    return tuple(dict.fromkeys(found or weak[:1]))


def is_budget_spent(reading: Reading) -> bool:
    """ "verba por plataforma" asks what was spent: budgets have no platform, no age and no past."""
    said = [tag for tag in reading.of("intent") if tag.value == "pacing"]
    split = any(tag.value in (*SEGMENTS, "day", "week", "month", "weekday") for tag in reading.of("dimension"))
    past = any(one.period not in (Period("day", 0), Period("month", 0)) for one in reading.periods)
    return bool(said) and all(tag.said in ("verba", "verbas") for tag in said) and (split or past)


def _word_before(reading: Reading, tag: Tag) -> str:
    """The word before a tag, over adjectives: "por campanha", "by active campaign"."""
    place = tag.start - 1
    status = {at for one in reading.of("status") for at in range(one.start, one.end)}
    while place in status:
        place -= 1
    return reading.words[place].text if place >= 0 else ""


def _leads(reading: Reading, tag: Tag) -> bool:
    """The first level that a ranking or a bound mentions is what is ranked."""
    levels = [one for one in reading.of("dimension") if one.value in LEVELS and not _introduces_name(reading, one)]
    asked = [one for one in reading.of("dimension") if _word_before(reading, one) in _BY or one.said.split()[0] in _BY]
    return not asked and bool(levels) and levels[0] == tag


def _introduces_name(reading: Reading, tag: Tag) -> bool:
    """Whether a name follows: "campanha Verão" is no breakdown."""
    if tag.value not in LEVELS:
        return False
    end = reading.words[tag.end - 1].end
    return any(0 <= named.start - end <= 14 and named.level == tag.value for named in reading.named)


def _is_plural(said: str) -> bool:
    return any(word.endswith("s") and word not in ("pais", "mes") for word in said.split())


def _compared_objects(objects: tuple[Objects, ...], dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    """Two or more objects named one by one are shown one by one."""
    several = [one.level for one in objects if ", " in one.name and len(one.ids) > 1]
    return dimensions if not several or several[0] in dimensions else (several[0], *dimensions)


def _segments(reading: Reading, dimensions: tuple[Dimension, ...]) -> tuple[tuple[Segment, ...], tuple[Dimension, ...]]:
    """One part of a breakdown filters; two or more ("homens x mulheres") break down."""
    said: dict[str, list[str]] = {}
    for tag in reading.of("segment"):
        dimension, value = tag.value.split("=")
        said.setdefault(dimension, []).append(value)
    if reading.ages:
        said["age"] = [one.value for one in reading.ages]
    made, split = [], list(dimensions)
    for name in SEGMENTS:
        values = list(dict.fromkeys(said.get(name, ())))
        if len(values) == 1:
            made.append(Segment(name, values[0]))
        elif values:
            split = [name, *(one for one in split if one != name)]
    return tuple(made), tuple(split)


def _average(
    reading: Reading, metrics: tuple[str, ...], catalogue: Catalogue, dimensions: tuple[Dimension, ...]
) -> tuple[bool, tuple[Dimension, ...]]:
    """An average of sums is one per day, said so; an average of ratios is the ratio of the sums."""
    sums = [one for one in metrics if one in catalogue and "days" in catalogue[one].additive]
    if not reading.of("average") or not sums:
        return False, dimensions
    if "day" not in dimensions:
        raise Unclear(Refusal("average", reading.of("average")[0].said))
    return True, tuple(one for one in dimensions if one != "day")


def _periods(reading: Reading, today: date) -> tuple[Period | None, Period | None, bool]:
    """Period, what it is compared with, and whether the only period said is "the one before"."""
    found = reading.periods
    if not found:
        return None, None, False
    if len(found) > 2:
        raise Unclear(Clarification("period", ", ".join(reading.text[one.start : one.end] for one in found)))
    if len(found) == 2:
        return _two(found, today)
    only = found[0]
    pair = [tag for tag in reading.of("compare") if tag.value in ("pair", "moved") and reading.place(tag) < only.start]
    joined = any(tag.value == "pair" and _touch(reading, tag, only) for tag in pair)
    if only.period.kind == "since" and reading.has("compare", "moved"):
        raise Unclear(Clarification("period", reading.text[only.start : only.end]))
    if only.is_relative and (pair or reading.has("compare", "year")):
        return None, only.period, True
    if joined and not reading.has("compare", "previous") and not reading.has("compare", "year"):
        return _now(only.period, today), only.period, False
    return only.period, None, only.is_relative


def _touch(reading: Reading, tag: Tag, period: Found) -> bool:
    """Whether nothing but small words stands between "comparado com" and the period."""
    end = reading.words[tag.end - 1].end
    return all(word.text in STOPWORDS for word in reading.words if end <= word.start < period.start)


def _two(found: list[Found], today: date) -> tuple[Period, Period, bool]:
    first, second = found
    if second.is_relative or first.is_relative:
        base, other = (first, second) if second.is_relative else (second, first)
        if other.period.kind == "year" and base.period.kind != "year":
            return base.period, a_year_before(base.period, today), False
        if other.period.kind == "day" and base.period.kind == "day":
            return base.period, replace(base.period, back=base.period.back + other.period.back), False
        if base.period.kind == "day" and other.period.kind != "day":
            raise Unclear(Clarification("period", ""))
        return base.period, previous(base.period), False
    periods = sorted((first.period, second.period), key=lambda one: resolve(one, today), reverse=True)
    return periods[0], periods[1], False


def _now(period: Period, today: date) -> Period:
    """What something earlier is compared with when nothing else is said: today with yesterday, this month with last."""
    if period.kind in ("day", "week", "month", "quarter", "year") and period.count:
        return replace(period, count=0)
    if period.kind == "between":
        return Period("month", 0)
    raise Unclear(Clarification("period", ""))


def status_said(reading: Reading) -> Literal["ACTIVE", "PAUSED"] | None:
    """The status that the question limits itself to."""
    if reading.has("status", "ACTIVE"):
        return "ACTIVE"
    return "PAUSED" if reading.has("status", "PAUSED") else None
