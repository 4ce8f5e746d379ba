"""What a person decides about a suggestion, and what can be in the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fbads_pipeline.domain.core.formatting import plain_line

Action = Literal["accept", "reject", "snooze", "undo"]
DecidedStatus = Literal["PENDING", "ACCEPTED", "REJECTED", "APPLIED"]

STATUS_OF: Mapping[Action, DecidedStatus] = {
    "accept": "ACCEPTED",
    "reject": "REJECTED",
    "snooze": "PENDING",
    "undo": "PENDING",
}
UNDO_WINDOW = timedelta(minutes=30)
LONGEST_SNOOZE = timedelta(days=14)
LONGEST_REASON = 500


class NotThere(LookupError):
    """No such suggestion, or one of an account that is not the caller's."""


class Conflict(ValueError):
    """It has changed, was decided, or is over; a sentence that says which."""


class NotUsable(ValueError):
    """The decision makes no sense; a sentence that says why."""


@dataclass(frozen=True)
class Decision:
    """version: of the suggestion as the person saw it; until: of a snooze."""

    suggestion_id: str
    version: int
    action: Action
    reason: str | None = None
    until: datetime | None = None

    def checked(self, now: datetime) -> "Decision":
        """The same with a plain reason; raises NotUsable."""
        reason = plain_line(self.reason or "")[:LONGEST_REASON] or None
        if self.action == "reject" and reason is None:
            raise NotUsable("reason: say why it is rejected")
        if self.action == "snooze" and (self.until is None or not now < self.until <= now + LONGEST_SNOOZE):
            raise NotUsable("until: a snooze ends within the next 14 days")
        return Decision(self.suggestion_id, self.version, self.action, reason, self.until)


@dataclass(frozen=True)
class Outcome:
    """What became of it; version: after the decision."""

    decision_id: str
    suggestion_id: str
    action: Action
    status: DecidedStatus
    version: int
    decided_at: datetime
