"""One person decides about one suggestion, or requests a change of their own; a repeated request decides once."""

import hashlib
from datetime import datetime

from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.decisions import Decision, DecisionResult
from fbads_pipeline.domain.recommendations.requested_changes import RequestedChange
from fbads_pipeline.ports.recommendations import DecisionStore


def decide(
    decision_store: DecisionStore, who: Principal, decision: Decision, *, key: str | None, now: datetime
) -> DecisionResult:
    """Keep the decision and its audit, in one transaction. key: repeats with it answer what the first one did.

    Raises SuggestionNotFound, DecisionNotUsable, DecisionConflict.
    """
    checked = decision.checked(now)
    fingerprint = _fingerprint(checked.suggestion_id, checked.version, checked.action, checked.reason, checked.until)
    return decision_store.decide(who, checked, key=key, fingerprint=fingerprint, now=now)


def request_change(
    decision_store: DecisionStore, who: Principal, requested: RequestedChange, *, key: str | None, now: datetime
) -> DecisionResult:
    """Keep a change that a person requests as a decision; it is applied as accepted suggestions are.

    Raises DecisionConflict, DecisionNotUsable.
    """
    fingerprint = _fingerprint(requested.campaign.campaign_id, requested.kind, requested.factor, requested.why)
    return decision_store.request_change(who, requested, key=key, fingerprint=fingerprint, now=now)


def _fingerprint(*content: object) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()
