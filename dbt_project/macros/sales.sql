{#
    A daily mart with the orders of shops beside it: one row per object and day with either. A day without a row of Meta's
    is 0 where it was read at the level, null where not. Orders are null where not every shop of the account is known to
    be here completely on that day; below the campaign also where an order of its day does not name the ad (set).
#}
{% macro sales_daily(level) -%}
{%- set levels = ['account', 'campaign', 'adset', 'ad'] -%}
{%- set keys = levels[:levels.index(level) + 1] -%}
{%- set own = level ~ '_id' -%}
select
    {%- for key in keys %}
    coalesce(facts.{{ key }}_id, sales.{{ key }}_id) as {{ key }}_id,
    {%- endfor %}
    coalesce(facts.day, sales.day) as day,
    coalesce(facts.currency, sales.currency) as currency,
    {%- for metric in metrics() %}
    {%- if metric.numerator or metric.adds_up == false %}
    facts.{{ metric.name }},
    {%- else %}
    case when facts.day is not null then facts.{{ metric.name }} when read.is_read then 0 end as {{ metric.name }},
    {%- endif %}
    {%- endfor %}
    shop.purchases as real_purchases,
    shop.value as real_purchase_value,
    {{ ratio('shop.value', 'facts.spend') }} as real_roas,
    {{ ratio('facts.spend', 'shop.purchases') }} as real_cpa,
    {{ ratio('shop.value', 'facts.cost') }} as real_roas_with_tax,
    coalesce(facts.final_on, sales.day + {{ var('final_after_days') }}) as final_on,
    coalesce(facts.is_provisional, sales.is_provisional) as is_provisional,
    coalesce(facts.collected_at, sales.received_at) as collected_at
from {{ ref(level ~ '_daily') }} as facts
full join (
    select
        {%- for key in keys %}
        orders.{{ key }}_id,
        {%- endfor %}
        orders.day,
        orders.currency,
        sum(orders.real_purchases) as purchases,
        {{ sum_reported('orders.real_purchase_value') }} as value,
        max(orders.received_at) as received_at,
        {{ local_today('min(accounts.timezone_name)') }}
        < orders.day + {{ var('final_after_days') }} as is_provisional
    from {{ ref('orders_daily') }} as orders
    inner join {{ ref('stg_accounts') }} as accounts on orders.account_id = accounts.account_id
    where orders.{{ own }} is not null
    group by {% for key in keys %}orders.{{ key }}_id, {% endfor %}orders.day, orders.currency
) as sales on facts.{{ own }} = sales.{{ own }} and facts.day = sales.day and facts.account_id = sales.account_id
left join {{ ref('day_coverage') }} as read
    on sales.account_id = read.account_id and sales.day = read.day and read.level = '{{ level }}' and facts.day is null
left join {{ ref('stg_order_accounts') }} as shops on coalesce(facts.account_id, sales.account_id) = shops.account_id
{%- if level in ('adset', 'ad') %}
left join (
    select distinct
        account_id,
        campaign_id,
        day
    from {{ ref('orders_daily') }}
    where campaign_id is not null and {{ own }} is null
) as unnamed
    on
        coalesce(facts.account_id, sales.account_id) = unnamed.account_id
        and coalesce(facts.campaign_id, sales.campaign_id) = unnamed.campaign_id
        and coalesce(facts.day, sales.day) = unnamed.day
{%- endif %}
cross join
    lateral (
        select
            case when known.is_known then coalesce(sales.purchases, 0) end as purchases,
            case when known.is_known then (case when sales.day is null then 0 else sales.value end) end as value
        from (
            select
                coalesce(shops.days @> coalesce(facts.day, sales.day), false)
                {%- if level in ('adset', 'ad') %}
                and unnamed.day is null
                {%- endif %}
                as is_known
        ) as known
    ) as shop
{%- endmacro %}
