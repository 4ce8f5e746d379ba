select
    owned.source,
    ads.campaign_id,
    ads.name,
    count(*) as ads,
    min(ads.adset_id) as adset_id,
    min(ads.ad_id) as ad_id
from (
    select
        account_id,
        campaign_id,
        adset_id,
        ad_id,
        lower(btrim(name)) as name
    from {{ ref('stg_ads') }}
    where name is not null
) as ads
inner join {{ source('ops', 'order_source_accounts') }} as owned on ads.account_id = owned.account_id
group by owned.source, ads.campaign_id, ads.name
