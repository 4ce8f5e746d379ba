"""What the services need of suggestions and decisions. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.applying import (
    AcceptedSuggestion,
    AppliedDecision,
    CampaignState,
    FieldChange,
)
from fbads_pipeline.domain.recommendations.breaches import RULES, Breach
from fbads_pipeline.domain.recommendations.decisions import Decision, DecisionResult
from fbads_pipeline.domain.recommendations.inbox.observations import Observation
from fbads_pipeline.domain.recommendations.inbox.presentation import MOST_PER_DAY
from fbads_pipeline.domain.recommendations.new_suggestions import NewSuggestion, SuggestionChanges
from fbads_pipeline.domain.recommendations.requested_changes import RequestedChange
from fbads_pipeline.domain.recommendations.suggestion_messages import UnannouncedSuggestions


class Reviews(Protocol):
    """The schemas `analysis` and `ops`, as far as the review writes them. Every write is one transaction that applies
    the difference: the same data a second time writes nothing."""

    def save_breaches(
        self, breaches: Sequence[Breach], *, reviewed: Mapping[str, date], marts_version: int, found_at: datetime
    ) -> int:
        """Make these the breaches of the reviewed accounts (id → last day of the window); returns rows written. An
        account that was reviewed on newer marts meanwhile is left alone; accounts that are not named are forgotten."""

    def current_breaches(self) -> list[Breach]:
        """The breaches of each account's last review, ordered by account, campaign and rule (CTR first)."""

    def reviewed_accounts(self) -> list[str]:
        """The accounts whose breaches are known, ordered by id."""

    def open_suggestions(
        self,
        suggestions: Sequence[NewSuggestion],
        *,
        now: datetime,
        answered: Sequence[str] = RULES,
        observations: Sequence[Observation] = (),
        accounts: Collection[str] | None = None,
        most: int = MOST_PER_DAY,
    ) -> SuggestionChanges:
        """Open those that are not open yet, renew those whose evidence changed, expire those that are stale or no
        longer among them, and supersede those that something speaks against; what a person decided stays closed for a
        while. Of the open ones at most `most` per account and local day are presented, the rest waits. Each suggestion
        and observation that is new is an entry of the audit log.

        answered: the rules that were asked, whose own suggestions these are. observations: all that the accounts have.
        accounts: those that were asked about, None for all; what stands of the others stays.
        """

    def contradictions(self) -> list[str]:
        """Ids of open suggestions that their own estimate speaks against: none, after a review."""

    def current_observations(self) -> list[Observation]:
        """Those of each account's last review, ordered by account and campaign."""

    def announce(
        self, *, compose: Callable[[UnannouncedSuggestions], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """In one transaction: for each account with unannounced suggestions and no message yet on that local day, one
        alert into the outbox with a delivery per recipient; returns how many alerts were written."""

    def unannounced(self, *, now: datetime) -> int:
        """Accounts for which `announce` would write an alert now."""


class AdsWriter(Protocol):
    """The Marketing API, written. Every method raises a MetaError."""

    def state(self, account_id: str, campaign_id: str) -> CampaignState:
        """As Meta has it now."""

    def write(self, account_id: str, change: FieldChange) -> None:
        """One field of one object; the same again writes the same."""


class ApprovedChangeQueue(Protocol):
    """Accepted suggestions that are to be applied at Meta."""

    def waiting(self, *, now: datetime) -> list[AcceptedSuggestion]:
        """Accepted ones that are not too old, and applied ones to undo, the oldest first."""

    def intend(self, accepted: AcceptedSuggestion, changes: Sequence[FieldChange]) -> None:
        """Kept before anything is written, so that a crash in between is understood."""

    def finish(
        self,
        decision: AppliedDecision,
        *,
        compose: Callable[[AppliedDecision], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> None:
        """The suggestion is APPLIED, FAILED or undone, with an audit entry and an alert, in one transaction."""


class DecisionStore(Protocol):
    """Where people decide."""

    def decide(
        self, who: Principal, decision: Decision, *, key: str | None, fingerprint: str, now: datetime
    ) -> DecisionResult:
        """Of any number at once one wins. Raises SuggestionNotFound, DecisionConflict, and DecisionNotUsable for a key
        of another decision."""

    def request_change(
        self, who: Principal, requested: RequestedChange, *, key: str | None, fingerprint: str, now: datetime
    ) -> DecisionResult:
        """A change that a person requests, kept as an accepted suggestion. Raises DecisionConflict where one of that
        campaign and kind waits to be applied, and DecisionNotUsable as `decide`."""
