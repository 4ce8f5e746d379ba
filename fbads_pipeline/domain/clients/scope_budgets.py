"""Monthly budgets of some of an account's campaigns: one campaign, or those of a pattern of names together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain.clients.landing import RunningSpend
from fbads_pipeline.domain.clients.month_budgets import AccountMonth
from fbads_pipeline.domain.clients.targets import Target


@dataclass(frozen=True)
class CampaignSpend:
    """What a campaign spent on its days (None: not reported); stop_on: its first day without delivery, if it ends."""

    campaign_id: str
    name: str | None
    by_day: Mapping[date, Decimal | None]
    is_active: bool = True
    stop_on: date | None = None


def scope_month(
    account: AccountMonth, target: Target, campaigns: Iterable[CampaignSpend], days: Iterable[date]
) -> AccountMonth:
    """The month of the campaigns that the target is for, with its budget. days: those that were read for campaigns; on
    one of them without a row of a campaign that campaign spent nothing. A day that one of them does not report is
    unknown."""
    inside = [one for one in campaigns if target.is_for(one.campaign_id, one.name)]
    spend: dict[date, Decimal | None] = {}
    for day in days:
        spent = [one.by_day.get(day, Decimal(0)) for one in inside]
        spend[day] = None if None in spent else sum((one for one in spent if one is not None), Decimal(0))
    stopping = tuple(_running(one) for one in inside if not one.is_active or one.stop_on is not None)
    kind, text = target.scope
    shown = next((one.name for one in inside if one.name), text) if kind == "campaign" else target.name_pattern
    return replace(
        account,
        name=f"{account.name or account.account_id} › {shown}",
        spend=spend,
        stopping=stopping,
        budget=target.monthly_budget,
        scope=f"{kind}:{text}",
    )


def _running(one: CampaignSpend) -> RunningSpend:
    by_day = {day: float(value) for day, value in one.by_day.items() if value is not None}
    return RunningSpend(by_day, one.stop_on if one.is_active else date.min)
