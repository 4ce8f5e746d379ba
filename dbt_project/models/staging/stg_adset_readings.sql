select
    adset_id,
    campaign_id,
    account_id,
    name,
    status,
    effective_status,
    bid_strategy,
    bid_amount_minor,
    daily_budget_minor,
    lifetime_budget_minor,
    updated_at,
    read_at
from {{ source('raw', 'adset_readings') }}
