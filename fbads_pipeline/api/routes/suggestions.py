"""What the system proposes; people decide, here."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, DecisionStoreDep, ReadinessDep, SuggestionsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.parameters import AccountId, Cursor, Limit, from_cursor, to_cursor
from fbads_pipeline.api.schemas.resources import Meta, Suggestion, SuggestionPage, SuggestionStatus
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.decisions import (
    Decision,
    DecisionConflict,
    DecisionNotUsable,
    SuggestionNotFound,
)
from fbads_pipeline.services.recommendations.decide_suggestion import decide

router = APIRouter(prefix="/api/v1/suggestions", tags=["suggestions"])

ReaderDep = Annotated[Principal, Depends(Needs("suggestions:read"))]
DeciderDep = Annotated[Principal, Depends(Needs("suggestions:decide"))]
SuggestionId = Annotated[str, Path(pattern=r"^[0-9a-zA-Z_-]{1,64}$")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="The same key with the same body answers what it answered, and decides nothing again.",
    ),
]
Status = Annotated[
    SuggestionStatus | None,
    Query(description="Where the suggestion stands."),
]


class Accept(BaseModel):
    """version: the one that was read."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, le=2**31 - 1)
    reason: str | None = Field(None, max_length=500)


class Reject(Accept):
    """Why, so that the next proposal can be better."""

    reason: str = Field(min_length=1, max_length=500)


class Snooze(Accept):
    """until: at most 14 days ahead."""

    until: datetime


class RecordedDecision(BaseModel):
    """What became of it. version: the one after the decision."""

    decision_id: str
    suggestion_id: str
    action: Literal["accept", "reject", "snooze", "undo"]
    status: Literal["PENDING", "ACCEPTED", "REJECTED", "APPLIED"]
    version: int
    decided_at: datetime


@router.get("", responses=documented(400, 404))
def list_suggestions(
    suggestions: SuggestionsDep,
    readiness: ReadinessDep,
    who: ReaderDep,
    status: Status = None,
    account_id: AccountId = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SuggestionPage:
    """Suggestions, the newest first."""
    after = _after(cursor) if cursor else None
    rows = suggestions.suggestions(
        status=status, account_id=account_id, accounts=who.accounts, after=after, limit=limit + 1
    )
    page = [Suggestion(**row) for row in rows[:limit]]
    following = to_cursor(page[-1].created_at.isoformat(), page[-1].suggestion_id) if len(rows) > limit else None
    meta = Meta(mart="ops.suggestions", **(readiness.published() or {}))
    return SuggestionPage(data=page, next_cursor=following, meta=meta)


@router.get("/{suggestion_id}", responses=documented(404))
def one_suggestion(suggestion_id: SuggestionId, suggestions: SuggestionsDep, who: ReaderDep) -> Suggestion:
    """One suggestion as it stands now."""
    rows = suggestions.suggestions(
        status=None, account_id=None, accounts=who.accounts, after=None, limit=1, suggestion_id=suggestion_id
    )
    if not rows:
        raise ApiError(404, "not_found", "no_suggestion", id=suggestion_id)
    return Suggestion(**rows[0])


@router.post("/{suggestion_id}/accept", responses=documented(404, 409, 422))
def accept(
    suggestion_id: SuggestionId,
    given: Accept,
    who: DeciderDep,
    decision_store: DecisionStoreDep,
    clock: ClockDep,
    key: Key = None,
) -> RecordedDecision:
    """Accept it. It is written to Meta only where FBADS_APPLY_DECISIONS says so."""
    return _decided(decision_store, who, clock, Decision(suggestion_id, given.version, "accept", given.reason), key)


@router.post("/{suggestion_id}/reject", responses=documented(404, 409, 422))
def reject(
    suggestion_id: SuggestionId,
    given: Reject,
    who: DeciderDep,
    decision_store: DecisionStoreDep,
    clock: ClockDep,
    key: Key = None,
) -> RecordedDecision:
    """Reject it, with the reason."""
    return _decided(decision_store, who, clock, Decision(suggestion_id, given.version, "reject", given.reason), key)


@router.post("/{suggestion_id}/snooze", responses=documented(404, 409, 422))
def snooze(
    suggestion_id: SuggestionId,
    given: Snooze,
    who: DeciderDep,
    decision_store: DecisionStoreDep,
    clock: ClockDep,
    key: Key = None,
) -> RecordedDecision:
    """Decide later: it stays open and out of the way until then."""
    if given.until.tzinfo is None:
        raise ApiError(422, "unusable_parameter", "until_needs_offset")
    made = Decision(suggestion_id, given.version, "snooze", given.reason, given.until)
    return _decided(decision_store, who, clock, made, key)


@router.post("/{suggestion_id}/undo", responses=documented(404, 409, 422))
def undo(
    suggestion_id: SuggestionId,
    given: Accept,
    who: DeciderDep,
    decision_store: DecisionStoreDep,
    clock: ClockDep,
    key: Key = None,
) -> RecordedDecision:
    """Take a decision of the last half hour back; what was written to Meta is written back within a minute."""
    return _decided(decision_store, who, clock, Decision(suggestion_id, given.version, "undo", given.reason), key)


def _decided(
    decision_store: DecisionStoreDep, who: Principal, clock: ClockDep, made: Decision, key: str | None
) -> RecordedDecision:
    try:
        outcome = decide(decision_store, who, made, key=key, now=clock.now())
    except SuggestionNotFound as wrong:
        raise ApiError.of(404, "not_found", wrong) from None
    except DecisionNotUsable as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    except DecisionConflict as wrong:
        raise ApiError.of(409, "changed", wrong, hint="reread_suggestion") from None
    return RecordedDecision(**vars(outcome))


def _after(cursor: str) -> tuple[datetime, str]:
    moment, suggestion_id = from_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(moment), suggestion_id
    except ValueError:
        raise ApiError(400, "unusable_cursor", "unusable_cursor", hint="restart_list") from None
