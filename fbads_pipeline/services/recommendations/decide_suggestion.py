"""Deciding: one person's word about one suggestion, or about a change of their own, once."""

import hashlib
from datetime import datetime

from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.decisions import Decision, Outcome
from fbads_pipeline.domain.recommendations.requested_changes import Asked
from fbads_pipeline.ports.recommendations import DecisionStore


def decide(
    decision_store: DecisionStore, who: Principal, decision: Decision, *, key: str | None, now: datetime
) -> Outcome:
    """Keep the decision and its audit, in one transaction. key: repeats with it answer what the first one did.

    Raises NotThere, NotUsable, Conflict.
    """
    checked = decision.checked(now)
    fingerprint = _fingerprint(checked.suggestion_id, checked.version, checked.action, checked.reason, checked.until)
    return decision_store.decide(who, checked, key=key, fingerprint=fingerprint, now=now)


def ask(decision_store: DecisionStore, who: Principal, asked: Asked, *, key: str | None, now: datetime) -> Outcome:
    """Keep a change that a person asks for as a decision; whatever carries out suggestions carries it out.

    Raises Conflict, NotUsable.
    """
    fingerprint = _fingerprint(asked.campaign.campaign_id, asked.kind, asked.factor, asked.why)
    return decision_store.ask(who, asked, key=key, fingerprint=fingerprint, now=now)


def _fingerprint(*said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()
