"""The alert about an accepted suggestion that was applied at Meta, undone there, or could not be applied."""

from datetime import date
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of
from fbads_pipeline.domain.alerts.brief import BriefLine, brief_of
from fbads_pipeline.domain.core.messages import Headline, Money, Name, Value, lines, message, to_json
from fbads_pipeline.domain.core.money import minor_units
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
    body: list[Value] = [_line(one, accepted.currency) for one in decision.changes]
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


def _line(change: FieldChange, currency: str | None) -> Value:
    """Budgets as amounts; as Meta writes them, in minor units and said so, where the currency is not known."""
    if change.field == "daily_budget" and currency is not None:
        old, new = (Money(Decimal(one) / minor_units(currency), currency) for one in (change.old, change.new))
        return message("recommendations.change.daily_budget_amount", object=change.object_id, old=old, new=new)
    return message(f"recommendations.change.{change.field}", object=change.object_id, old=change.old, new=change.new)
