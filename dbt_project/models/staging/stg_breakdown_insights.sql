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
    {{ raw_figures() }},
    {{ listed_actions() }},
    collected_at
from {{ source('raw', 'insights') }}
-- Each breakdown splits the whole again: its rows are summed with no others.
where breakdown <> ''
