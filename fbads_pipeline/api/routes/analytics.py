"""Figures of accounts and campaigns: what the marts hold, through the metric catalogue, each with what it rests on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from fbads_pipeline.adapters.postgres.metrics.analytics import PeriodsRead, Scope
from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import (
    AnalyticsDep,
    AnomaliesDep,
    CampaignsDep,
    CampaignTargetsDep,
    ClockDep,
    MetricsDep,
    PerformanceDep,
    ReadinessDep,
    SettingsDep,
    at_once,
)
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.figures import by_account, compared, pace, part, points
from fbads_pipeline.api.parameters import AccountId, Cursor, Limit, OneCampaign, account_digits, from_cursor, to_cursor
from fbads_pipeline.api.periods import Since, Until, period_of
from fbads_pipeline.api.schemas.analytics import (
    AccountSummary,
    AnomalyPage,
    Breakdown,
    BudgetMove,
    CampaignComparison,
    Comparison,
    Pacing,
    ScorePage,
    Series,
    Severity,
    ShownAnomaly,
    ShownDays,
    ShownReallocation,
    ShownScore,
    ShownTrend,
    Summary,
    TrendSeries,
    Watch,
)
from fbads_pipeline.api.schemas.coverage import PeriodCoverage, coverage_of_read
from fbads_pipeline.api.schemas.resources import Meta
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.coverage import AccountDays
from fbads_pipeline.domain.metrics.declared import METRICS as DECLARED
from fbads_pipeline.domain.metrics.states import with_parts
from fbads_pipeline.domain.reports.report import Period
from fbads_pipeline.services.recommendations.reallocate_budget import reallocate_budget
from fbads_pipeline.services.reports.build_report import METRICS

router = APIRouter(prefix="/api/v1/analytics", tags=["analytics"])

ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]
Metric = Annotated[str, Query(pattern=r"^[a-z_]{2,40}$", description="A name of the metric catalogue, such as cpa.")]
PerAccount = Annotated[int, Query(ge=1, le=500, description="Rows of each account.")]
_WITH_PARTS = with_parts(METRICS, DECLARED)
# Where a metric is one object's and one day's, there is nothing to add up.
_ADD_UP = frozenset({"count", "money", "ratio", "factor"})
_BREAKDOWNS: Mapping[str, tuple[str, ...]] = {
    "age_gender": ("age", "gender"),
    "country": ("country",),
    "placement": ("publisher_platform", "platform_position"),
}


class FigureAccess:
    """What every answer is made with: the reader, whoever asks, now, and the state of the marts."""

    def __init__(
        self,
        reader: AnalyticsDep,
        readiness: ReadinessDep,
        anomalies: AnomaliesDep,
        clock: ClockDep,
        who: ReaderDep,
        settings: SettingsDep,
    ) -> None:
        self.reader, self.now, self.accounts = reader, clock.now(), who.accounts
        self._readiness, self._anomalies, self._levels = readiness, anomalies, settings.levels

    def scope(
        self,
        account_id: str | None = None,
        campaign_id: str | None = None,
        period: Period | None = None,
        before: Period | None = None,
        *,
        is_month: bool = False,
    ) -> Scope:
        """Of the caller's accounts alone."""
        return Scope(self.accounts, self.now, account_id, campaign_id, period, before, is_month)

    def watch(self, account_ids: list[str]) -> list[Watch]:
        """What the detectors know of those accounts."""
        known = self._anomalies.learning(account_ids)
        return [Watch(**{name: getattr(one, name) for name in Watch.model_fields}) for one in known]

    def coverage(self, level: Level, read: Sequence[AccountDays]) -> PeriodCoverage:
        """How far the days behind figures of that level are read."""
        return coverage_of_read(level, read, self._levels)

    def meta(self, mart: str) -> Meta:
        """Which table, and which state of it."""
        return Meta(mart=mart, **(self._readiness.published() or {}))


FiguresDep = Annotated[FigureAccess, Depends(at_once(FigureAccess))]


@router.get("/summary", responses=documented(404))
def summary(
    figures: FiguresDep,
    account_id: AccountId = None,
    since: Since = None,
    until: Until = None,
) -> Summary:
    """Each account in a period and in as many days before it; without one the 28 complete days before its today."""
    scope = figures.scope(account_id, period=period_of(since, until))
    read = figures.reader.coverage(scope, "account")
    now, before = by_account(read.now), by_account(read.before)
    data = [
        AccountSummary(
            **{name: row[name] for name in ("account_id", "name", "currency", "timezone_name", "as_of")},
            provisional_days=row["provisional_days"],
            period=ShownDays(first=row["first_day"], last=row["last_day"]),
            before=ShownDays(first=row["before_first"], last=row["before_last"]),
            **compared(row, METRICS, now[row["account_id"]], before[row["account_id"]]),
        )
        for row in figures.reader.totals(scope, _WITH_PARTS)
    ]
    return Summary(data=data, **_coverages(figures, "account", read), meta=figures.meta("marts.account_daily"))


@router.get("/compare", responses=documented(404))
def compare(
    figures: FiguresDep,
    account_id: AccountId = None,
    since: Since = None,
    until: Until = None,
    against_from: Annotated[Since, Query(alias="against_from", description="First day of the other period.")] = None,
    against_to: Annotated[Since, Query(alias="against_to", description="Last day of the other period.")] = None,
    limit: PerAccount = 50,
) -> Comparison:
    """Campaigns in two periods; without the other one it is as many days before the first."""
    period = period_of(since, until)
    before = period_of(against_from, against_to, names=("against_from", "against_to"))
    if before is not None and period is None:
        raise ApiError(400, "unusable_parameter", "needs_period")
    scope = figures.scope(account_id, period=period, before=before)
    read = figures.reader.coverage(scope, "campaign")
    here, there = by_account(read.now), by_account(read.before)
    data = [
        CampaignComparison(
            **{name: row[name] for name in ("account_id", "campaign_id", "name", "currency")},
            **compared(row, METRICS, here[row["account_id"]], there[row["account_id"]]),
        )
        for row in figures.reader.campaigns(scope, _WITH_PARTS, limit)
    ]
    return Comparison(data=data, **_coverages(figures, "campaign", read), meta=figures.meta("marts.campaign_daily"))


@router.get("/trends", responses=documented(404))
def trends(
    figures: FiguresDep,
    campaigns: CampaignsDep,
    metrics: MetricsDep,
    metric: Metric,
    account_id: AccountId = None,
    campaign_id: OneCampaign = None,
    since: Since = None,
    until: Until = None,
) -> TrendSeries:
    """One metric by day, of each account or of one campaign, with the review's word on where it is heading."""
    _require(metric, metrics)
    if campaign_id is not None:
        account_id = _owner(campaigns, campaign_id, figures)
    scope = figures.scope(account_id, campaign_id, period_of(since, until))
    said = {
        row["account_id"]: ShownTrend(**{name: row[name] for name in ShownTrend.model_fields})
        for row in figures.reader.trends(scope, metric)
    }
    rows: dict[str, dict[date, Row]] = {}
    for row in figures.reader.days(scope, with_parts([metric], DECLARED)):
        rows.setdefault(row["account_id"], {})[row["day"]] = row
    read = figures.reader.coverage(scope, "campaign").now
    data = [
        Series(
            account_id=one.account_id,
            currency=one.currency or "",
            points=points(metric, one, rows.get(one.account_id, {})),
            trend=said.get(one.account_id),
        )
        for one in read
    ]
    coverage, meta = figures.coverage("campaign", read), figures.meta("marts.campaign_daily")
    return TrendSeries(metric=metric, campaign_id=campaign_id, data=data, coverage=coverage, meta=meta)


@router.get("/breakdowns", responses=documented(404))
def breakdowns(
    figures: FiguresDep,
    metrics: MetricsDep,
    by: Annotated[Literal["age_gender", "country", "placement"], Query(description="What splits the whole.")],
    metric: Metric = "spend",
    account_id: AccountId = None,
    campaign_id: OneCampaign = None,
    since: Since = None,
    until: Until = None,
    limit: PerAccount = 100,
) -> Breakdown:
    """One metric by age and gender, country, or placement; only what has been collected with that breakdown."""
    _require(metric, metrics)
    scope = figures.scope(account_id, campaign_id, period_of(since, until))
    fields = _BREAKDOWNS[by]
    rows = figures.reader.parts(scope, with_parts([metric], DECLARED), fields, limit)
    read = figures.reader.coverage(scope, "campaign", ",".join(fields)).now
    coverage, meta = figures.coverage("campaign", read), figures.meta("marts.campaign_breakdown_daily")
    data = [part(metric, fields, row) for row in rows]
    return Breakdown(metric=metric, by=list(fields), data=data, coverage=coverage, meta=meta)


@router.get("/pacing", responses=documented(404))
def pacing(
    figures: FiguresDep,
    account_id: AccountId = None,
    campaign_id: OneCampaign = None,
) -> Pacing:
    """Budgets against what was spent, today and this month."""
    scope = figures.scope(account_id, campaign_id, is_month=True)
    read = figures.reader.coverage(scope, "campaign").now
    days = by_account(read)
    data = [pace(row, days.get(row["account_id"])) for row in figures.reader.pacing(scope)]
    coverage, meta = figures.coverage("campaign", read), figures.meta("marts.budget_pacing")
    return Pacing(data=data, coverage=coverage, meta=meta)


@router.get("/reallocation", responses=documented(404))
def reallocation(
    performance: PerformanceDep,
    targets: CampaignTargetsDep,
    clock: ClockDep,
    who: ReaderDep,
    account_id: Annotated[str, Query(max_length=80, description="Digits, with or without `act_`.")],
) -> ShownReallocation:
    """How the account's present budgets would earn the most conversions under the same total."""
    account_id = account_digits(account_id) or ""
    found = reallocate_budget(performance, targets, account_id, now=clock.now()) if who.sees(account_id) else None
    if found is None:
        raise ApiError(404, "not_found", "no_account_figures", id=account_id)
    moves = [
        BudgetMove(
            campaign_id=one.campaign_id,
            daily_budget=round(one.budget, 2),
            new_daily_budget=round(one.new_budget, 2),
            conversions=round(one.conversions, 3),
            new_conversions=round(one.new_conversions, 3),
        )
        for one in found.moves
    ]
    return ShownReallocation(
        account_id=found.account_id,
        currency=found.currency,
        today=found.today,
        model_version=found.model_version,
        total_daily_budget=round(sum(one.budget for one in found.moves), 2),
        moves=moves,
    )


@router.get("/anomalies", responses=documented(400, 404))
def anomalies(
    figures: FiguresDep,
    account_id: AccountId = None,
    campaign_id: OneCampaign = None,
    status: Literal["OPEN", "CLOSED"] | None = None,
    kind: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$")] = None,
    severity: Severity | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AnomalyPage:
    """What was unusual, the newest first: open ones and those that are over."""
    scope = figures.scope(account_id, campaign_id)
    return anomaly_page(figures, scope, status=status, kind=kind, severity=severity, limit=limit, cursor=cursor)


@router.get("/scores", responses=documented(400, 404))
def scores(
    figures: FiguresDep,
    account_id: AccountId = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ScorePage:
    """Each campaign's newest score."""
    after = from_cursor(cursor, 1)[0] if cursor else None
    rows = figures.reader.scores(figures.scope(account_id), after=after, limit=limit + 1)
    page = [ShownScore(**row) for row in rows[:limit]]
    following = to_cursor(page[-1].campaign_id) if len(rows) > limit else None
    return ScorePage(data=page, next_cursor=following, meta=figures.meta("analysis.scores"))


def anomaly_page(
    figures: FiguresDep,
    scope: Scope,
    *,
    status: str | None = None,
    kind: str | None = None,
    severity: str | None = None,
    limit: int,
    cursor: str | None,
) -> AnomalyPage:
    """One page, and the cursor of the following one."""
    after = _after(cursor) if cursor else None
    rows = figures.reader.anomalies(scope, status=status, kind=kind, severity=severity, after=after, limit=limit + 1)
    page = [ShownAnomaly(**{**row, "campaign_id": row["campaign_id"] or None}) for row in rows[:limit]]
    following = to_cursor(page[-1].detected_at.isoformat(), page[-1].anomaly_id) if len(rows) > limit else None
    read = figures.reader.coverage(scope, "campaign").now
    return AnomalyPage(
        data=page,
        watch=figures.watch([one.account_id for one in read]),
        coverage=figures.coverage("campaign", read),
        next_cursor=following,
        meta=figures.meta("analysis.anomalies"),
    )


def _coverages(figures: FigureAccess, level: Level, read: PeriodsRead) -> dict[str, PeriodCoverage]:
    return {"coverage": figures.coverage(level, read.now), "coverage_before": figures.coverage(level, read.before)}


def _owner(campaigns: CampaignsDep, campaign_id: str, figures: FigureAccess) -> str | None:
    """The account of a campaign that is known."""
    found = campaigns.campaign(campaign_id, figures.accounts)
    return None if found is None else found["account_id"]


def _require(metric: str, metrics: Mapping[str, Any]) -> None:
    """Raises ApiError 404 for a metric that the catalogue has not, 422 for one that adds up over nothing."""
    if metric not in metrics:
        hint = message("api.hint.metrics", metrics=", ".join(sorted(metrics)))
        raise ApiError(404, "not_found", "no_metric", hint=hint, metric=metric)
    if metrics[metric].unit not in _ADD_UP:
        raise ApiError(400, "unusable_parameter", "metric_does_not_add_up", metric=metric)


def _after(cursor: str) -> tuple[str, str]:
    moment, anomaly_id = from_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(moment).isoformat(), anomaly_id
    except ValueError:
        raise ApiError(400, "unusable_cursor", "unusable_cursor", hint="restart_list") from None
