select
    attributed.source,
    attributed.order_id,
    attributed.account_id,
    attributed.campaign_id,
    attributed.adset_id,
    attributed.ad_id,
    attributed.day,
    orders.placed_at,
    orders.status,
    orders.currency,
    orders.gross_value,
    refunds.amount as refunded,
    -- Pending, cancelled and wholly refunded orders are none.
    case
        when orders.status not in ('paid', 'partly_refunded') then 0
        when refunds.amount >= orders.gross_value and orders.gross_value > 0 then 0
        else 1
    end as purchases,
    -- What was paid back of a partly refunded order is not known before its refund is here.
    case
        when orders.status not in ('paid', 'partly_refunded') then 0
        when orders.status = 'partly_refunded' and refunds.amount = 0 then null
        else greatest(orders.gross_value - refunds.amount, 0)
    end as value,
    orders.utm_source,
    orders.utm_campaign,
    orders.utm_content,
    attributed.attributed_by,
    attributed.unattributed_reason,
    orders.received_at
from (
    {%- for attributions in (ref('int_order_attributions'), ref('int_new_order_attributions')) %}
    select
        source,
        order_id,
        version,
        account_id,
        campaign_id,
        adset_id,
        ad_id,
        day,
        attributed_by,
        unattributed_reason
    from {{ attributions }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
) as attributed
-- What was attributed in an earlier version is among the new ones, or is gone.
inner join {{ ref('stg_orders') }} as orders
    on
        attributed.source = orders.source
        and attributed.order_id = orders.order_id
        and attributed.version = orders.version
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
