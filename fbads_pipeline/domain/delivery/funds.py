"""Money that is left to spend: of a prepaid balance, of an account's cap, of a campaign's cap."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.delivery.spend_forecast import money_end, usual_spend

FundKind = Literal["balance", "account_cap", "campaign_cap"]
FundState = Literal["unknown", "enough", "low", "empty"]

# Announced two days before the end; half a day more, for the hours of a day do not spend evenly and forecasts err.
LOW_BEFORE = timedelta(hours=60)
# Low money is enough again from here on, so that a forecast that wavers is not announced twice.
ENOUGH_FROM = timedelta(hours=84)
# Meta writes a cap that was taken away as this many minor units or more.
NO_CAMPAIGN_CAP_MINOR = 922_337_203_685_478
# An older reading says nothing of now.
READING_COUNTS_FOR = timedelta(hours=3)
# Accounts of which Meta holds a balance (funding_source_details.type), where it does not say whether they are prepaid.
STORED_BALANCE = 20


@dataclass(frozen=True)
class CampaignCap:
    """A campaign with a cap on what it may spend in all. spent: None where not every day since it began was read."""

    campaign_id: str
    name: str | None
    cap: Decimal
    spent: Decimal | None
    spend: Mapping[date, Decimal]


@dataclass(frozen=True)
class MoneyFacts:
    """The newest reading of one account's money, in major units; None: not said, or not readable.

    spend: of days that were read well; topped_up_at: when the balance last rose within some days.
    """

    account_id: str
    account_name: str | None
    currency: str
    timezone_name: str
    read_at: datetime
    is_prepaid: bool | None = None
    funding_type: int | None = None
    left: Decimal | None = None
    funding_shape: str | None = None
    spend_cap: Decimal | None = None
    amount_spent: Decimal | None = None
    spend: Mapping[date, Decimal] = field(default_factory=dict)
    topped_up_at: datetime | None = None
    campaign_caps: tuple[CampaignCap, ...] = ()

    @property
    def has_balance(self) -> bool:
        """Whether it spends money that was paid before."""
        return self.is_prepaid is True or (self.is_prepaid is None and self.funding_type == STORED_BALANCE)


@dataclass(frozen=True)
class Fund:
    """Money that is left, in major units; None where it is not known.

    entity: the account or the campaign; per_day: usual spend, None where too few days were read; ends_at: None where
    it is not known or lies far away; is_used: whether anything was spent of late; shape: of a text that could not be
    read.
    """

    kind: FundKind
    account_id: str
    account_name: str | None
    entity: str
    name: str | None
    currency: str
    timezone_name: str
    read_at: datetime
    left: Decimal | None
    per_day: Decimal | None
    ends_at: datetime | None
    is_used: bool
    topped_up_at: datetime | None = None
    shape: str | None = None

    def state(self, now: datetime) -> FundState:
        """What is to be said of it now."""
        if self.left is None:
            return "unknown"
        if self.left <= 0:
            return "empty"
        return "low" if self.ends_at is not None and self.ends_at - now <= LOW_BEFORE else "enough"

    def urgency(self, now: datetime) -> tuple[int, datetime, str]:
        """What ends first first; what is not known after what is empty or low."""
        rank = {"empty": 0, "low": 1, "unknown": 2, "enough": 3}[self.state(now)]
        return rank, self.ends_at or datetime.max.replace(tzinfo=UTC), f"{self.account_name or ''}{self.entity}"

    def is_clearly_enough(self, now: datetime) -> bool:
        """Whether it is no longer low, once it was."""
        return self.left is not None and self.left > 0 and (self.ends_at is None or self.ends_at - now > ENOUGH_FROM)


def funds_of(facts: MoneyFacts) -> Iterator[Fund]:
    """The account's balance and caps; nothing of an account that pays by invoice and has no cap.

    A cap of zero is none.
    """
    if facts.has_balance:
        shape = facts.funding_shape if facts.left is None else None
        yield _fund(facts, "balance", facts.left, facts.spend, shape=shape, topped_up_at=facts.topped_up_at)
    if facts.spend_cap is not None and facts.spend_cap > 0:
        left = None if facts.amount_spent is None else facts.spend_cap - facts.amount_spent
        yield _fund(facts, "account_cap", left, facts.spend)
    for one in facts.campaign_caps:
        if one.cap > 0:
            left = None if one.spent is None else one.cap - one.spent
            yield _fund(facts, "campaign_cap", left, one.spend, campaign=one)


def _fund(
    facts: MoneyFacts,
    kind: FundKind,
    left: Decimal | None,
    spend: Mapping[date, Decimal],
    *,
    campaign: CampaignCap | None = None,
    shape: str | None = None,
    topped_up_at: datetime | None = None,
) -> Fund:
    usual = usual_spend(spend, local_day(facts.read_at, facts.timezone_name))
    ends_at = None if left is None or usual is None else money_end(left, usual, facts.read_at, facts.timezone_name)
    return Fund(
        kind,
        facts.account_id,
        facts.account_name,
        campaign.campaign_id if campaign else facts.account_id,
        campaign.name if campaign else facts.account_name,
        facts.currency,
        facts.timezone_name,
        facts.read_at,
        left,
        None if usual is None else usual.per_day,
        ends_at,
        any(amount > 0 for amount in spend.values()),
        topped_up_at,
        shape,
    )
