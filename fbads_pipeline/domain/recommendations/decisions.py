"""What a person decides about a suggestion, what it makes of the suggestion, and why it may not be possible."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fbads_pipeline.domain.core.errors import FbadsError
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Count, Message, message

Action = Literal["accept", "reject", "snooze", "undo"]
DecidedStatus = Literal["PENDING", "ACCEPTED", "REJECTED", "APPLIED"]

PERSON = "person"
STATUS_OF: Mapping[Action, DecidedStatus] = {
    "accept": "ACCEPTED",
    "reject": "REJECTED",
    "snooze": "PENDING",
    "undo": "PENDING",
}
# One that waits its turn may be decided by whoever looks for it.
OPEN = ("PENDING", "WAITING")
UNDO_WINDOW = timedelta(minutes=30)
LONGEST_SNOOZE = timedelta(days=14)
LONGEST_REASON = 500
KEY_LIFETIME = timedelta(days=7)


class DecisionError(FbadsError):
    """A decision that is not stored. message: why, in one sentence without its full stop."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key)
        self.message: Message = why


class SuggestionNotFound(DecisionError):
    """No such suggestion, or one of an account that is not the caller's."""


class DecisionConflict(DecisionError):
    """The suggestion has changed, was decided, or is over."""


class DecisionNotUsable(DecisionError):
    """The decision makes no sense."""


@dataclass(frozen=True)
class Decision:
    """version: of the suggestion as the person saw it; until: of a snooze."""

    suggestion_id: str
    version: int
    action: Action
    reason: str | None = None
    until: datetime | None = None

    def checked(self, now: datetime) -> "Decision":
        """The same with a plain reason; raises DecisionNotUsable."""
        reason = plain_line(self.reason or "")[:LONGEST_REASON] or None
        if self.action == "reject" and reason is None:
            raise DecisionNotUsable(message("recommendations.decision.reason_missing"))
        if self.action == "snooze" and (self.until is None or not now < self.until <= now + LONGEST_SNOOZE):
            raise DecisionNotUsable(
                message("recommendations.decision.snooze_too_long", days=Count(LONGEST_SNOOZE.days))
            )
        return Decision(self.suggestion_id, self.version, self.action, reason, self.until)


@dataclass(frozen=True)
class DecidableSuggestion:
    """The state that a decision changes. is_undone: applied, and to be undone at Meta by the next run; is_requested: a
    person's own change, which becomes REJECTED when it is undone."""

    status: str
    version: int
    expires_at: datetime
    decided_at: datetime | None = None
    is_undone: bool = False
    is_requested: bool = False

    def after(self, decision: Decision, now: datetime) -> "DecidableSuggestion":
        """The state after the decision; raises DecisionConflict where it may not be decided so now."""
        if self.version != decision.version:
            raise DecisionConflict(
                message("recommendations.decision.changed", version=str(self.version), seen=str(decision.version))
            )
        if decision.action == "undo":
            return self._undone(now)
        if self.status not in OPEN:
            raise DecisionConflict(message("recommendations.decision.decided", status=self.status))
        if self.expires_at <= now:
            raise DecisionConflict(message("recommendations.decision.expired"))
        decided_at = None if decision.action == "snooze" else now
        return self._now(STATUS_OF[decision.action], decided_at)

    def _undone(self, now: datetime) -> "DecidableSuggestion":
        is_decided = self.status in ("ACCEPTED", "REJECTED", "APPLIED") and not self.is_undone
        if not is_decided or self.decided_at is None or self.decided_at <= now - UNDO_WINDOW:
            minutes = Count(int(UNDO_WINDOW.total_seconds() // 60))
            raise DecisionConflict(
                message("recommendations.decision.undo_too_late", status=self.status, minutes=minutes)
            )
        if self.status == "APPLIED":
            return self._now("APPLIED", self.decided_at, is_undone=True)
        return self._now("REJECTED" if self.is_requested else "PENDING", None)

    def _now(self, status: str, decided_at: datetime | None, *, is_undone: bool = False) -> "DecidableSuggestion":
        return DecidableSuggestion(status, self.version + 1, self.expires_at, decided_at, is_undone, self.is_requested)


@dataclass(frozen=True)
class DecisionResult:
    """A stored decision and what the suggestion is after it."""

    decision_id: str
    suggestion_id: str
    action: Action
    status: DecidedStatus
    version: int
    decided_at: datetime
