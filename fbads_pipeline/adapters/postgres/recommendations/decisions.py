"""Decisions about suggestions in PostgreSQL: of any number at once one wins, and each is in the audit log."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.messages import message, to_json
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.applying import approved_since
from fbads_pipeline.domain.recommendations.decisions import (
    KEY_LIFETIME,
    PERSON,
    DecidableSuggestion,
    Decision,
    DecisionConflict,
    DecisionNotUsable,
    DecisionResult,
    SuggestionNotFound,
)
from fbads_pipeline.domain.recommendations.requested_changes import RequestedChange

SQL = Statements(__package__, "decisions.sql")


class PostgresDecisionStore:
    """The port DecisionStore on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def decide(
        self, who: Principal, decision: Decision, *, key: str | None, fingerprint: str, now: datetime
    ) -> DecisionResult:
        return self._once(who, key, fingerprint, now, partial(_decide, who=who, decision=decision, now=now))

    def request_change(
        self, who: Principal, requested: RequestedChange, *, key: str | None, fingerprint: str, now: datetime
    ) -> DecisionResult:
        return self._once(who, key, fingerprint, now, partial(_request, who=who, requested=requested, now=now))

    def _once(
        self,
        who: Principal,
        key: str | None,
        fingerprint: str,
        now: datetime,
        act: Callable[[sa.Connection], DecisionResult],
    ) -> DecisionResult:
        """The result of `act`; with a key that was used before, the result of that time."""
        with self._engine.begin() as connection:
            if key is None:
                return act(connection)
            values = {"user_id": who.user_id, "key": key, "fingerprint": fingerprint, "now": now}
            connection.execute(SQL["remove_old_keys"], {"keys_since": now - KEY_LIFETIME})
            if connection.execute(SQL["claim_key"], values).rowcount == 0:
                return _answered(connection, values)
            result = act(connection)
            connection.execute(SQL["save_answer"], {**values, "answer": _json(vars(result))})
            return result


def _answered(connection: sa.Connection, values: dict[str, Any]) -> DecisionResult:
    known = connection.execute(SQL["answer_of_key"], values).one()
    if known.request_hash != values["fingerprint"]:
        raise DecisionNotUsable(message("recommendations.decision.key_reused"))
    return DecisionResult(**{**known.answer, "decided_at": datetime.fromisoformat(known.answer["decided_at"])})


def _decide(connection: sa.Connection, *, who: Principal, decision: Decision, now: datetime) -> DecisionResult:
    accounts = None if who.accounts is None else sorted(who.accounts)
    values = {"suggestion_id": decision.suggestion_id, "accounts": accounts}
    row = connection.execute(SQL["suggestion"], values).one_or_none()
    if row is None:
        raise SuggestionNotFound(message("recommendations.decision.not_found", id=decision.suggestion_id))
    before = DecidableSuggestion(
        row.status, row.version, row.expires_at, row.decided_at, row.is_undone, PERSON in row.rules
    )
    after = before.after(decision, now)
    is_final = decision.action in ("accept", "reject")
    changed = {
        "suggestion_id": decision.suggestion_id,
        "status": after.status,
        "version": after.version,
        "is_undone": after.is_undone,
        "decided_at": after.decided_at,
        "snoozed_until": decision.until if decision.action == "snooze" else None,
        "decided_by": who.user_id if is_final else None,
        "reason": decision.reason if is_final else None,
        "now": now,
    }
    connection.execute(SQL["save_suggestion"], changed)
    result = DecisionResult(
        token_hex(12),
        decision.suggestion_id,
        decision.action,
        after.status,  # type: ignore[arg-type]
        after.version,
        now,
    )
    details = {"until": decision.until.isoformat() if decision.until else None}
    _keep(connection, who, result, before=_state(before), reason=decision.reason, details=details)
    return result


def _request(connection: sa.Connection, *, who: Principal, requested: RequestedChange, now: datetime) -> DecisionResult:
    campaign = requested.campaign
    values = {
        "suggestion_id": uuid4().hex,
        "account_id": campaign.account_id,
        "campaign_id": campaign.campaign_id,
        "kind": requested.kind,
        "factor": requested.factor,
        "reason": _json(to_json(requested.reason)),
        "evidence": _json(requested.evidence),
        "day": campaign.today,
        "user_id": who.user_id,
        "why": requested.why,
        "approved_since": approved_since(now),
        "now": now,
    }
    connection.execute(SQL["lock_campaign"], values)
    if connection.execute(SQL["is_waiting"], values).scalar_one():
        raise DecisionConflict(message("recommendations.decision.waiting"))
    connection.execute(SQL["save_requested_change"], values)
    result = DecisionResult(token_hex(12), str(values["suggestion_id"]), "accept", "ACCEPTED", 1, now)
    details = {"requested": requested.kind, **requested.evidence}
    _keep(connection, who, result, before=None, reason=requested.why, details=details)
    return result


def _keep(
    connection: sa.Connection,
    who: Principal,
    result: DecisionResult,
    *,
    before: Mapping[str, Any] | None,
    reason: str | None,
    details: Mapping[str, Any],
) -> None:
    """The decision and its entry in the audit log, which has no text that a person wrote: nothing is ever taken out of
    it. before: the suggestion's state, None for a new one."""
    seen = before["version"] if before else result.version
    values = {
        **vars(result),
        "version": seen,
        "reason": reason,
        "user_id": who.user_id,
        "via": who.via,
        "details": _json(details),
    }
    connection.execute(SQL["save_decision"], values)
    append(
        connection,
        at=result.decided_at,
        actor=who.user_id,
        action=f"suggestion.{result.action}",
        subject=result.suggestion_id,
        details={
            "entity": {"type": "suggestion", "id": result.suggestion_id},
            "before": before,
            "after": {"status": result.status, "version": result.version},
            "decision": result.decision_id,
            "version": seen,
            "via": who.via,
            **details,
        },
    )


def _state(suggestion: DecidableSuggestion) -> dict[str, Any]:
    return {"status": suggestion.status, "version": suggestion.version}


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
