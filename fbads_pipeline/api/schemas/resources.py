"""What the API answers. Ids are strings; decimals (money too) are strings that keep every digit; counts are numbers."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, PlainSerializer, create_model

from fbads_pipeline.api.schemas.coverage import PeriodCoverage, States
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.states import FigureState

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


class InsightDay(BaseModel):
    """One account-local day of a campaign, with every metric of the catalogue.

    ctr and other ratios are fractions (0.025 = 2.5 %). state: of the day: `measured`, where nothing was delivered too
    (figures are 0); `not_read`: no figure is known; `incomplete`: read before the day was over, and not since. states:
    of single figures of a day that has some. final_on, is_provisional: null where there is nothing to restate.
    """

    day: date
    currency: str | None
    state: FigureState
    states: States
    final_on: date | None
    is_provisional: bool | None
    collected_at: datetime | None


if TYPE_CHECKING:

    class Insight(InsightDay):
        """As made below."""
else:
    _FIGURES = {
        name: ((int if metric.data_type == "bigint" else Exact) | None, Field(description=metric.description))
        for name, metric in METRICS.items()
    }
    Insight = create_model("Insight", __base__=InsightDay, __doc__=InsightDay.__doc__, **_FIGURES)


class InsightMeta(Meta):
    """rows: days with delivery; as_of: the newest reading among them; provisional_days: those that Meta may still
    restate."""

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
    """Every day of the period that has come, oldest first. Nothing is summed here."""

    data: list[Insight]
    coverage: PeriodCoverage
    meta: InsightMeta


SuggestionStatus = Literal["PENDING", "WAITING", "ACCEPTED", "REJECTED", "EXPIRED", "SUPERSEDED", "APPLIED", "FAILED"]


class Suggestion(BaseModel):
    """A proposal for one campaign, waiting for a person or decided by one; a REALLOCATE for the campaigns of its
    `evidence.moves` together, without a campaign of its own (the empty text).

    WAITING: open, behind the ones that a person is asked to decide today. SUPERSEDED: something speaks against it now.
    """

    suggestion_id: str
    account_id: str
    campaign_id: str
    adset_id: str = Field("", description="The ad set that holds the budget; empty where the campaign does.")
    kind: Literal["PAUSE", "BUDGET_UP", "BUDGET_DOWN", "REALLOCATE"]
    status: SuggestionStatus
    version: int
    basis: Literal["estimate", "rule", "person"] = Field(
        description="What it rests on: an estimate of its effect, a plain limit alone, or a person's own request."
    )
    rank: int | None = Field(description="Place among the account's open ones, by money; 1 is the first.")
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
    outcome_state: Literal["waiting", "not carried out", "unknown", "judged"] | None = Field(
        description="Of an accepted one with an estimate: what is known of the week after it."
    )
    outcome_observed: float | None = Field(description="By how much that week's result changed, as estimated.")
    outcome_low: float | None = Field(description="Low end of its 80 % range.")
    outcome_high: float | None
    outcome_is_hit: bool | None = Field(description="Whether the promised interval and that range overlap.")


class ObservationItem(BaseModel):
    """A campaign past a plain limit that is better left alone: there is nothing to accept.

    against: what speaks against pausing it; since: when it was first observed.
    """

    account_id: str
    campaign_id: str
    rules: list[str]
    against: str
    reason_pt: str
    reason_en: str
    evidence: dict[str, Any]
    day: date
    marts_version: int
    since: datetime
    updated_at: datetime


class ObservationPage(BaseModel):
    """Observations of the last review, ordered by account and campaign."""

    data: list[ObservationItem]
    next_cursor: str | None
    meta: Meta


class SuggestionPage(BaseModel):
    """Suggestions, the newest first."""

    data: list[Suggestion]
    next_cursor: str | None
    meta: Meta


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = Field("ok")
