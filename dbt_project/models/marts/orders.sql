select
    orders.source,
    orders.order_id,
    case when found.is_attributed then orders.account_id end as account_id,
    case when found.is_attributed then orders.campaign_id end as campaign_id,
    case when found.is_attributed then orders.adset_id end as adset_id,
    case when found.is_attributed then orders.ad_id end as ad_id,
    (
        orders.placed_at
        at time zone case
            when found.is_attributed then accounts.timezone_name else sources.timezone_name
        end
    )::date as day,
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
    case when found.is_attributed then orders.attributed_by end as attributed_by,
    case
        when not found.is_attributed then coalesce(orders.reason, 'other_currency')
    end as unattributed_reason,
    orders.received_at
from {{ ref('int_order_origins') }} as orders
inner join {{ source('ops', 'order_sources') }} as sources on orders.source = sources.source
left join {{ ref('stg_accounts') }} as accounts on orders.account_id = accounts.account_id
-- Amounts in another currency than the account's are added to nothing.
cross join lateral (
    select orders.reason is null and orders.currency = coalesce(accounts.currency, '') as is_attributed
) as found
