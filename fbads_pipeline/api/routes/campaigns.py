"""Campaigns: what they are, their days, history, score and anomalies; a change is a decision that somebody signs."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.adapters.postgres.metrics.campaigns import CampaignQuery
from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import CampaignsDep, ClockDep, DecisionStoreDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.figures import insight
from fbads_pipeline.api.parameters import AccountId, CampaignId, Cursor, Limit, from_cursor, plain_number, to_cursor
from fbads_pipeline.api.periods import Since, Until, filled
from fbads_pipeline.api.routes.analytics import FiguresDep, anomaly_page
from fbads_pipeline.api.routes.suggestions import Key, RecordedDecision
from fbads_pipeline.api.schemas.analytics import AnomalyPage, History, Scores, ShownScore, State
from fbads_pipeline.api.schemas.resources import Campaign, CampaignPage, InsightMeta, Insights
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.decisions import DecisionConflict, DecisionNotUsable
from fbads_pipeline.domain.recommendations.requested_changes import CampaignNow, requested_change
from fbads_pipeline.services.recommendations.decide_suggestion import request_change

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])

ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]
DeciderDep = Annotated[Principal, Depends(Needs("suggestions:decide"))]
DEFAULT_DAYS = 28
_SCORE_DAYS = 90
Sort = Literal["campaign_id", "name", "-name", "created_at", "-created_at", "daily_budget", "-daily_budget",
               "spend", "-spend"]  # fmt: skip
Status = Annotated[
    str | None, Query(pattern=r"^[A-Z_]{1,40}$", description="Effective status, such as ACTIVE or PAUSED.")
]
Objective = Annotated[str | None, Query(pattern=r"^[A-Z_]{1,60}$", description="As Meta names it: OUTCOME_SALES …")]
PartOfName = Annotated[str | None, Query(alias="q", min_length=1, max_length=200, description="A part of the name.")]


class AskedChange(BaseModel):
    """One change. daily_budget: in units of the campaign's currency; reason: kept with the decision."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["PAUSED"] | None = None
    daily_budget: Decimal | None = Field(None, gt=0, max_digits=18, decimal_places=3)
    reason: str = Field(min_length=1, max_length=500)


@router.get("", responses=documented(400, 404))
def list_campaigns(
    campaigns: CampaignsDep,
    figures: FiguresDep,
    who: ReaderDep,
    status: Status = None,
    account_id: AccountId = None,
    objective: Objective = None,
    named: PartOfName = None,
    sort: Annotated[Sort, Query(description="A dash turns it round; spend is of the last 7 days.")] = "campaign_id",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> CampaignPage:
    """Campaigns as they are now."""
    if named is not None and not named.isprintable():
        raise ApiError(400, "unusable_parameter", "unprintable_name")
    if sort.endswith(("spend", "daily_budget")) and account_id is None:
        raise ApiError(400, "unusable_parameter", "sort_needs_account", sort=sort)
    after = _after(cursor, sort) if cursor else None
    wanted = CampaignQuery(sort, status, account_id, objective, named, after)
    rows = campaigns.campaigns(wanted, who.accounts, now=figures.now, limit=limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    following = None if last is None else to_cursor(sort, last["sort_key"], last["campaign_id"])
    meta = figures.meta("marts.campaigns")
    return CampaignPage(data=[Campaign(**row) for row in rows[:limit]], next_cursor=following, meta=meta)


@router.post("", status_code=405, responses=documented(405), response_model=None)
def no_new_campaigns(who: ReaderDep) -> Response:
    """Refused: campaigns are made in Ads Manager."""
    raise ApiError(405, "not_done_here", "campaigns_not_made", hint="ads_manager")


@router.delete("/{campaign_id}", status_code=405, responses=documented(404, 405), response_model=None)
def no_deleting(campaign_id: CampaignId, campaigns: CampaignsDep, who: ReaderDep) -> Response:
    """Refused: a deleted campaign takes its figures with it; pause it instead."""
    _known(campaigns, campaign_id, who)
    raise ApiError(405, "not_done_here", "campaigns_not_deleted", hint="ads_manager")


@router.get("/{campaign_id}", responses=documented(404))
def one_campaign(campaign_id: CampaignId, campaigns: CampaignsDep, who: ReaderDep) -> Campaign:
    """One campaign as it is now."""
    return Campaign(**_known(campaigns, campaign_id, who))


@router.patch("/{campaign_id}", status_code=202, responses=documented(404, 409, 422))
def ask_for_change(
    campaign_id: CampaignId,
    given: AskedChange,
    campaigns: CampaignsDep,
    decision_store: DecisionStoreDep,
    clock: ClockDep,
    who: DeciderDep,
    key: Key = None,
) -> RecordedDecision:
    """Ask for a pause or another daily budget: a decision, with its audit, that can be undone for half an hour.

    It is written to Meta only where FBADS_APPLY_DECISIONS says so, by the run that applies decisions, never here.
    """
    known = _known(campaigns, campaign_id, who)
    now = clock.now()
    today = local_day(now, known["timezone_name"] or "UTC")
    budget, status = known["daily_budget"], known["effective_status"]
    campaign = CampaignNow(known["account_id"], campaign_id, status, budget, known["currency"], today)
    try:
        requested = requested_change(campaign, status=given.status, daily_budget=given.daily_budget, why=given.reason)
        outcome = request_change(decision_store, who, requested, key=key, now=now)
    except DecisionNotUsable as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    except DecisionConflict as wrong:
        raise ApiError.of(409, "changed", wrong, hint="reread_campaign") from None
    return RecordedDecision(**vars(outcome))


@router.get("/{campaign_id}/insights", responses=documented(404))
def campaign_insights(
    campaign_id: CampaignId,
    campaigns: CampaignsDep,
    figures: FiguresDep,
    who: ReaderDep,
    since: Since = None,
    until: Until = None,
) -> Insights:
    """The campaign's days; without a period the last 28 account-local days."""
    campaign = _known(campaigns, campaign_id, who)
    today = local_day(figures.now, campaign["timezone_name"] or "UTC")
    period = filled(since, until, today, DEFAULT_DAYS)
    scope = figures.scope(campaign["account_id"], period=period, before=period)
    read = figures.reader.coverage(scope, "campaign").now
    rows = {row["day"]: row for row in campaigns.insights(campaign, period.first, period.last)}
    meta = InsightMeta(
        **vars(figures.meta("marts.campaign_daily")),
        **{name: campaign[name] for name in ("campaign_id", "account_id", "currency", "timezone_name")},
        since=period.first,
        until=period.last,
        rows=len(rows),
        provisional_days=sum(1 for row in rows.values() if row["is_provisional"]),
        as_of=max((row["collected_at"] for row in rows.values()), default=None),
    )
    days = [insight(day, rows.get(day), one, campaign["currency"]) for one in read for day in one.days or ()]
    return Insights(data=days, coverage=figures.coverage("campaign", read), meta=meta)


@router.get("/{campaign_id}/history", responses=documented(404))
def campaign_history(
    campaign_id: CampaignId,
    campaigns: CampaignsDep,
    figures: FiguresDep,
    who: ReaderDep,
    limit: Limit = 100,
) -> History:
    """What it was and when it changed, as readings saw it; the newest state first."""
    _known(campaigns, campaign_id, who)
    rows = figures.reader.history(figures.scope(campaign_id=campaign_id), limit)
    return History(data=[State(**row) for row in rows], meta=figures.meta("marts.campaign_history"))


@router.get("/{campaign_id}/score", responses=documented(404))
def campaign_score(
    campaign_id: CampaignId,
    campaigns: CampaignsDep,
    figures: FiguresDep,
    who: ReaderDep,
) -> Scores:
    """Its scores of the last 90 days, a row per account-local day, oldest first."""
    campaign = _known(campaigns, campaign_id, who)
    since = local_day(figures.now, campaign["timezone_name"] or "UTC") - timedelta(days=_SCORE_DAYS)
    rows = figures.reader.score_history(figures.scope(campaign_id=campaign_id), since)
    return Scores(data=[ShownScore(**row) for row in rows], meta=figures.meta("analysis.scores"))


@router.get("/{campaign_id}/anomalies", responses=documented(400, 404))
def campaign_anomalies(
    campaign_id: CampaignId,
    campaigns: CampaignsDep,
    figures: FiguresDep,
    who: ReaderDep,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AnomalyPage:
    """Its anomalies, open or over, the newest first."""
    campaign = _known(campaigns, campaign_id, who)
    scope = figures.scope(campaign["account_id"], campaign_id)
    return anomaly_page(figures, scope, limit=limit, cursor=cursor)


def _known(campaigns: CampaignsDep, campaign_id: str, who: Principal) -> Row:
    """Raises ApiError 404 for one that is not there, or not the caller's."""
    found = campaigns.campaign(campaign_id, who.accounts)
    if found is None:
        raise ApiError(404, "not_found", "no_campaign", hint="campaigns", id=campaign_id)
    return found


def _after(cursor: str, sort: str) -> tuple[str, str]:
    """The sort key and id of the row before; raises ApiError 400 for a cursor of another order, or not ours."""
    made_for, key, campaign_id = from_cursor(cursor, 3)
    try:
        if sort.endswith("created_at"):
            datetime.fromisoformat(key)
        elif sort.endswith(("daily_budget", "spend")):
            plain_number(key)
    except ValueError:
        made_for = ""
    if made_for != sort:
        raise ApiError(400, "unusable_cursor", "cursor_of_other_order", hint="restart_list")
    return key, campaign_id
