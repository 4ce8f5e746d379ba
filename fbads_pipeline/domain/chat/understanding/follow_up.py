"""A question that goes on from the one before: "e na semana anterior?", "and by country?", "só as ativas"."""

from collections.abc import Set
from dataclasses import replace
from datetime import date

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.resolution import a_year_before, previous, resolve
from fbads_pipeline.domain.chat.plan import LEVELS, ROWS, Objects, Plan, RelativePeriod, Segment, Threshold
from fbads_pipeline.domain.chat.understanding.entities import ObjectNames
from fbads_pipeline.domain.chat.understanding.figures.bounds import COST_OF, ranked
from fbads_pipeline.domain.chat.understanding.figures.groups import compared_objects, is_plural
from fbads_pipeline.domain.chat.understanding.figures.plans import FigureRequest
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion

_GOES_ON = r"^(?:\W*(?:{agreement})\W+)?(?:{goes_on})\b"
_LONGEST_WORDS = 12


def continues(parsed: ParsedQuestion, asked: FigureRequest, last: Plan | None) -> bool:
    """Whether the question only makes sense after the last one."""
    if last is None or last.intent not in ("figures", "why", "overview"):
        return last is not None and last.intent == "facts" and parsed.vocabulary.has("refers_back", parsed.text)
    plan = asked.plan
    if parsed.has("reset") or any(one.metric for one in parsed.computed) or is_of_whole_account(parsed, last):
        return True
    if parsed.has("intent", "why") or (parsed.has("intent", "objects") and not plan.metrics):
        return False
    text, vocabulary = parsed.text, parsed.vocabulary
    goes_on = vocabulary.expression(_GOES_ON).search(text) is not None or vocabulary.has("refers_back", text)
    if plan.metrics:
        of_list = any(one in LEVELS for one in last.dimensions) and not (plan.dimensions or plan.objects or plan.period)
        if of_list and asked.rank_word and vocabulary.expression(r"^\W*(?:{which_of_those})\b").search(text):
            return True  # "qual gastou mais?": of the rows of before
        bare = len(parsed.words) <= 2 and plan.period is None
        return (goes_on and len(parsed.words) <= _LONGEST_WORDS) or bare
    limits = plan.objects or plan.segments or plan.status or plan.objective or plan.without or plan.weekdays
    narrows = plan.hours or plan.currency
    said = plan.dimensions or limits or narrows or plan.period
    changes = plan.excluded or plan.questioned or plan.compare or asked.to_previous or asked.to_last_year
    orders = asked.rank_word or plan.limit != ROWS
    return bool(said or changes or orders) or (goes_on and vocabulary.has("whole", text))


def is_of_whole_account(parsed: ParsedQuestion, last: Plan | None) -> bool:
    """ "E da conta toda?": all of the account that the question before was about a part of."""
    is_of_part = last is not None and any(one.level != "account" for one in (*last.objects, *last.excluded))
    return is_of_part and not parsed.named and parsed.vocabulary.has("whole_account", parsed.text)


def in_whole_account(parsed: ParsedQuestion, last: Plan | None, names: ObjectNames) -> Plan:
    """The last plan, where the question asks so over the accounts of what it was limited to, and over nothing else."""
    assert last is not None
    if not is_of_whole_account(parsed, last):
        return last
    below = [one for one in last.objects if one.level != "account"]
    ids = sorted({*names.accounts_of(i for one in below for i in one.ids)})
    found = [one for one in (names.object_by_id(i) for i in ids) if one is not None]
    whole = (Objects("account", tuple(one.object_id for one in found), ", ".join(one.name for one in found)),)
    kept = tuple(one for one in last.objects if one.level == "account")
    apart = compared_objects(tuple(below), ())
    dimensions = tuple(one for one in last.dimensions if one not in apart)
    return replace(last, objects=whole if found else kept, excluded=(), dimensions=dimensions)


def patched(last: Plan, asked: FigureRequest, parsed: ParsedQuestion, today: date, catalogue: Catalogue) -> Plan:
    """The last plan with what the question says anew; what it does not say stays."""
    said = asked.plan
    if parsed.has("reset"):
        narrowed = without_narrow_filters(last)
        only_that = parsed.vocabulary.has("that_filter", parsed.text) and narrowed != last
        levels = {one.level for one in last.objects} & {tag.value for tag in parsed.of("dimension")}
        last = narrowed if only_that else without_filters(last, levels)
    if last.intent == "facts":
        last = Plan("figures", objects=last.objects, period=RelativePeriod("days", 7), period_is_assumed=True)
    made = replace(
        last,
        intent="overview" if last.intent == "overview" and not said.metrics else "figures",
        metrics=_metrics(last, said, parsed),
        objects=_objects(last, said, parsed),
        excluded=_merged(last.excluded, said.excluded),
        with_shares=said.with_shares or last.with_shares,
        questioned=() if _is_list(last, said) else said.questioned,
        premise=said.premise,
        offers=(),
        ignored=(),
        segments=_parts(last.segments, said.segments),
        without=tuple(dict.fromkeys((*(one for one in last.without if one not in said.segments), *said.without))),
        weekdays=said.weekdays or last.weekdays,
        hours=said.hours or last.hours,
        currency=said.currency or last.currency,
        same_time=said.same_time,
        status=said.status or last.status,
        objective=said.objective or last.objective,
        thresholds=_thresholds(last, said),
    )
    if last.intent == "why":
        made = replace(made, compare=None)
    made = _with_period(made, last, asked, parsed, today)
    return _with_dimensions(made, last, asked, parsed, catalogue)


def _metrics(last: Plan, said: Plan, parsed: ParsedQuestion) -> tuple[str, ...]:
    """Those said anew; what only bounds the list of before leaves its metrics: "só as com mais de 50 vendas"; "what did
    each one cost?" is about what was counted before."""
    if said.metrics == ("spend",) and parsed.vocabulary.has("costs_each", parsed.text) and len(last.metrics) == 1:
        return (COST_OF.get(last.metrics[0], "spend"),)
    bounds = {one.metric for one in (*said.thresholds, *said.questioned)}
    only_bounds = bool(bounds) and set(said.metrics) <= bounds and not said.dimensions and said.period is None
    return last.metrics if only_bounds and last.metrics and _is_list(last, said) else said.metrics or last.metrics


def _is_list(last: Plan, said: Plan) -> bool:
    """Whether the answer has a row per object, so that a bound cuts some of them off."""
    return any(one in LEVELS for one in said.dimensions or last.dimensions)


def _thresholds(last: Plan, said: Plan) -> tuple[Threshold, ...]:
    bounds = said.thresholds or (said.questioned if _is_list(last, said) else ())
    return bounds or (() if said.dimensions else last.thresholds)


def without_narrow_filters(last: Plan) -> Plan:
    """The last plan without all that limits the rows of its objects: "tira esse filtro"."""
    return replace(
        last,
        segments=(),
        without=(),
        weekdays=(),
        hours=None,
        currency=None,
        thresholds=(),
        status=None,
        objective=None,
    )


def without_filters(last: Plan, only: Set[str] = frozenset()) -> Plan:
    """The last plan over everything: "tira o filtro", "volta pro total"; only: of the objects those of these levels,
    "tira o filtro da campanha"."""
    levels = set(only) or {one.level for one in last.objects}
    return replace(
        last if only else without_narrow_filters(last),
        objects=tuple(one for one in last.objects if one.level not in levels),
        excluded=(),
        dimensions=tuple(one for one in last.dimensions if one not in levels),
    )


def _with_period(made: Plan, last: Plan, asked: FigureRequest, parsed: ParsedQuestion, today: date) -> Plan:
    said = asked.plan
    period = last.period or RelativePeriod("days", 7)
    if asked.to_last_year:
        return replace(made, compare=a_year_before(said.period or period, today), period=said.period or period)
    if asked.is_relative and said.compare is not None:
        year = said.compare.kind == "year" and period.kind != "year"
        return replace(made, compare=a_year_before(period, today) if year else previous(period))
    if asked.is_relative and said.period is not None:
        same = parsed.vocabulary.has("same", parsed.text)
        before = previous(period) if same else _before(period, said.period)
        return replace(made, period=before, compare=None, period_is_assumed=False)
    if asked.only_compares:
        return replace(made, compare=said.compare)
    if said.period is not None and parsed.periods and parsed.periods[0].kind == "previous_weekday":
        said = replace(said, period=_weekday_before(period, said.period, today))
    if said.period is not None:
        was_previous = last.compare is not None and last.period is not None and last.compare == previous(last.period)
        compare = said.compare or (previous(said.period) if was_previous or asked.to_previous else None)
        return replace(made, period=said.period, compare=compare, period_is_assumed=False)
    if asked.to_previous:
        if asked.moves_back:
            return replace(made, period=previous(period), compare=None, period_is_assumed=False)
        return replace(made, compare=previous(period))
    return made


def _weekday_before(period: RelativePeriod, said: RelativePeriod, today: date) -> RelativePeriod:
    """ "E na sexta anterior?": that day of the week before the days of the question before."""
    first, day = resolve(period, today)[0], resolve(said, today)[0]
    weeks = max(0, (day - first).days // 7 + 1)
    return replace(said, back=said.back + 7 * weeks)


def _before(period: RelativePeriod, said: RelativePeriod) -> RelativePeriod:
    """The stretch before; of weeks and months the whole one, and "a semana anterior" to one day is the calendar's."""
    if said.kind in ("week", "month", "quarter", "year"):
        if period.kind == said.kind:
            return RelativePeriod(said.kind, period.count + period.back + 1)
        if period.kind == "day":
            return RelativePeriod(said.kind, 1)
    return previous(period)


def _with_dimensions(
    made: Plan, last: Plan, asked: FigureRequest, parsed: ParsedQuestion, catalogue: Catalogue
) -> Plan:
    said = asked.plan
    several = compared_objects(made.objects, ()) if made.objects != last.objects else ()
    if said.dimensions or several:
        made = replace(made, dimensions=said.dimensions or several, rank=None, limit=said.limit)
    elif parsed.vocabulary.has("whole", parsed.text):
        made = replace(made, dimensions=(), rank=None, with_shares=False)
    if asked.rank_word and made.dimensions and made.metrics:
        metric = said.metrics[0] if said.metrics else last.rank.metric if last.rank else made.metrics[0]
        made = replace(made, rank=ranked(asked.rank_word, metric, catalogue), limit=_rows(last, said, parsed))
    elif said.metrics and last.rank and made.rank:
        rising = ranked("best", last.rank.metric, catalogue).descending == last.rank.descending
        word = "best" if rising else "worst"
        made = replace(made, rank=ranked(word, said.metrics[0], catalogue))
    if parsed.limit:
        made = replace(made, limit=parsed.limit)
    if made.rank and made.rank.metric not in made.metrics:
        made = replace(made, metrics=(*made.metrics, made.rank.metric))
    return made


def _rows(last: Plan, said: Plan, parsed: ParsedQuestion) -> int:
    """As many as before, if more; "e a que mais trouxe?" is about one."""
    is_one = any(parsed.vocabulary.has(one, parsed.text) for one in ("what_one", "which_single"))
    if last.rank and last.limit == 1 and not any(is_plural(tag.said, parsed) for tag in parsed.of("rank")):
        return parsed.limit or 1  # "qual foi o melhor?" and then "e o pior?"
    return said.limit if is_one or not last.rank else max(said.limit, last.limit)


def _parts(last: tuple[Segment, ...], said: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Parts of a breakdown said anew in place of those of the same breakdown."""
    anew = {one.dimension for one in said}
    return (*(one for one in last if one.dimension not in anew), *said)


def _objects(last: Plan, said: Plan, parsed: ParsedQuestion) -> tuple[Objects, ...]:
    """Those said anew in place of those of their level; beside them where they are compared; none that is left out."""
    kept = tuple(one for one in last.objects if one not in said.excluded)
    if not (parsed.has("comparison", "pair") and said.objects and said.period is None):
        return _merged(kept, said.objects)
    found = list(kept)
    for one in said.objects:
        same = next((known for known in found if known.level == one.level), None)
        if same is None:
            found.append(one)
        elif not set(one.ids) <= set(same.ids):
            both = Objects(one.level, (*same.ids, *one.ids), f"{same.name}, {one.name}")
            found[found.index(same)] = both
    return tuple(found)


def _merged(last: tuple[Objects, ...], said: tuple[Objects, ...]) -> tuple[Objects, ...]:
    levels = {one.level for one in said}
    return (*(one for one in last if one.level not in levels), *said) if said else last
