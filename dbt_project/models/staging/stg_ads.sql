select
    ad_id,
    adset_id,
    campaign_id,
    account_id,
    name,
    status,
    effective_status,
    (name is not null or status is not null or effective_status is not null) as is_known,
    created_at,
    updated_at,
    collected_at
from {{ source('raw', 'ads') }}
