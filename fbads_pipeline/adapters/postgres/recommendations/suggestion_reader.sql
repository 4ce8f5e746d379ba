-- name: suggestions
-- The newest first; :by_rank: by account, the greatest gain first. outcome_…: of those that a person accepted.
select
    made.suggestion_id,
    made.account_id,
    made.campaign_id,
    made.adset_id,
    made.kind,
    made.status,
    made.version,
    made.confidence,
    made.rules,
    made.reason,
    made.evidence,
    made.day,
    made.marts_version,
    made.created_at,
    made.updated_at,
    made.expires_at,
    made.factor,
    made.effect_low,
    made.effect_expected,
    made.effect_high,
    made.p_better,
    made.note,
    made.failure,
    made.snoozed_until,
    made.decided_at,
    made.decision_reason,
    made.closing,
    made.rank,
    case
        when made.rules @> array['person'] then 'person'
        when made.effect_expected is null then 'rule'
        else 'estimate'
    end as basis,
    followed.state as outcome_state,
    followed.observed as outcome_observed,
    followed.observed_low as outcome_low,
    followed.observed_high as outcome_high,
    followed.is_hit as outcome_is_hit,
    followed.currency as outcome_currency
from ops.suggestions as made
left join analysis.suggestion_outcomes as followed on made.suggestion_id = followed.suggestion_id
where
    (cast(:status as text) is null or made.status = :status)
    and (cast(:account_id as text) is null or made.account_id = :account_id)
    and (cast(:accounts as text[]) is null or made.account_id = any(cast(:accounts as text[])))
    and (cast(:suggestion_id as text) is null or made.suggestion_id = :suggestion_id)
    and (cast(:ranked_to as int) is null or made.rank is null or made.rank <= :ranked_to)
    and (
        cast(:after_at as timestamptz) is null or (made.created_at, made.suggestion_id) < (:after_at, :after_id)
    )
order by
    case when :by_rank then made.account_id end asc,
    case when :by_rank then made.rank end asc,
    made.created_at desc,
    made.suggestion_id desc
limit cast(:most as int) offset cast(:skipped as int);

-- name: decided_before
-- The newest other one of the same campaign and ad set that a person decided, with its outcome.
select
    made.kind,
    made.day,
    made.status,
    made.decision_reason,
    followed.state as outcome_state,
    followed.observed as outcome_observed,
    followed.observed_low as outcome_low,
    followed.observed_high as outcome_high,
    followed.is_hit as outcome_is_hit,
    followed.currency as outcome_currency
from ops.suggestions as shown
inner join ops.suggestions as made
    on
        shown.account_id = made.account_id
        and shown.campaign_id = made.campaign_id
        and shown.adset_id is not distinct from made.adset_id
        and shown.suggestion_id <> made.suggestion_id
left join analysis.suggestion_outcomes as followed on made.suggestion_id = followed.suggestion_id
where
    shown.suggestion_id = :suggestion_id
    and made.status in ('ACCEPTED', 'REJECTED', 'APPLIED', 'FAILED')
    and made.decided_at is not null
order by made.decided_at desc
limit 1;

-- name: by_account
select
    account_id,
    count(*) as suggestions
from ops.suggestions
where
    status = :status
    and (cast(:account_id as text) is null or account_id = :account_id)
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
group by account_id;

-- name: counts
select
    status,
    count(*) as suggestions
from ops.suggestions
where
    (cast(:account_id as text) is null or account_id = :account_id)
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
group by status;

-- name: held_back
-- Open ones that wait their turn.
select count(*) as held_back
from ops.suggestions
where
    status = 'WAITING'
    and (cast(:account_id as text) is null or account_id = :account_id)
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])));

-- name: hit_rate
-- Of accepted suggestions whose week is over: how many were judged, and of how many the interval was right.
select
    count(is_hit) as judged,
    count(*) filter (where is_hit) as hits
from analysis.suggestion_outcomes
where
    (cast(:account_id as text) is null or account_id = :account_id)
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])));

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
