-- name: remove_old_keys
delete from ops.idempotency_keys
where made_at < :keys_since;

-- name: claim_key
-- One request with a key decides; a second one waits here for its end.
insert into ops.idempotency_keys (user_id, key, request_hash, status, answer, made_at)
values (:user_id, :key, :fingerprint, 0, '{}', :now)
on conflict (user_id, key) do nothing;

-- name: answer_of_key
select
    request_hash,
    answer
from ops.idempotency_keys
where user_id = :user_id and key = :key;

-- name: save_answer
update ops.idempotency_keys set status = 200, answer = cast(:answer as jsonb)
where user_id = :user_id and key = :key;

-- name: suggestion
-- The suggestion, locked until the decision is stored; one of an account that :accounts does not name is not there.
select
    status,
    version,
    rules,
    expires_at,
    decided_at,
    is_undone
from ops.suggestions
where
    suggestion_id = :suggestion_id
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
for update;

-- name: save_suggestion
update ops.suggestions set
    status = :status,
    version = :version,
    is_undone = :is_undone,
    snoozed_until = :snoozed_until,
    decided_at = :decided_at,
    decided_by = :decided_by,
    decision_reason = :reason,
    failure = null,
    updated_at = :now
where suggestion_id = :suggestion_id;

-- name: save_decision
-- version: of the suggestion as it was decided upon.
insert into ops.decisions (decision_id, suggestion_id, version, action, reason, user_id, via, details, decided_at)
values (:decision_id, :suggestion_id, :version, :action, :reason, :user_id, :via, cast(:details as jsonb), :decided_at);

-- name: lock_campaign
select pg_advisory_xact_lock(hashtextextended(:campaign_id, 18));

-- name: is_waiting
-- Whether a decision of that kind about the campaign waits to be applied: a second one would be applied on top of it.
select exists(
    select from ops.suggestions
    where
        account_id = :account_id and campaign_id = :campaign_id and kind = :kind
        and status = 'ACCEPTED' and decided_at > :approved_since
);

-- name: save_requested_change
insert into ops.suggestions (
    suggestion_id, account_id, campaign_id, kind, status, confidence, rules, reason, evidence, day, marts_version,
    factor, created_at, updated_at, expires_at, decided_at, decided_by, decision_reason
)
values (
    :suggestion_id, :account_id, :campaign_id, :kind, 'ACCEPTED', 'high', array['person'], cast(:reason as jsonb),
    cast(:evidence as jsonb), :day, coalesce((select max(version) from intermediate.publications), 0), :factor,
    :now, :now, :now, :now, :user_id, :why
);
