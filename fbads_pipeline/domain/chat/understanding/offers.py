"""The choices of a question back, and which of them the next question takes."""

import re
from collections.abc import Sequence
from dataclasses import replace

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.plan import Objects, Offer, Plan
from fbads_pipeline.domain.chat.understanding.entities import NamedObject
from fbads_pipeline.domain.chat.understanding.normalise import fold, normalise
from fbads_pipeline.domain.core.formatting import plain_name

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


def taken(pending: Plan, offer: Offer) -> Plan:
    """The plan that waited for the choice, with it: the question is answered whole."""
    plan = replace(pending, offers=())
    if offer.objects is not None:
        same = [one for one in plan.objects if one.level == offer.objects.level]
        others = tuple(one for one in plan.objects if one not in same)
        ids = tuple(dict.fromkeys((*(i for one in same for i in one.ids), *offer.objects.ids)))
        name = ", ".join([*(one.name for one in same), offer.objects.name])
        plan = replace(plan, objects=(*others, Objects(offer.objects.level, ids, name)))
    if offer.period is not None:
        plan = replace(plan, period=offer.period, period_is_assumed=False)
    if offer.dimension is not None:
        plan = replace(plan, dimensions=(*plan.dimensions, offer.dimension))
    if offer.metric:
        plan = replace(plan, metrics=(offer.metric,))
    return plan


def _shown(text: str) -> str:
    """A name as people can type it: on one line, without invisible characters."""
    return re.sub(r"\s+", " ", normalise(text)).strip()
