"""Entries of the audit log: what a review flagged, proposed or closed, with the object before and after."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

from fbads_pipeline.domain.recommendations.inbox.observations import Observation
from fbads_pipeline.domain.recommendations.new_suggestions import REALLOCATE, WHOLE_ACCOUNT, NewSuggestion

CONTRADICTED = "recommendations.closed.contradicted"


class Flag(NamedTuple):
    """action: `PAUSE_SUGGESTED`, `BUDGET_UP_SUGGESTED`, `BUDGET_DOWN_SUGGESTED`, `REALLOCATE_SUGGESTED`,
    `CAMPAIGN_OBSERVED` or `SUGGESTION_SUPERSEDED`; subject: the suggestion's id, of an observation the campaign's;
    details: entity (type, id), before, after, and what it rests on."""

    action: str
    subject: str
    details: Mapping[str, object]


def flag_of(found: NewSuggestion | Observation, suggestion_id: str = "") -> Flag:
    """The entry of a new suggestion or observation. before, after: the campaign as it is, and as it would be."""
    about: dict[str, object] = {
        "entity": _entity(found),
        "account_id": found.account_id,
        "day": found.day.isoformat(),
        "rules": list(found.rules),
    }
    if isinstance(found, Observation):
        state = {"status": "ACTIVE"}
        return Flag(
            "CAMPAIGN_OBSERVED",
            found.campaign_id,
            {**about, "before": state, "after": state, "against": found.against},
        )
    before, after = _change(found)
    details = {**about, "suggestion_id": suggestion_id, "before": before, "after": after, "basis": found.basis}
    return Flag(f"{found.kind}_SUGGESTED", suggestion_id, details)


def closing_of(suggestion_id: str, campaign_id: str, kind: str, status: str, closing: Mapping[str, object]) -> Flag:
    """The entry of a suggestion that something speaks against now. closing: why, as a stored message."""
    details = {
        "entity": {"type": "suggestion", "id": suggestion_id},
        "campaign_id": campaign_id,
        "kind": kind,
        "before": {"status": status},
        "after": {"status": "SUPERSEDED"},
        "reason": closing,
    }
    return Flag("SUGGESTION_SUPERSEDED", suggestion_id, details)


def _entity(found: NewSuggestion | Observation) -> dict[str, str]:
    if found.campaign_id == WHOLE_ACCOUNT:
        return {"type": "account", "id": found.account_id}
    if isinstance(found, NewSuggestion) and found.adset_id:
        return {"type": "adset", "id": found.adset_id, "campaign_id": found.campaign_id}
    return {"type": "campaign", "id": found.campaign_id}


def _change(found: NewSuggestion) -> tuple[dict[str, object], dict[str, object]]:
    if found.kind == REALLOCATE:
        moves = cast("Sequence[Mapping[str, object]]", found.evidence["moves"])
        before: dict[str, object] = {str(one["campaign_id"]): one["budget"] for one in moves}
        after: dict[str, object] = {str(one["campaign_id"]): one["new_budget"] for one in moves}
        return {"daily_budgets": before}, {"daily_budgets": after}
    if found.kind == "PAUSE":
        return {"status": "ACTIVE"}, {"status": "PAUSED"}
    factor = found.promise.factor if found.promise else None
    budget = found.evidence.get("daily_budget")
    if isinstance(budget, int | float) and factor is not None:
        return {"daily_budget": budget}, {"daily_budget": round(budget * factor, 2)}
    return {"daily_budget": None}, {"daily_budget": None, "factor": factor}
