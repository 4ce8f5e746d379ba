"""Campaigns past a plain limit that are better left alone; nothing is decided here."""

from typing import Annotated

from fastapi import APIRouter, Depends

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ReadinessDep, SuggestionsDep
from fbads_pipeline.api.errors import documented
from fbads_pipeline.api.parameters import AccountId, Cursor, Limit, from_cursor, to_cursor
from fbads_pipeline.api.schemas.resources import Meta, ObservationItem, ObservationPage
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1/observations", tags=["suggestions"])

ReaderDep = Annotated[Principal, Depends(Needs("suggestions:read"))]


@router.get("", responses=documented(400, 404))
def list_observations(
    suggestions: SuggestionsDep,
    readiness: ReadinessDep,
    who: ReaderDep,
    account_id: AccountId = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ObservationPage:
    """Campaigns that are past a limit while something speaks against pausing them, as of the last review."""
    after = from_cursor(cursor, 2) if cursor else None
    rows = suggestions.observations(
        account_id=account_id,
        accounts=who.accounts,
        after=(after[0], after[1]) if after else None,
        limit=limit + 1,
    )
    page = [ObservationItem(**row) for row in rows[:limit]]
    following = to_cursor(page[-1].account_id, page[-1].campaign_id) if len(rows) > limit else None
    meta = Meta(mart="analysis.observations", **(readiness.published() or {}))
    return ObservationPage(data=page, next_cursor=following, meta=meta)
