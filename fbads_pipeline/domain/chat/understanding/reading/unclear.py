"""Days and clocks that leave open which is meant: a date of two readings, and minutes, as hours are held whole."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.periods.dates import AmbiguousDate
from fbads_pipeline.domain.chat.plan import Clarification, Offer, Plan, Refusal, RelativePeriod, Understanding
from fbads_pipeline.domain.chat.understanding.entities import ObjectNames
from fbads_pipeline.domain.core.formatting import fold

_HOURS_OF_DAY = 24
_LEAD = r"\b(?P<lead>{hours_until}|{hours_since}|{clock_until}|{clock_since})"
_WITH_MINUTES = (
    _LEAD + r" (?P<hour>\d{1,2})(?: ?(?:{hour_unit}) ?(?:e )?|:)(?P<minutes>[0-5]\d)(?: ?min(?:utos?)?)?"
    r"(?P<half> ?(?:{before_noon}|{after_noon}))?(?![\w/:])"
)


def asked_for_date(question: str, unclear: AmbiguousDate, plan: Callable[[str], Understanding]) -> Clarification:
    """Asks for the date; what else the question says is kept for the answer."""
    without = plan(re.sub(re.escape(unclear.text), unclear.readings[0], fold(question), count=1))
    pending = without.plan if isinstance(without, Clarification) else without
    days = [date.fromisoformat(one) for one in unclear.readings]
    dates = tuple(Offer(f"{one}", period=RelativePeriod("between", first=one, last=one)) for one in days)
    waiting = replace(pending, offers=dates) if isinstance(pending, Plan) else None
    return Clarification("date", unclear.text, unclear.readings, waiting, dates)


def asked_for_hour(
    question: str, names: ObjectNames, vocabulary: Vocabulary, plan: Callable[[str], Understanding]
) -> Clarification | Refusal | None:
    """The whole hours before and after a clock with minutes, each as it can be answered; None of any other question.

    plan: what a question with a whole hour is understood as.
    """
    text = fold(question)
    match = vocabulary.expression(_WITH_MINUTES).search(text)
    if match is None or not int(match["minutes"]) or int(match["hour"]) >= _HOURS_OF_DAY:
        return None
    if any(match.group() in fold(one.name) for one in names.objects):
        return None
    unit = "" if match["half"] else "h"
    lead = question[slice(*match.span("lead"))] if len(question) == len(text) else match["lead"]
    offers, plans = [], []
    for hour in (int(match["hour"]), int(match["hour"]) + 1):
        said = f"{lead} {hour}{unit}{match['half'] or ''}"
        whole = plan(f"{text[: match.start()]}{said}{text[match.end() :]}")
        if isinstance(whole, Plan) and whole.hours is not None:
            offers.append(Offer(said, hours=whole.hours))
            plans.append(whole)
    if not plans:
        return Refusal("not_understood", match.group())
    choices = tuple(one.said for one in offers)
    about = question[slice(*match.span())] if len(question) == len(text) else match.group()
    return Clarification("hour", about, choices, replace(plans[0], mentions=()), tuple(offers))
