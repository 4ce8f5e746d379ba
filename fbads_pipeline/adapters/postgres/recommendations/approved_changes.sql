-- name: waiting
-- Accepted suggestions and applied ones that are to be undone, with the campaign as it was last read, of a reallocation
-- none; the oldest first.
select
    made.suggestion_id,
    made.account_id,
    made.campaign_id,
    made.adset_id,
    made.kind,
    made.factor,
    made.changes,
    made.status = 'APPLIED' as is_undo,
    campaigns.name || coalesce(' › ' || (made.evidence ->> 'adset_name'), '') as campaign_name,
    campaigns.status as campaign_status,
    campaigns.daily_budget_minor,
    (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_array(adsets.adset_id, adsets.status, adsets.daily_budget_minor)
                    order by adsets.adset_id
                ), '[]'
            )
        from raw.adsets as adsets
        where adsets.campaign_id = made.campaign_id and coalesce(adsets.status, '') <> all(cast(:gone as text[]))
    ) as adsets,
    (
        select count(*)
        from ops.decisions as done
        inner join ops.suggestions as other on done.suggestion_id = other.suggestion_id
        where
            done.action = 'applied' and other.account_id = made.account_id
            and done.decided_at > :applied_since
    ) as applied_today,
    accounts.currency
from ops.suggestions as made
left join raw.campaigns as campaigns on made.campaign_id = campaigns.campaign_id
left join raw.accounts as accounts on made.account_id = accounts.account_id
where
    (campaigns.campaign_id is not null or made.kind = 'REALLOCATE')
    and (
        (made.status = 'ACCEPTED' and made.decided_at > :approved_since)
        or (made.status = 'APPLIED' and made.is_undone)
    )
order by made.decided_at, made.suggestion_id;

-- name: waiting_moves
-- The campaigns of the reallocations among them, as each was last read; one that is gone has no status and no budget.
select
    made.suggestion_id,
    moved.campaign_id,
    moved.new_budget / moved.budget as factor,
    campaigns.status as campaign_status,
    campaigns.daily_budget_minor,
    (
        select
            jsonb_agg(
                jsonb_build_array(adsets.adset_id, adsets.status, adsets.daily_budget_minor)
                order by adsets.adset_id
            )
        from raw.adsets as adsets
        where adsets.campaign_id = moved.campaign_id and coalesce(adsets.status, '') <> all(cast(:gone as text[]))
    ) as adsets
from ops.suggestions as made
cross join
    jsonb_to_recordset(made.evidence -> 'moves') as moved (
        campaign_id text, budget double precision, new_budget double precision
    )
left join raw.campaigns as campaigns on moved.campaign_id = campaigns.campaign_id
where
    made.kind = 'REALLOCATE'
    and (
        (made.status = 'ACCEPTED' and made.decided_at > :approved_since)
        or (made.status = 'APPLIED' and made.is_undone)
    )
order by made.suggestion_id, moved.campaign_id;

-- name: save_intended_changes
update ops.suggestions set changes = cast(:changes as jsonb)
where suggestion_id = :suggestion_id;

-- name: finish
update ops.suggestions set
    status = :status,
    version = version + 1,
    updated_at = :now,
    is_undone = false,
    failure = cast(:failure as jsonb)
where suggestion_id = :suggestion_id and status = :before;

-- name: save_result
insert into ops.decisions (decision_id, suggestion_id, version, action, reason, user_id, via, details, decided_at)
select
    cast(:decision_id as text) as decision_id,
    suggestion_id,
    version,
    cast(:action as text) as action,
    null as reason,
    'fbads' as user_id,
    'apply' as via,
    cast(:details as jsonb) as details,
    cast(:now as timestamptz) as decided_at
from ops.suggestions
where suggestion_id = :suggestion_id;
