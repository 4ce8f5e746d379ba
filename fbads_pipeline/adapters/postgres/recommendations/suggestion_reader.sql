-- name: suggestions
select
    suggestion_id,
    account_id,
    campaign_id,
    kind,
    status,
    version,
    confidence,
    rules,
    reason,
    evidence,
    day,
    marts_version,
    created_at,
    updated_at,
    expires_at,
    factor,
    effect_low,
    effect_expected,
    effect_high,
    p_better,
    note,
    failure,
    snoozed_until,
    decided_at,
    decision_reason,
    closing,
    rank,
    case
        when rules @> array['person'] then 'person'
        when effect_expected is null then 'rule'
        else 'estimate'
    end as basis
from ops.suggestions
where
    (cast(:status as text) is null or status = :status)
    and (cast(:account_id as text) is null or account_id = :account_id)
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
    and (cast(:suggestion_id as text) is null or suggestion_id = :suggestion_id)
    and (cast(:after_at as timestamptz) is null or (created_at, suggestion_id) < (:after_at, :after_id))
order by created_at desc, suggestion_id desc
limit cast(:most as int);

-- name: observations
select
    account_id,
    campaign_id,
    rules,
    against,
    reason,
    evidence,
    day,
    marts_version,
    since,
    updated_at
from analysis.observations
where
    (cast(:account_id as text) is null or account_id = :account_id)
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
    and (cast(:after_account as text) is null or (account_id, campaign_id) > (:after_account, :after_campaign))
order by account_id, campaign_id
limit cast(:most as int);
