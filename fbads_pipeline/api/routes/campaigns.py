"""Campaigns and their days."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from fbads_pipeline.api.auth import Needs
from fbads_pipeline.api.deps import CampaignsDep, ClockDep, ReadinessDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.parameters import AccountId, CampaignId, Cursor, Limit, from_cursor, to_cursor
from fbads_pipeline.api.schemas import Campaign, CampaignPage, Insight, InsightMeta, Insights, Meta
from fbads_pipeline.domain.days import local_day
from fbads_pipeline.domain.identity import Principal

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])

ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]
DEFAULT_DAYS = 28
LONGEST_DAYS = 1200
Status = Annotated[
    str | None, Query(pattern=r"^[A-Z_]{1,40}$", description="Effective status, such as ACTIVE or PAUSED.")
]


@router.get("", responses=documented(400, 422))
def list_campaigns(
    campaigns: CampaignsDep,
    readiness: ReadinessDep,
    who: ReaderDep,
    status: Status = None,
    account_id: AccountId = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> CampaignPage:
    """Campaigns as they are now, in the order of their ids."""
    after = from_cursor(cursor, 1)[0] if cursor else None
    rows = campaigns.campaigns(
        status=status, account_id=account_id, accounts=who.accounts, after=after, limit=limit + 1
    )
    page = [Campaign(**row) for row in rows[:limit]]
    following = to_cursor(page[-1].campaign_id) if len(rows) > limit else None
    return CampaignPage(
        data=page, next_cursor=following, meta=Meta(mart="marts.campaigns", **(readiness.published() or {}))
    )


@router.get("/{campaign_id}/insights", responses=documented(404, 422))
def campaign_insights(
    campaign_id: CampaignId,
    campaigns: CampaignsDep,
    readiness: ReadinessDep,
    clock: ClockDep,
    who: ReaderDep,
    since: Annotated[date | None, Query(alias="from", description="First account-local day.")] = None,
    until: Annotated[date | None, Query(alias="to", description="Last account-local day.")] = None,
) -> Insights:
    """The campaign's days; without a period the last 28 account-local days."""
    campaign = campaigns.campaign(campaign_id, who.accounts)
    if campaign is None:
        raise ApiError(404, "not_found", f"there is no campaign {campaign_id}", "GET /api/v1/campaigns lists them")
    today = local_day(clock.now(), campaign["timezone_name"] or "UTC")
    first, last = _period(since, until, today)
    days = [Insight(**row) for row in campaigns.insights(campaign, first, last)]
    meta = InsightMeta(
        mart="marts.campaign_daily",
        **(readiness.published() or {}),
        **{name: campaign[name] for name in ("campaign_id", "account_id", "currency", "timezone_name")},
        since=first,
        until=last,
        rows=len(days),
        provisional_days=sum(1 for day in days if day.is_provisional),
        as_of=max((day.collected_at for day in days), default=None),
    )
    return Insights(data=days, meta=meta)


def _period(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """Both ends, the missing ones filled in; raises ApiError 422 for a period that cannot be."""
    last = until or today
    try:
        first = since or last - timedelta(days=DEFAULT_DAYS - 1)
    except OverflowError:
        first = last
    if first > last:
        raise ApiError(422, "unusable_parameter", f"from {first} lies after to {last}: swap them")
    if first > today:
        raise ApiError(422, "unusable_parameter", f"from {first} lies in the future: today is {today} for this account")
    if (last - first).days >= LONGEST_DAYS:
        raise ApiError(422, "unusable_parameter", f"at most {LONGEST_DAYS} days at a time: bring from and to closer")
    return first, last
