"""What the API answers. Ids are strings; decimals (money too) are strings that keep every digit; counts are numbers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PlainSerializer

Exact = Annotated[
    Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json-unless-none")
]


class Meta(BaseModel):
    """Where the numbers come from. mart: the table; version, published_at: the marts' last published state."""

    mart: str
    version: int | None = None
    published_at: datetime | None = None


class Campaign(BaseModel):
    """A campaign as it is now; budgets in units of `currency`."""

    campaign_id: str
    account_id: str
    name: str | None
    status: str | None
    effective_status: str | None
    objective: str | None
    currency: str | None
    timezone_name: str | None
    daily_budget: Exact | None
    lifetime_budget: Exact | None
    created_at: datetime | None
    updated_at: datetime | None
    collected_at: datetime | None


class CampaignPage(BaseModel):
    """Campaigns in the order of their ids; `next_cursor` asks for the following page, null on the last one."""

    data: list[Campaign]
    next_cursor: str | None
    meta: Meta


class Insight(BaseModel):
    """One account-local day of a campaign. ctr is a fraction (0.025 = 2.5 %); null: no denominator, or not reported."""

    day: date
    currency: str
    impressions: int
    reach: int | None
    frequency: Exact | None
    clicks: int
    link_clicks: int
    spend: Exact
    purchases: Exact
    purchase_value: Exact
    leads: Exact
    conversions: Exact
    conversion_value: Exact
    ctr: Exact | None
    cpc: Exact | None
    cpm: Exact | None
    cpa: Exact | None
    roas: Exact | None
    final_on: date
    is_provisional: bool
    collected_at: datetime


class InsightMeta(Meta):
    """as_of: the newest reading among the rows; provisional_days: days that Meta may still restate."""

    campaign_id: str
    account_id: str
    currency: str | None
    timezone_name: str | None
    since: date
    until: date
    rows: int
    provisional_days: int
    as_of: datetime | None


class Insights(BaseModel):
    """The days of one campaign, oldest first. Nothing is summed here."""

    data: list[Insight]
    meta: InsightMeta


class Suggestion(BaseModel):
    """A proposal for one campaign, waiting for a person or decided by one."""

    suggestion_id: str
    account_id: str
    campaign_id: str
    kind: Literal["PAUSE", "BUDGET_UP", "BUDGET_DOWN"]
    status: Literal["PENDING", "ACCEPTED", "REJECTED", "EXPIRED", "APPLIED", "FAILED"]
    version: int
    confidence: Literal["low", "medium", "high"]
    rules: list[str]
    reason_pt: str
    reason_en: str
    evidence: dict[str, Any]
    day: date
    marts_version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    factor: float | None = Field(description="What the daily budget is multiplied by.")
    effect_low: float | None = Field(description="Money that it saves or earns over the next 7 days: low end of 80 %.")
    effect_expected: float | None
    effect_high: float | None
    p_better: float | None = Field(description="Probability that it is better than doing nothing.")
    note_pt: str | None
    note_en: str | None
    snoozed_until: datetime | None
    decided_at: datetime | None
    decision_reason: str | None


class SuggestionPage(BaseModel):
    """Suggestions, the newest first."""

    data: list[Suggestion]
    next_cursor: str | None
    meta: Meta


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = Field("ok")
