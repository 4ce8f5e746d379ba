select
    orders.source,
    orders.order_id,
    orders.placed_at,
    orders.status,
    orders.currency,
    orders.value as gross_value,
    refunds.amount as refunded,
    -- Pending, cancelled and wholly refunded orders are none.
    case
        when orders.status not in ('paid', 'partly_refunded') then 0
        when refunds.amount >= orders.value and orders.value > 0 then 0
        else 1
    end as purchases,
    -- What was paid back of a partly refunded order is not known before its refund is here.
    case
        when orders.status not in ('paid', 'partly_refunded') then 0
        when orders.status = 'partly_refunded' and refunds.amount = 0 then null
        else greatest(orders.value - refunds.amount, 0)
    end as value,
    nullif(lower(btrim(orders.utm_source)), '') as utm_source,
    orders.utm_medium,
    orders.utm_campaign,
    orders.utm_content,
    orders.utm_term,
    orders.utm_id,
    orders.fbclid_hash,
    orders.received_at
from {{ source('ops', 'orders') }} as orders
-- A total counts beside single payments where it is larger; another currency is subtracted from nothing.
cross join lateral (
    select
        greatest(
            coalesce(max(parts.amount) filter (where parts.is_total), 0),
            coalesce(sum(parts.amount) filter (where not parts.is_total), 0)
        ) as amount
    from {{ source('ops', 'order_refunds') }} as parts
    where
        parts.source = orders.source
        and parts.order_id = orders.order_id
        and parts.currency = orders.currency
) as refunds
