"""The alert about an accepted suggestion that was applied at Meta, undone there, or could not be applied."""

from datetime import date
from typing import Literal

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of
from fbads_pipeline.domain.alerts.brief import BriefLine, brief_of
from fbads_pipeline.domain.core.messages import Headline, Name, Value, lines, message, to_json
from fbads_pipeline.domain.recommendations.applying import AcceptedSuggestion, AppliedDecision, FieldChange

AppliedState = Literal["applied", "undone", "failed"]


def applied_state(decision: AppliedDecision) -> AppliedState:
    """What the decision has come to at Meta."""
    if not decision.is_applied:
        return "failed"
    return "undone" if decision.accepted.is_undo else "applied"


def compose_applied(decision: AppliedDecision, *, today: date) -> Alert:
    """Which change was made for which campaign, field by field, or why none was."""
    accepted, state = decision.accepted, applied_state(decision)
    change = message(f"recommendations.change.{accepted.kind}")
    account = Name(None, message("core.account", id=accepted.account_id))
    title = Headline(account, message(f"recommendations.{state}.headline", change=change), (_campaign(accepted),))
    body: list[Value] = [_line(one) for one in decision.changes]
    if decision.reason is not None:
        body.append(message("recommendations.failed.reason", reason=decision.reason))
    return alert_of(
        AlertText(title, lines(*body), brief_of([BriefLine("", line) for line in reversed(body)])),
        account_id=accepted.account_id,
        rule=f"decision.{state}",
        entity=accepted.campaign_id or accepted.account_id,
        severity="info" if decision.is_applied else "warning",
        window_start=today,
        occasion=f"{accepted.suggestion_id}.{state}",
        facts={
            "suggestion_id": accepted.suggestion_id,
            "campaign_id": accepted.campaign_id,
            "kind": accepted.kind,
            "outcome": state,
            "reason": None if decision.reason is None else to_json(decision.reason),
            "changes": [vars(one) for one in decision.changes],
        },
    )


def _campaign(accepted: AcceptedSuggestion) -> Name:
    """The campaign's name, or its id where it has none; of a reallocation how many campaigns it is for."""
    if accepted.moves:
        return Name(None, message("recommendations.campaigns", count=len(accepted.moves)))
    return Name(accepted.campaign_name, message("core.campaign", id=accepted.campaign_id))


def _line(change: FieldChange) -> Value:
    return message(f"recommendations.change.{change.field}", object=change.object_id, old=change.old, new=change.new)
