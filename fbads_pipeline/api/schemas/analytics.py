"""What analytics answer. Amounts are in `currency`, of one account each; ratios are sums divided by sums."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from fbads_pipeline.api.schemas.coverage import NoComparison, PeriodCoverage, States
from fbads_pipeline.api.schemas.resources import Exact, Meta
from fbads_pipeline.domain.metrics.states import FigureState

Severity = Literal["info", "warning", "critical"]


class ShownDays(BaseModel):
    """Account-local days, both included."""

    first: date
    last: date


class Compared(BaseModel):
    """value: of the days of the period that were read; before: of the one it is compared with; null: see `states`.

    change: of the value, as a fraction of `before`; null where that is null or 0, and where days of one of the periods
    were not read (`no_comparison`).
    """

    value: Exact | None
    before: Exact | None
    change: Exact | None


class AccountSummary(BaseModel):
    """One account: metric → its figures. provisional_days: those that Meta may still restate."""

    account_id: str
    name: str | None
    currency: str
    timezone_name: str | None
    period: ShownDays
    before: ShownDays
    figures: dict[str, Compared]
    states: States
    states_before: States
    no_comparison: NoComparison
    provisional_days: int
    as_of: datetime | None


class Summary(BaseModel):
    """Accounts in the order of their ids. Nothing is summed over accounts: their currencies and days differ."""

    data: list[AccountSummary]
    coverage: PeriodCoverage
    coverage_before: PeriodCoverage
    meta: Meta


class CampaignComparison(BaseModel):
    """One campaign in two periods."""

    account_id: str
    campaign_id: str
    name: str | None
    currency: str
    figures: dict[str, Compared]
    states: States
    states_before: States
    no_comparison: NoComparison


class Comparison(BaseModel):
    """By account, its biggest spenders of the period first."""

    data: list[CampaignComparison]
    coverage: PeriodCoverage
    coverage_before: PeriodCoverage
    meta: Meta


class Point(BaseModel):
    """A day. value: null where `state` says so; 0 where the day was read and nothing was delivered.

    is_provisional: Meta may still restate it; null where there is nothing that it could restate.
    """

    day: date
    value: Exact | None
    state: FigureState
    is_provisional: bool | None


class ShownTrend(BaseModel):
    """What the last review says. slope: of the logarithm, per day; p_falling: probability that it falls.

    changed_on, shift: the newest change of level, where there is one; shift is of the logarithm.
    """

    day: date
    level: float
    slope: float
    p_falling: float
    changed_on: date | None
    shift: float | None


class Series(BaseModel):
    """One metric of one account, or of one campaign of it, by day; `trend` only where the review keeps one."""

    account_id: str
    currency: str
    points: list[Point]
    trend: ShownTrend | None


class TrendSeries(BaseModel):
    """A series per account, each with every day of the period that has come."""

    metric: str
    campaign_id: str | None
    data: list[Series]
    coverage: PeriodCoverage
    meta: Meta


class Part(BaseModel):
    """One part of a breakdown: field → its value, `unknown` where Meta left it out. value: null: see `state`."""

    account_id: str
    currency: str
    part: dict[str, str | None]
    value: Exact | None
    state: FigureState
    spend: Exact | None


class Breakdown(BaseModel):
    """By account, its dearest parts first. What Meta hides of small groups is in no part."""

    metric: str
    by: list[str]
    data: list[Part]
    coverage: PeriodCoverage
    meta: Meta


NoPace = Literal[
    "not_active",
    "ended",
    "not_begun",
    "account_cap_reached",
    "campaign_cap_reached",
    "adset_cap_reached",
    "hours_of_viewers",
    "not_read",
    "not_reported",
    "before_its_hours",
    "no_hours_today",
    "no_plan",
    "nothing_planned",
]


class Pace(BaseModel):
    """An object that holds a budget, today and this month; projections are linear, within the hours of a schedule.

    pacing: projected / planned. why_no_pace: why there is none of today; null where there is one.
    """

    account_id: str
    campaign_id: str
    adset_id: str | None
    budget_level: str
    name: str | None
    effective_status: str | None
    currency: str | None
    daily_budget: Exact | None
    lifetime_budget: Exact | None
    local_day: date
    read_at: datetime | None
    day_share: Exact | None
    spent_today: Exact | None
    planned_today: Exact | None
    projected_today: Exact | None
    pacing_today: Exact | None
    why_no_pace: NoPace | None = None
    spent_month: Exact | None
    planned_month: Exact | None
    projected_month: Exact | None
    pacing_month: Exact | None
    states: States


class Pacing(BaseModel):
    """By account, campaign and ad set. coverage: of this month until today."""

    data: list[Pace]
    coverage: PeriodCoverage
    meta: Meta


class BudgetMove(BaseModel):
    """A campaign's daily budget now and as it would earn most, with the conversions per day expected of each."""

    campaign_id: str
    daily_budget: float
    new_daily_budget: float
    conversions: float
    new_conversions: float


class ShownReallocation(BaseModel):
    """Moves under the same total, none of more than a fifth; empty where nothing gains. Each is asked for by PATCH."""

    account_id: str
    currency: str
    today: date
    model_version: str | None
    total_daily_budget: float
    moves: list[BudgetMove]


class ShownAnomaly(BaseModel):
    """Something unusual of one metric of one campaign (null: of the account as a whole)."""

    anomaly_id: str
    account_id: str
    campaign_id: str | None
    campaign_name: str | None
    kind: str
    metric: str
    severity: Severity
    status: Literal["OPEN", "CLOSED"]
    since: datetime
    detected_at: datetime
    observed: float
    expected: float
    low: float = Field(description="Of the expected range.")
    high: float
    money_at_stake_per_day: float
    currency: str
    causes: list[Any]
    message_pt: str
    message_en: str
    detector_version: str
    closed_at: datetime | None
    resolution: str | None


class Watch(BaseModel):
    """Complete days, and days of half-hour readings, that the detectors know of an account, of those that they need.

    is_watched: whether no anomaly means anything; is_learning: whether one kind of detector does not judge yet.
    """

    account_id: str
    days: int
    days_needed: int
    half_hour_days: int
    half_hour_days_needed: int
    is_watched: bool
    is_learning: bool


class AnomalyPage(BaseModel):
    """The newest first. An empty list is an all-clear only for accounts that `watch` says are watched and that
    `coverage`, of the 28 complete days before today, says are read."""

    data: list[ShownAnomaly]
    watch: list[Watch]
    coverage: PeriodCoverage
    next_cursor: str | None
    meta: Meta


class ShownScore(BaseModel):
    """0 to 100: 50 and the points of five parts, exactly; null with `why_not`. low, high: the 10 to 90 % band."""

    account_id: str
    campaign_id: str
    day: date
    total: Exact | None
    low: Exact | None
    high: Exact | None
    efficiency_points: Exact | None
    trend_points: Exact | None
    attention_points: Exact | None
    delivery_points: Exact | None
    health_points: Exact | None
    conversions: float
    certainty: float
    why_not: Literal["not enough data", "tracking is broken", "not reported", "not read"] | None
    target_cpa: Exact
    currency: str
    model_version: str
    scored_at: datetime


class ScorePage(BaseModel):
    """Each campaign's newest score, in the order of their ids."""

    data: list[ShownScore]
    next_cursor: str | None
    meta: Meta


class Scores(BaseModel):
    """One campaign's scores, oldest first."""

    data: list[ShownScore]
    meta: Meta


class State(BaseModel):
    """What a campaign was from `valid_from` on, as it was read; budgets in units of `currency`."""

    name: str | None
    status: str | None
    effective_status: str | None
    currency: str | None
    daily_budget: Exact | None
    lifetime_budget: Exact | None
    valid_from: datetime
    valid_to: datetime | None
    is_current: bool


class History(BaseModel):
    """The newest state first."""

    data: list[State]
    meta: Meta
