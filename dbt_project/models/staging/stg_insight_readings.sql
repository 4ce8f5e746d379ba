select
    account_id,
    level,
    day,
    object_id,
    campaign_id,
    read_at,
    is_removed,
    currency,
    coalesce(impressions, 0) as impressions,
    reach,
    frequency,
    coalesce(clicks, 0) as clicks,
    coalesce(inline_link_clicks, 0) as link_clicks,
    coalesce(spend, 0) as spend,
    coalesce(actions, '[]') as actions,
    coalesce(action_values, '[]') as action_values
from {{ source('raw', 'insight_readings') }}
where breakdown = ''
