select
    ads.account_id,
    ads.campaign_id,
    ads.adset_id,
    ads.ad_id,
    ads.name,
    ads.status,
    ads.effective_status,
    accounts.currency,
    accounts.timezone_name,
    ads.is_known,
    ads.created_at,
    ads.updated_at,
    ads.collected_at
from {{ ref('stg_ads') }} as ads
left join {{ ref('stg_accounts') }} as accounts on ads.account_id = accounts.account_id
