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
    {{ listed_actions() }}
from {{ source('raw', 'insight_readings') }}
where breakdown = ''
