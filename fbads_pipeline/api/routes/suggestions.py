"""What the system proposes; people decide."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from fbads_pipeline.api.deps import ReadinessDep, SuggestionsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.parameters import AccountId, Cursor, Limit, from_cursor, to_cursor
from fbads_pipeline.api.schemas import Meta, Suggestion, SuggestionPage

router = APIRouter(prefix="/api/v1/suggestions", tags=["suggestions"])

Status = Annotated[
    Literal["PENDING", "ACCEPTED", "REJECTED", "EXPIRED", "APPLIED", "FAILED"] | None,
    Query(description="Where the suggestion stands."),
]


@router.get("", responses=documented(400, 422))
def list_suggestions(
    suggestions: SuggestionsDep,
    readiness: ReadinessDep,
    status: Status = None,
    account_id: AccountId = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SuggestionPage:
    """Suggestions, the newest first."""
    after = _after(cursor) if cursor else None
    rows = suggestions.suggestions(status=status, account_id=account_id, after=after, limit=limit + 1)
    page = [Suggestion(**row) for row in rows[:limit]]
    following = to_cursor(page[-1].created_at.isoformat(), page[-1].suggestion_id) if len(rows) > limit else None
    meta = Meta(mart="ops.suggestions", **(readiness.published() or {}))
    return SuggestionPage(data=page, next_cursor=following, meta=meta)


def _after(cursor: str) -> tuple[datetime, str]:
    moment, suggestion_id = from_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(moment), suggestion_id
    except ValueError:
        raise ApiError(400, "unusable_cursor", "this cursor is not one of ours", "start again without one") from None
