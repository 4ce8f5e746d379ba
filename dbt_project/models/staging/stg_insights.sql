select
    account_id,
    level,
    day,
    object_id,
    campaign_id,
    adset_id,
    ad_id,
    currency,
    {{ raw_figures() }},
    {{ listed_actions() }},
    results,
    cost_per_result as result_costs,
    collected_at
from {{ source('raw', 'insights') }}
-- The plain rows: those of a breakdown have a grain of their own.
where breakdown = ''
