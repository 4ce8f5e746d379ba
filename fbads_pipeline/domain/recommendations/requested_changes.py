"""A change of a campaign that a person requests: a decision from the start, applied like an accepted suggestion."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Message, Money, message
from fbads_pipeline.domain.recommendations.applying import LEAST_FACTOR, MOST_FACTOR
from fbads_pipeline.domain.recommendations.decisions import LONGEST_REASON, DecisionConflict, DecisionNotUsable
from fbads_pipeline.domain.recommendations.new_suggestions import SuggestionKind


@dataclass(frozen=True)
class CampaignNow:
    """The campaign as the marts have it. daily_budget: of the campaign itself, in units of `currency`; today: its
    account's."""

    account_id: str
    campaign_id: str
    status: str | None
    daily_budget: Decimal | None
    currency: str | None
    today: date


@dataclass(frozen=True)
class RequestedChange:
    """What is to be done. factor: of the daily budget, 0 for a pause; why: the person's own words; reason: what the
    suggestion says that it becomes."""

    campaign: CampaignNow
    kind: SuggestionKind
    factor: float
    why: str
    reason: Message
    evidence: Mapping[str, Any]


def requested_change(
    campaign: CampaignNow, *, status: str | None, daily_budget: Decimal | None, why: str
) -> RequestedChange:
    """The one change that is requested.

    Raises DecisionNotUsable for a change that is not possible, DecisionConflict for one that is in place already.
    """
    why = plain_line(why)[:LONGEST_REASON]
    if not why:
        raise DecisionNotUsable(message("recommendations.request.reason_missing"))
    if (status is None) == (daily_budget is None):
        raise DecisionNotUsable(message("recommendations.request.one_at_a_time"))
    return _pause(campaign, why) if daily_budget is None else _budget(campaign, daily_budget, why)


def _pause(campaign: CampaignNow, why: str) -> RequestedChange:
    if campaign.status != "ACTIVE":
        raise DecisionConflict(message("recommendations.refused.already", status=campaign.status or "UNKNOWN"))
    evidence = {"status": {"from": "ACTIVE", "to": "PAUSED"}}
    return RequestedChange(campaign, "PAUSE", 0.0, why, message("recommendations.requested_pause"), evidence)


def _budget(campaign: CampaignNow, wanted: Decimal, why: str) -> RequestedChange:
    known, currency = campaign.daily_budget, campaign.currency
    if known is None or known <= 0 or currency is None:
        raise DecisionConflict(message("recommendations.request.no_daily_budget"))
    if wanted == known:
        raise DecisionConflict(message("recommendations.request.same_budget", budget=Money(known, currency)))
    factor = float(wanted / known)
    if not LEAST_FACTOR <= factor <= MOST_FACTOR:
        least, most = (Money(known * Decimal(str(one)), currency) for one in (LEAST_FACTOR, MOST_FACTOR))
        raise DecisionNotUsable(message("recommendations.request.budget_step", least=least, most=most))
    reason = message("recommendations.requested_budget", old=Money(known, currency), new=Money(wanted, currency))
    evidence = {"daily_budget": {"from": f"{known:f}", "to": f"{wanted:f}"}, "currency": currency}
    return RequestedChange(campaign, "BUDGET_UP" if wanted > known else "BUDGET_DOWN", factor, why, reason, evidence)
