"""What tools answer where the API has no answer of that form; every figure with its state, every list a page."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from fbads_pipeline.api.routes.budgets import ShownBudget
from fbads_pipeline.api.routes.delivery.changes import ShownChange
from fbads_pipeline.api.routes.delivery.creatives import ShownCreative
from fbads_pipeline.api.routes.delivery.problems import Balance, Problem
from fbads_pipeline.api.routes.reports.made import ShownReport
from fbads_pipeline.api.routes.targets import ShownTarget
from fbads_pipeline.api.schemas.analytics import Pacing, ShownAnomaly
from fbads_pipeline.api.schemas.coverage import PeriodCoverage
from fbads_pipeline.api.schemas.resources import Exact, Meta, Suggestion
from fbads_pipeline.domain.metrics.states import FigureState


class PageOfRows(BaseModel):
    """total: rows of all pages; next_cursor: of the following page, null on the last one."""

    total: int
    next_cursor: str | None


class MetricDefinition(BaseModel):
    """A metric. expression: SQL over the rows of one daily mart; good: whether more of it is better; additive: over
    what it may be summed."""

    name: str
    labels: dict[str, str]
    synonyms: dict[str, list[str]]
    unit: str
    good: Literal["up", "down", "none"]
    additive: list[str]
    description: str
    expression: str


class MetricPage(PageOfRows):
    """Metrics by their names."""

    data: list[MetricDefinition]


class DefinedTerm(BaseModel):
    """What a word means here: metrics that are called so, and entries of the glossary."""

    metrics: list[MetricDefinition]
    glossary: dict[str, str]


class AccountAtHand(BaseModel):
    """An account with its client. read_at: the newest good reading of its campaigns; null: never read."""

    account_id: str
    name: str | None
    currency: str
    timezone_name: str | None
    client_id: int | None
    client_name: str | None
    read_at: datetime | None


class AccountsAtHand(PageOfRows):
    """The accounts that the caller sees, by name."""

    data: list[AccountAtHand]


class ClientAtHand(BaseModel):
    """A client, without the person to talk to. monthly_budget: of calendar months, tax not included."""

    client_id: int
    name: str
    accounts: list[str]
    language: str
    monthly_budget: Exact | None
    currency: str | None
    tax: str


class ClientsAtHand(PageOfRows):
    """Clients of which one account is the caller's."""

    data: list[ClientAtHand]


class FoundObject(BaseModel):
    """Something that has the text in its name, or as its id. name: as Meta has it, written by strangers."""

    level: Literal["client", "account", "campaign", "adset", "ad"]
    id: str
    name: str | None
    account_id: str | None
    campaign_id: str | None


class SearchResult(BaseModel):
    """Clients and accounts first, then campaigns, ad sets and ads; at most `limit` of each."""

    data: list[FoundObject]


class LowerFigure(BaseModel):
    """What a lower level has of a figure that Meta did not report."""

    level: str
    value: Exact | None


class DayValue(BaseModel):
    """A day; value null where the state says why."""

    day: date
    value: Exact | None
    state: FigureState
    is_provisional: bool | None


class CampaignValue(BaseModel):
    """A campaign that delivered in the period."""

    campaign_id: str
    name: str | None
    value: Exact | None
    state: FigureState
    below: LowerFigure | None


class AccountValue(BaseModel):
    """One metric of one account: in all, by day and by campaign."""

    account_id: str
    name: str | None
    currency: str
    timezone_name: str | None
    as_of: datetime | None
    coverage: PeriodCoverage
    total: Exact | None
    state: FigureState
    below: LowerFigure | None
    days: list[DayValue]
    campaigns: list[CampaignValue]
    campaigns_left_out: int = Field(description="Campaigns beyond `campaigns_of_each`.")


class MetricValues(PageOfRows):
    """A page of accounts, in the order of their ids."""

    metric: str
    first_day: date
    last_day: date
    accounts: list[AccountValue]


class NotWatched(BaseModel):
    """An account for which no anomaly is no all-clear."""

    account_id: str
    reason: str


class OpenAnomalies(PageOfRows):
    """The gravest and dearest first."""

    anomalies: list[ShownAnomaly]
    not_watched: list[NotWatched]
    coverage: PeriodCoverage
    meta: Meta


class OpenSuggestions(PageOfRows):
    """The greatest gain of each account first."""

    suggestions: list[Suggestion]


class PacingPage(Pacing, PageOfRows):
    """Objects that hold a budget, by account and campaign."""


class BudgetPage(PageOfRows):
    """The month of each client, worst first."""

    data: list[ShownBudget]


class BalancePage(PageOfRows):
    """What ends first first."""

    balances: list[Balance]


class ProblemPage(PageOfRows):
    """The gravest first."""

    problems: list[Problem]


class CreativePage(PageOfRows):
    """By account, what costs most first."""

    data: list[ShownCreative]


class ChangePage(PageOfRows):
    """The newest first."""

    data: list[ShownChange]


class TargetPage(PageOfRows):
    """Every target that was set; of one scope and day the highest `target_id` counts."""

    data: list[ShownTarget]


class ReportPage(PageOfRows):
    """Reports that were made, the newest first."""

    data: list[ShownReport]


class ReportText(BaseModel):
    """A page of lines of a report, as CSV with commas and decimal points."""

    kind: str
    language: str
    csv: str
    lines: int
    next_cursor: str | None


class AccountFreshness(BaseModel):
    """read_at: the newest good reading of its newest day; null: never read."""

    account_id: str
    name: str | None
    timezone_name: str | None
    read_at: datetime | None


class FreshnessPage(PageOfRows):
    """How new figures are. coverage: of the 28 complete days before today; published_at: when the marts were."""

    now: datetime
    published_at: datetime | None
    accounts: list[AccountFreshness]
    coverage: PeriodCoverage


class ChatAnswered(BaseModel):
    """An answer of the chat. text: what a person reads; tables: rows with every digit; coverage: of the days that it is
    about. outcome `asked`: a question back, one of `choices` answers it; `refused`: `text` says why."""

    outcome: Literal["answered", "asked", "refused"]
    kind: str
    language: str
    text: str
    choices: list[str]
    tables: list[dict[str, Any]]
    coverage: dict[str, Any] | None
    sources: list[str]
