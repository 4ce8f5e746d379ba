"""What is said of a pixel's event that is silent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.core.messages import Count, Instant, Message, Money, Value
from fbads_pipeline.domain.delivery.problems import DeliveryProblem


def silence_message(problem: DeliveryProblem) -> Message:
    """Since when there is none, with the clicks and the spend of the same time."""
    facts, about = problem.facts, _parts(problem.since, problem.facts)
    if not (facts.get("spend") and facts.get("currency")):
        return Message("delivery.pixel_silent.without_spend", about)
    spend = Money(Decimal(str(facts["spend"])), str(facts["currency"]))
    return Message("delivery.pixel_silent", {**about, "spend": spend})


def silence_cause(since: datetime, facts: Mapping[str, Any]) -> Message:
    """The same as the cause of a fall of conversions."""
    return Message("delivery.cause.pixel_silent", _parts(since, facts))


def _parts(since: datetime, facts: Mapping[str, Any]) -> dict[str, Value]:
    begun = Instant(since, str(facts.get("timezone_name") or "UTC"))
    return {"event": str(facts["event"]), "since": begun, "clicks": Count(int(facts["clicks"]))}


def events_manager_link(problem: DeliveryProblem) -> str:
    """The pixel in Meta's Events Manager."""
    pixel_id = problem.entity.split(":")[2]
    return f"https://business.facebook.com/events_manager2/list/dataset/{pixel_id}/overview?act={problem.account_id}"
