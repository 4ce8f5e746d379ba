select
    orders.source,
    orders.order_id,
    orders.placed_at,
    orders.status,
    orders.currency,
    orders.gross_value,
    orders.refunded,
    orders.purchases,
    orders.value,
    orders.utm_source,
    orders.utm_campaign,
    orders.utm_content,
    orders.received_at,
    orders.account_id,
    orders.campaign_id,
    coalesce(orders.adset_id, ads.adset_id) as adset_id,
    coalesce(orders.ad_id, ads.ad_id) as ad_id,
    orders.attributed_by,
    orders.reason
from (
    select
        orders.*,
        objects.adset_id,
        objects.ad_id,
        case when objects.campaigns = 1 then objects.account_id else campaigns.account_id end as account_id,
        case when objects.campaigns = 1 then objects.campaign_id else campaigns.campaign_id end as campaign_id,
        case
            when objects.campaigns = 1 then 'id'
            when campaigns.campaign_id is not null then 'name'
        end as attributed_by,
        case
            when objects.campaigns = 1 or campaigns.campaign_id is not null then null
            when objects.campaigns > 1 then 'contradiction'
            when not origins.is_meta then 'other_origin'
            when orders.campaign_name is null then 'no_parameters'
            when candidates.campaigns > 1 then 'ambiguous_name'
            else 'unknown_name'
        end as reason
    from (
        select
            orders.*,
            nullif(lower(btrim(regexp_replace(orders.utm_campaign, '[|]\s*[0-9]{5,32}\s*$', ''))), '') as campaign_name
        from {{ ref('stg_orders') }} as orders
    ) as orders
    left join {{ ref('int_order_objects') }} as objects
        on orders.source = objects.source and orders.order_id = objects.order_id
    -- A name says nothing of a link that came from elsewhere; an id of Meta's does.
    cross join
        lateral (
            select
                orders.utm_source is null
                or orders.fbclid_hash is not null
                or orders.utm_source ~ '(^|[^a-z])(fb|ig|an|facebook|instagram|meta|messenger|insta)([^a-z]|$)'
                    as is_meta
        ) as origins
    left join {{ ref('int_order_campaign_names') }} as candidates
        on
            orders.source = candidates.source
            and orders.campaign_name = candidates.name
            and origins.is_meta
            and objects.campaigns is null
    left join lateral (
        select
            candidates.account_id,
            candidates.campaign_id
        where candidates.campaigns = 1
    ) as campaigns on true
) as orders
left join {{ ref('int_order_ad_names') }} as ads
    on
        orders.ad_id is null
        and orders.source = ads.source
        and orders.campaign_id = ads.campaign_id
        and ads.ads = 1
        and lower(btrim(regexp_replace(orders.utm_content, '[|]\s*[0-9]{5,32}\s*$', ''))) = ads.name
        and (orders.adset_id is null or orders.adset_id = ads.adset_id)
