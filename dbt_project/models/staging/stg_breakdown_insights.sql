select
    account_id,
    level,
    day,
    object_id,
    breakdown,
    breakdown_value,
    campaign_id,
    adset_id,
    ad_id,
    currency,
    coalesce(impressions, 0) as impressions,
    reach,
    frequency,
    coalesce(clicks, 0) as clicks,
    coalesce(inline_link_clicks, 0) as link_clicks,
    coalesce(spend, 0) as spend,
    actions,
    action_values,
    collected_at
from {{ source('raw', 'insights') }}
-- Each breakdown splits the whole again: its rows are summed with no others.
where breakdown <> ''
