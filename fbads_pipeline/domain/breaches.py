"""The plain thresholds: CTR too low, CPA too high, each with the guard that keeps it from judging noise."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Rule = Literal["ctr_below", "cpa_above"]


@dataclass(frozen=True)
class CampaignWindow:
    """Sums of one campaign over its last complete account-local days (`first_day` to `last_day`, both included)."""

    account_id: str
    campaign_id: str
    campaign_name: str | None
    currency: str
    first_day: date
    last_day: date
    impressions: int
    clicks: int
    spend: Decimal
    conversions: Decimal
    ctr: Decimal | None
    cpa: Decimal | None


@dataclass(frozen=True)
class Breach:
    """One campaign beyond one limit. observed is None where nothing was converted at all (a CPA without end)."""

    window: CampaignWindow
    rule: Rule
    observed: Decimal | None
    limit: Decimal
