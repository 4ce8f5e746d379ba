"""Whether people find an alert or a suggestion useful, and the precision that follows from it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.core.errors import FbadsError
from fbads_pipeline.domain.core.messages import Message, message

FeedbackSubject = Literal["suggestion", "anomaly", "alert"]


class FeedbackRefused(FbadsError):
    """There is nothing of that id that the caller may mark. message: one sentence without its full stop."""

    def __init__(self, subject: FeedbackSubject, subject_id: str) -> None:
        why: Message = message(f"recommendations.feedback.not_found.{subject}", id=subject_id)
        super().__init__(why.key)
        self.message: Message = why


@dataclass(frozen=True)
class FeedbackMark:
    """What one person says of one thing; a later mark of theirs replaces it.

    kind: of a suggestion its action, of an anomaly its kind, of an alert its rule.
    """

    subject: FeedbackSubject
    subject_id: str
    account_id: str | None
    kind: str
    is_useful: bool
    marked_at: datetime


@dataclass(frozen=True)
class PerceivedPrecision:
    """How many marks the things of one kind have in one account, and how many of them say useful."""

    subject: FeedbackSubject
    account_id: str | None
    kind: str
    marks: int
    useful: int

    @property
    def precision(self) -> Decimal | None:
        """Useful marks over all marks; None without any."""
        return Decimal(self.useful) / self.marks if self.marks else None
