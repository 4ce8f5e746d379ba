"""The choices of a question back, and which of them the next question takes."""

import re
from collections.abc import Sequence
from dataclasses import replace

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.plan import Clarification, Dimension, Objects, Offer, Plan
from fbads_pipeline.domain.chat.understanding.entities import NamedObject
from fbads_pipeline.domain.chat.understanding.figures.bounds import ranked
from fbads_pipeline.domain.chat.understanding.normalise import normalise
from fbads_pipeline.domain.chat.understanding.reading.meanings import renamed
from fbads_pipeline.domain.core.formatting import fold, plain_name

SUGGESTED_METRICS = ("spend", "conversions", "cpa", "roas", "ctr")
_SUGGESTED_DIMENSIONS: tuple[Dimension, ...] = ("campaign", "adset", "ad", "day", "country", "age", "placement")
_TOP = 5
_LONGEST_CHOICE = 200
_BY_NUMBER = r"(?:(?:{choice_lead}) )*(?P<n>\d|{ordinal}|{choice_last})(?: (?:{choice_tail}))?\W*"


def object_offers(objects: Sequence[NamedObject], most: int) -> tuple[Offer, ...]:
    """One offer per object, by its name; by its id where two have one name."""
    names = [_shown(one.name) if len(one.name) <= _LONGEST_CHOICE else one.object_id for one in objects]
    offers = [
        Offer(
            name if names.count(name) == 1 and name else one.object_id, Objects(one.level, (one.object_id,), one.name)
        )
        for name, one in zip(names, objects, strict=True)
    ]
    return tuple(sorted(offers, key=lambda one: one.said)[:most])


def with_choices(asked: Clarification) -> Clarification:
    """The question back with metrics to choose from, where it asks for one; their words are the metrics' names."""
    if asked.offers or asked.choices or asked.kind != "metric":
        return asked
    return replace(asked, offers=metric_offers())


def metric_offers(rank: str = "", limit: int = 0) -> tuple[Offer, ...]:
    """The metrics that are asked for most, each to order by where the question says so."""
    return tuple(Offer(one, metric=one, rank=rank, limit=limit) for one in SUGGESTED_METRICS)


def dimension_offers(rank: str | None, metric: str) -> tuple[Offer, ...]:
    """What figures can be split by, ordered by the metric where the question says so."""
    ordered = {"metric": metric, "rank": rank, "limit": _TOP} if rank else {}
    return tuple(Offer(one, dimension=one, **ordered) for one in _SUGGESTED_DIMENSIONS)  # type: ignore[arg-type]


def chosen(question: str, last: Plan | None, vocabulary: Vocabulary) -> Offer | None:
    """The offer that a question takes: exactly as it was offered, or by its number."""
    offers = last.offers if last is not None else ()
    said = _shown(question)
    for form in (str, fold):
        same = [one for one in offers if form(said) in (form(_shown(one.said)), form(_shown(plain_name(one.said, ""))))]
        if same:
            return same[0]
    match = vocabulary.expression(_BY_NUMBER).fullmatch(fold(said)) if offers else None
    if match is None:
        return None
    number = int(match["n"]) if match["n"].isdigit() else vocabulary.ordinals.get(match["n"], len(offers))
    return offers[number - 1] if 0 < number <= len(offers) else None


def taken(pending: Plan, offer: Offer, catalogue: Catalogue) -> Plan:
    """The plan that waited for the choice, with it: the question is answered whole."""
    plan = replace(pending, offers=(), ignored=() if offer.objects else pending.ignored)
    if offer.objects is not None:
        same = [one for one in plan.objects if one.level == offer.objects.level]
        others = tuple(one for one in plan.objects if one not in same)
        ids = tuple(dict.fromkeys((*(i for one in same for i in one.ids), *offer.objects.ids)))
        name = ", ".join([*(one.name for one in same), offer.objects.name])
        plan = replace(plan, objects=(*others, Objects(offer.objects.level, ids, name)))
    if offer.period is not None:
        plan = replace(plan, period=offer.period, period_is_assumed=False)
    if offer.hours is not None:
        plan = replace(plan, hours=offer.hours)
    if offer.dimension is not None:
        plan = replace(plan, dimensions=(*plan.dimensions, offer.dimension))
        plan = _bounded(plan)
    if offer.replaces:
        plan = renamed(plan, offer.replaces, offer.metric)
    elif offer.metric:
        plan = replace(plan, metrics=(offer.metric, *(one for one in plan.metrics if one != offer.metric)))
    if offer.rank:
        plan = replace(plan, rank=ranked(offer.rank, offer.metric, catalogue), limit=offer.limit)
    return plan


def _bounded(plan: Plan) -> Plan:
    """With rows of objects the bounds in question cut rows off."""
    return replace(plan, thresholds=(*plan.thresholds, *plan.questioned), questioned=())


def _shown(text: str) -> str:
    """A name as people can type it: on one line, without invisible characters."""
    return re.sub(r"\s+", " ", normalise(text)).strip()
