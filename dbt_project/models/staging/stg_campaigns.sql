select
    campaign_id,
    account_id,
    name,
    status,
    effective_status,
    objective,
    buying_type,
    bid_strategy,
    daily_budget_minor,
    lifetime_budget_minor,
    (name is not null or status is not null or effective_status is not null) as is_known,
    start_at,
    stop_at,
    created_at,
    updated_at,
    collected_at
from {{ source('raw', 'campaigns') }}
