select
    account_id,
    level,
    day,
    object_id,
    campaign_id,
    read_at,
    is_removed,
    currency,
    {{ raw_figures() }},
    coalesce(actions, '[]') as actions,
    coalesce(action_values, '[]') as action_values
from {{ source('raw', 'insight_readings') }}
where breakdown = ''
