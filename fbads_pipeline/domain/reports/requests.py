"""A report that somebody asked for, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.reports.generated_reports import ReportFile
from fbads_pipeline.domain.reports.report import ReportKind

State = Literal["waiting", "ready", "failed"]
# The longest report takes seconds: what still waits then was left behind by a program that ended.
GIVEN_UP_AFTER = timedelta(minutes=10)
LEFT_BEHIND = "the program that was making it has ended: ask again"


@dataclass(frozen=True)
class ReportRequest:
    """account_id: None for all that its user sees; day: on which it is made, None for today; reason: why it failed."""

    request_id: str
    user_id: str
    kind: ReportKind
    account_id: str | None
    language: Language
    formats: tuple[str, ...]
    day: date | None
    asked_at: datetime
    state: State = "waiting"
    reason: str | None = None
    files: tuple[ReportFile, ...] = ()
    ended_at: datetime | None = None

    def standing(self, now: datetime) -> tuple[State, str | None]:
        """Where it stands, and why where it failed."""
        if self.state == "waiting" and now - self.asked_at > GIVEN_UP_AFTER:
            return "failed", LEFT_BEHIND
        return self.state, self.reason
