"""A change of a campaign that a person asks for: a decision from the start, carried out like an accepted suggestion."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.recommendations.applying import LEAST_FACTOR, MOST_FACTOR
from fbads_pipeline.domain.recommendations.decisions import LONGEST_REASON, Conflict, NotUsable

PERSON = "person"
Kind = Literal["PAUSE", "BUDGET_UP", "BUDGET_DOWN"]


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
class Asked:
    """What is to be done. factor: of the daily budget, 0 for a pause; reasons: why it stands among the suggestions."""

    campaign: CampaignNow
    kind: Kind
    factor: float
    why: str
    reasons: Mapping[Language, str]
    evidence: Mapping[str, Any]


def asked_change(campaign: CampaignNow, *, status: str | None, daily_budget: Decimal | None, why: str) -> Asked:
    """The one change that is asked for. Raises NotUsable for what cannot be asked, Conflict for what stands already."""
    why = words.plain_line(why)[:LONGEST_REASON]
    if not why:
        raise NotUsable("reason: say why, for whoever looks at the decision later")
    if (status is None) == (daily_budget is None):
        raise NotUsable("ask for one change at a time: either status or daily_budget")
    return _pause(campaign, why) if daily_budget is None else _budget(campaign, daily_budget, why)


def _pause(campaign: CampaignNow, why: str) -> Asked:
    if campaign.status != "ACTIVE":
        raise Conflict(f"the campaign is {campaign.status or 'of unknown status'} already")
    reasons: Mapping[Language, str] = {"pt": "Pausa pedida por uma pessoa.", "en": "A pause that a person asked for."}
    return Asked(campaign, "PAUSE", 0.0, why, reasons, {"status": {"from": "ACTIVE", "to": "PAUSED"}})


def _budget(campaign: CampaignNow, wanted: Decimal, why: str) -> Asked:
    known, currency = campaign.daily_budget, campaign.currency
    if known is None or known <= 0 or currency is None:
        raise Conflict("the campaign has no daily budget of its own: it lies at its ad sets, or is a lifetime budget")
    if wanted == known:
        raise Conflict(f"the daily budget is {known:f} {currency} already")
    factor = float(wanted / known)
    if not LEAST_FACTOR <= factor <= MOST_FACTOR:
        least, most = ((known * Decimal(str(one))).normalize() for one in (LEAST_FACTOR, MOST_FACTOR))
        raise NotUsable(f"daily_budget: between {least:f} and {most:f} {currency}, one step at a time")
    reasons: Mapping[Language, str] = {
        "pt": f"Orçamento diário pedido por uma pessoa: {_step(known, wanted, currency, 'pt')}.",
        "en": f"A daily budget that a person asked for: {_step(known, wanted, currency, 'en')}.",
    }
    evidence = {"daily_budget": {"from": f"{known:f}", "to": f"{wanted:f}"}, "currency": currency}
    return Asked(campaign, "BUDGET_UP" if wanted > known else "BUDGET_DOWN", factor, why, reasons, evidence)


def _step(known: Decimal, wanted: Decimal, currency: str, language: Language) -> str:
    return f"{words.money(known, currency, language)} → {words.money(wanted, currency, language)}"
