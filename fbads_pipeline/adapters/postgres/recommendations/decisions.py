"""Decisions about suggestions: of any number at once one wins, and each is in the audit log."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.decisions import (
    STATUS_OF,
    UNDO_WINDOW,
    Conflict,
    Decision,
    NotThere,
    NotUsable,
    Outcome,
)
from fbads_pipeline.domain.recommendations.requested_changes import Asked

_CLAIM_KEY = """
insert into ops.idempotency_keys (user_id, key, request_hash, status, answer, made_at)
values (:user_id, :key, :fingerprint, 0, '{}', :now)
on conflict (user_id, key) do nothing
"""
_FORGET_KEYS = "delete from ops.idempotency_keys where made_at < cast(:now as timestamptz) - interval '7 days'"
_KEY = "select request_hash, answer from ops.idempotency_keys where user_id = :user_id and key = :key"
_KEEP_ANSWER = """
update ops.idempotency_keys set status = 200, answer = cast(:answer as jsonb) where user_id = :user_id and key = :key
"""
_IS_SEEN = "(cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))"
_DECIDE = f"""
update ops.suggestions set
    status = case
        when :action = 'undo' and status = 'APPLIED' then status
        when :action = 'undo' and rules @> array['person'] then 'REJECTED'
        else :status
    end,
    is_undone = :action = 'undo' and status = 'APPLIED', version = version + 1, updated_at = :now,
    snoozed_until = case when :action = 'snooze' then cast(:until as timestamptz) end,
    decided_at = case
        when :action in ('accept', 'reject') then cast(:now as timestamptz)
        when status = 'APPLIED' then decided_at
    end,
    decided_by = case when :action in ('accept', 'reject') then :user_id end,
    decision_reason = case when :action in ('accept', 'reject') then cast(:reason as text) end
where
    suggestion_id = :suggestion_id and version = :version and {_IS_SEEN}
    and case
        when :action = 'undo'
            then status in ('ACCEPTED', 'REJECTED', 'APPLIED') and not is_undone and decided_at > :undo_since
        else status = 'PENDING' and expires_at > :now
    end
returning version, status
"""
_STANDS = f"select status, version from ops.suggestions where suggestion_id = :suggestion_id and {_IS_SEEN}"
_KEEP = """
insert into ops.decisions (decision_id, suggestion_id, version, action, reason, user_id, via, details, decided_at)
values (:decision_id, :suggestion_id, :version, :action, :reason, :user_id, :via, cast(:details as jsonb), :now)
"""


# One that waits to be applied is enough: a second one would be carried out on top of it.
_ASK = """
insert into ops.suggestions (
    suggestion_id, account_id, campaign_id, kind, status, confidence, rules, reason_pt, reason_en, evidence, day,
    marts_version, factor, created_at, updated_at, expires_at, decided_at, decided_by, decision_reason
)
select
    :suggestion_id, :account_id, :campaign_id, :kind, 'ACCEPTED', 'high', array['person'], :reason_pt, :reason_en,
    cast(:evidence as jsonb), :day, coalesce((select max(version) from intermediate.publications), 0), :factor,
    :now, :now, :now, :now, :user_id, :reason
where not exists (
    select from ops.suggestions
    where (account_id, campaign_id, kind, status) = (:account_id, :campaign_id, :kind, 'ACCEPTED')
        and decided_at > cast(:now as timestamptz) - interval '24 hours'
)
"""
_ASK_LOCK = "select pg_advisory_xact_lock(hashtextextended(:campaign_id, 18))"


class PostgresDecisionStore:
    """The port DecisionStore on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def decide(
        self, who: Principal, decision: Decision, *, key: str | None, fingerprint: str, now: datetime
    ) -> Outcome:
        return self._once(who, key, fingerprint, now, partial(_decide, who=who, decision=decision, now=now))

    def ask(self, who: Principal, asked: Asked, *, key: str | None, fingerprint: str, now: datetime) -> Outcome:
        return self._once(who, key, fingerprint, now, partial(_ask, who=who, asked=asked, now=now))

    def _once(
        self,
        who: Principal,
        key: str | None,
        fingerprint: str,
        now: datetime,
        act: Callable[[sa.Connection], Outcome],
    ) -> Outcome:
        """What `act` came to; with a key that was used before, what it came to then."""
        with self._engine.begin() as connection:
            if key is not None:
                named = {"user_id": who.user_id, "key": key, "fingerprint": fingerprint, "now": now}
                connection.execute(sa.text(_FORGET_KEYS), named)
                if connection.execute(sa.text(_CLAIM_KEY), named).rowcount == 0:
                    return _answered(connection, named)
            outcome = act(connection)
            if key is not None:
                answer = orjson.dumps(vars(outcome)).decode()
                connection.execute(sa.text(_KEEP_ANSWER), {"user_id": who.user_id, "key": key, "answer": answer})
            return outcome


def _answered(connection: sa.Connection, named: dict[str, Any]) -> Outcome:
    """What the first request with that key came to; the second one waited for its end."""
    known = connection.execute(sa.text(_KEY), named).one()
    if known.request_hash != named["fingerprint"]:
        raise NotUsable("Idempotency-Key: it was used for another decision; take a new one")
    return Outcome(**{**known.answer, "decided_at": datetime.fromisoformat(known.answer["decided_at"])})


def _decide(connection: sa.Connection, *, who: Principal, decision: Decision, now: datetime) -> Outcome:
    values = {
        **vars(decision),
        "status": STATUS_OF[decision.action],
        "user_id": who.user_id,
        "accounts": None if who.accounts is None else sorted(who.accounts),
        "undo_since": now - UNDO_WINDOW,
        "now": now,
    }
    decided = connection.execute(sa.text(_DECIDE), values).one_or_none()
    if decided is None:
        raise _in_the_way(connection, decision, values)
    details = {"until": decision.until.isoformat() if decision.until else None}
    outcome = Outcome(token_hex(12), decision.suggestion_id, decision.action, decided.status, decided.version, now)
    _keep(connection, who, outcome, decision.version, decision.reason, details)
    return outcome


def _ask(connection: sa.Connection, *, who: Principal, asked: Asked, now: datetime) -> Outcome:
    campaign, suggestion_id = asked.campaign, uuid4().hex
    values = {
        "suggestion_id": suggestion_id,
        "account_id": campaign.account_id,
        "campaign_id": campaign.campaign_id,
        "kind": asked.kind,
        "factor": asked.factor,
        "reason_pt": asked.reasons["pt"],
        "reason_en": asked.reasons["en"],
        "evidence": orjson.dumps(asked.evidence).decode(),
        "day": campaign.today,
        "user_id": who.user_id,
        "reason": asked.why,
        "now": now,
    }
    connection.execute(sa.text(_ASK_LOCK), values)
    if connection.execute(sa.text(_ASK), values).rowcount == 0:
        raise Conflict("a decision of that kind about this campaign waits to be applied already")
    outcome = Outcome(token_hex(12), suggestion_id, "accept", "ACCEPTED", 1, now)
    _keep(connection, who, outcome, 1, asked.why, {"asked": asked.kind, **asked.evidence})
    return outcome


def _keep(
    connection: sa.Connection,
    who: Principal,
    outcome: Outcome,
    version: int,
    reason: str | None,
    details: Mapping[str, Any],
) -> None:
    """The decision and its line in the audit log. version: of the suggestion as it was decided upon."""
    values = {
        **vars(outcome),
        "version": version,
        "reason": reason,
        "user_id": who.user_id,
        "via": who.via,
        "details": orjson.dumps(details).decode(),
        "now": outcome.decided_at,
    }
    connection.execute(sa.text(_KEEP), values)
    append(
        connection,
        at=outcome.decided_at,
        actor=who.user_id,
        action=f"suggestion.{outcome.action}",
        subject=outcome.suggestion_id,
        details={"decision": outcome.decision_id, "version": version, "via": who.via, "reason": reason, **details},
    )


def _in_the_way(connection: sa.Connection, decision: Decision, values: dict[str, Any]) -> NotThere | Conflict:
    row = connection.execute(sa.text(_STANDS), values).one_or_none()
    if row is None:
        return NotThere(f"there is no suggestion {decision.suggestion_id}")
    if row.version != decision.version:
        return Conflict(f"the suggestion is at version {row.version} by now, not at {decision.version}")
    if decision.action == "undo":
        return Conflict(f"the suggestion is {row.status}: only a decision of the last 30 minutes can be taken back")
    if row.status != "PENDING":
        return Conflict(f"the suggestion is {row.status} already")
    return Conflict("the suggestion has expired")
