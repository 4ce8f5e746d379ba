select
    owned.source,
    campaigns.name,
    count(*) as campaigns,
    min(campaigns.account_id) as account_id,
    min(campaigns.campaign_id) as campaign_id
from (
    select
        account_id,
        campaign_id,
        lower(btrim(name)) as name
    from {{ ref('stg_campaigns') }}
    where name is not null
) as campaigns
inner join {{ source('ops', 'order_source_accounts') }} as owned on campaigns.account_id = owned.account_id
group by owned.source, campaigns.name
