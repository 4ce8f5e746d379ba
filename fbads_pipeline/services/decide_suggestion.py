"""Deciding: one person's word about one suggestion, once."""

import hashlib
from datetime import datetime

from fbads_pipeline.domain.decisions import Decision, Outcome
from fbads_pipeline.domain.identity import Principal
from fbads_pipeline.ports import Desk


def decide(desk: Desk, who: Principal, decision: Decision, *, key: str | None, now: datetime) -> Outcome:
    """Keep the decision and its audit, in one transaction. key: repeats with it answer what the first one did.

    Raises NotThere, NotUsable, Conflict.
    """
    checked = decision.checked(now)
    said = repr((checked.suggestion_id, checked.version, checked.action, checked.reason, checked.until))
    fingerprint = hashlib.sha256(said.encode()).hexdigest()
    return desk.decide(who, checked, key=key, fingerprint=fingerprint, now=now)
