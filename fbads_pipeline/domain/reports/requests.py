"""A report that a user requested, and its state."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.core.messages import Value, message
from fbads_pipeline.domain.reports.generated_reports import ReportFile
from fbads_pipeline.domain.reports.report import ReportKind

State = Literal["waiting", "ready", "failed"]
# The longest report takes seconds: one that still waits then belonged to a program that has ended.
KEPT_FOR = timedelta(days=90)
GIVEN_UP_AFTER = timedelta(minutes=10)
INTERRUPTED = message("reports.failure.interrupted")


@dataclass(frozen=True)
class ReportRequest:
    """account_id: None for all that its user sees; day: on which it is made, None for today; reason: why it failed;
    visible_accounts: what its user saw when it was made, None for every account."""

    request_id: str
    user_id: str
    kind: ReportKind
    account_id: str | None
    language: Language
    formats: tuple[str, ...]
    day: date | None
    asked_at: datetime
    state: State = "waiting"
    reason: Value | None = None
    files: tuple[ReportFile, ...] = ()
    ended_at: datetime | None = None
    visible_accounts: tuple[str, ...] | None = None

    def may_be_read_by(self, accounts: frozenset[str] | None) -> bool:
        """Whether a user of these accounts (None: all) still sees all that it shows."""
        if accounts is None:
            return True
        shown = self.visible_accounts if self.account_id is None else (self.account_id,)
        return shown is not None and accounts.issuperset(shown)

    def state_at(self, now: datetime) -> tuple[State, Value | None]:
        """Its state, and why where it failed."""
        if self.state == "waiting" and now - self.asked_at > GIVEN_UP_AFTER:
            return "failed", INTERRUPTED
        return self.state, self.reason
