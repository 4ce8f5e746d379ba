"""Delivery problems in a few words, for titles and the lines under them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.alerts.titles import headline, rounded, since_when
from fbads_pipeline.domain.core.messages import Count, Day, Headline, Joined, Message, Money, Value, message
from fbads_pipeline.domain.delivery.problems import DeliveryProblem, StoredProblem


def problems_headline(problems: Sequence[StoredProblem], who: Value, *, is_end: bool) -> Headline:
    """Whom, what kind and how many, the money of a day that has stopped, since when."""
    first = problems[0].problem
    if is_end:
        return Headline(who, message(f"delivery.headline.fixed.{first.kind}", count=len(problems), **_named(first)))
    what = message(f"delivery.headline.{first.kind}", count=len(problems), **_named(first))
    sent_on = problems[0].opened_at.astimezone(ZoneInfo(problems[0].timezone_name)).date()
    earliest = min((one.problem.since for one in problems), default=first.since)
    since = since_when(earliest, problems[0].timezone_name, sent_on)
    return headline(
        who, what, money=_what_is_left(first.facts) or _spent(first.facts) or _stopped(problems), since=since
    )


def problem_money(problem: DeliveryProblem) -> Value:
    """What is left of a balance or limit and until when, what was spent while an event was silent, or the spend of a
    day that has stopped; "" where none is known."""
    facts = problem.facts
    return _what_is_left(facts) or _spent(facts) or _stopped_per_day(facts)


def problem_in_brief(problem: DeliveryProblem, reasons: Sequence[Value]) -> Value:
    """What holds, with the reasons."""
    clicks: dict[str, Value] = {"clicks": Count(int(problem.facts["clicks"]))} if "clicks" in problem.facts else {}
    what = Message(f"delivery.brief.{problem.kind}", {**_named(problem), **clicks})
    return message("delivery.brief.why", what=what, reasons=Joined(tuple(reasons), "; ")) if reasons else what


def _named(problem: DeliveryProblem) -> dict[str, Value]:
    """The event of a pixel."""
    return {"event": str(problem.facts["event"])} if "event" in problem.facts else {}


def _spent(facts: Mapping[str, Any]) -> Value:
    """Of an account whose pixel is silent; all its pixels have the same."""
    if not (facts.get("spend") and facts.get("currency")):
        return ""
    return message("delivery.brief.spent", amount=rounded(Decimal(str(facts["spend"])), str(facts["currency"])))


def _what_is_left(facts: Mapping[str, Any]) -> Value:
    """Of money that ends: restam R$ 17.359 até 28/11 07:05."""
    left = Decimal(str(facts.get("left") or 0))
    if not (left > 0 and facts.get("ends_at") and facts.get("currency")):
        return ""
    ends = datetime.fromisoformat(facts["ends_at"]).astimezone(ZoneInfo(str(facts.get("timezone_name") or "UTC")))
    until = Joined((Day(ends.date(), is_short=True), f"{ends:%H:%M}"), " ")
    return message("delivery.brief.left", left=rounded(left, facts["currency"]), until=until)


def _stopped(problems: Sequence[StoredProblem]) -> Value:
    """Their spend a day, where all of it is known and of one currency; campaigns may have several of the ads, and an
    ad is counted once."""
    facts = {one.problem.entity: one.problem.facts for one in problems}.values()
    currencies = {one.get("currency") for one in facts}
    if len(currencies) != 1 or not all(one.get("per_day") and one.get("currency") for one in facts):
        return ""
    total = sum((Decimal(str(one["per_day"])) for one in facts), Decimal(0))
    return _stopped_text(rounded(total, str(currencies.pop())))


def _stopped_per_day(facts: Mapping[str, Any]) -> Value:
    if not (facts.get("per_day") and facts.get("currency")) or facts.get("left"):
        return ""
    return _stopped_text(rounded(Decimal(str(facts["per_day"])), str(facts["currency"])))


def _stopped_text(amount: Money) -> Message:
    return message("delivery.brief.stopped", amount=amount)
