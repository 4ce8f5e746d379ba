select
    named.source,
    named.order_id,
    count(distinct objects.campaign_id) as campaigns,
    min(objects.account_id) as account_id,
    min(objects.campaign_id) as campaign_id,
    case when count(distinct objects.adset_id) = 1 then min(objects.adset_id) end as adset_id,
    case when count(distinct objects.ad_id) = 1 then min(objects.ad_id) end as ad_id
from (
    -- An id alone, or behind a name and a bar, as `Name|123` is written by Meta's parameters.
    select distinct
        orders.source,
        orders.order_id,
        substring(given.parameter from '(?:^|[|])\s*([0-9]{5,32})\s*$') as id
    from {{ ref('stg_orders') }} as orders
    cross join lateral unnest(
        array[orders.utm_id, orders.utm_content, orders.utm_term, orders.utm_medium, orders.utm_campaign]
    ) as given (parameter)
) as named
inner join (
    select
        ad_id as id,
        account_id,
        campaign_id,
        adset_id,
        ad_id
    from {{ ref('stg_ads') }}
    union all
    select
        adset_id as id,
        account_id,
        campaign_id,
        adset_id,
        null as ad_id
    from {{ ref('stg_adsets') }}
    union all
    select
        campaign_id as id,
        account_id,
        campaign_id,
        null as adset_id,
        null as ad_id
    from {{ ref('stg_campaigns') }}
) as objects on named.id = objects.id
inner join {{ source('ops', 'order_source_accounts') }} as owned
    on named.source = owned.source and objects.account_id = owned.account_id
group by named.source, named.order_id
