select
    account_id,
    'campaign' as budget_level,
    campaign_id as object_id,
    day,
    currency,
    spend
from {{ ref('int_campaign_daily') }}
union all
select
    account_id,
    'adset' as budget_level,
    adset_id as object_id,
    day,
    currency,
    spend
from {{ ref('int_adset_daily') }}
