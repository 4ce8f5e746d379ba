-- name: one
select
    campaign_id,
    account_id,
    name,
    status,
    effective_status,
    objective,
    currency,
    timezone_name,
    daily_budget,
    lifetime_budget,
    created_at,
    updated_at,
    collected_at
from marts.campaigns
where
    campaign_id = :campaign_id
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])));
