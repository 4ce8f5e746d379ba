{#
    A daily mart with the orders of shops beside it: one row per object and day with either. A day without a row of Meta's
    is 0 where it was read at the level, null where not. Orders are null where not every shop of the account is known to
    be here completely on that day; below the campaign also where an order of its day does not name the ad (set).
    Two parts instead of a full join, so that a condition on the day reaches the facts.
#}
{% macro sales_daily(level) -%}
{%- set levels = ['account', 'campaign', 'adset', 'ad'] -%}
{%- set keys = levels[:levels.index(level) + 1] -%}
{%- set own = level ~ '_id' -%}
select
    {%- for key in keys %}
    facts.{{ key }}_id,
    {%- endfor %}
    facts.day,
    facts.currency,
    {%- for metric in metrics() %}
    facts.{{ metric.name }},
    {%- endfor %}
    shop.purchases as real_purchases,
    shop.value as real_purchase_value,
    {{ ratio('shop.value', 'facts.spend') }} as real_roas,
    {{ ratio('facts.spend', 'shop.purchases') }} as real_cpa,
    {{ ratio('shop.value', 'facts.cost') }} as real_roas_with_tax,
    facts.final_on,
    facts.is_provisional,
    facts.collected_at
from {{ ref(level ~ '_daily') }} as facts
left join ({{ sales_of(level, keys) }}) as sales
    on facts.{{ own }} = sales.{{ own }} and facts.day = sales.day and facts.account_id = sales.account_id
{{ known_sales(level, 'facts') }}
union all
select
    {%- for key in keys %}
    sales.{{ key }}_id,
    {%- endfor %}
    sales.day,
    sales.currency,
    {%- for metric in metrics() %}
    {{ 'null' if metric.numerator or metric.adds_up == false else 'case when read.is_read then 0 end' }} as {{ metric.name }},
    {%- endfor %}
    shop.purchases as real_purchases,
    shop.value as real_purchase_value,
    null as real_roas,
    null as real_cpa,
    null as real_roas_with_tax,
    sales.day + {{ var('final_after_days') }} as final_on,
    sales.is_provisional,
    sales.received_at as collected_at
from ({{ sales_of(level, keys) }}) as sales
left join {{ ref('day_coverage') }} as read
    on sales.account_id = read.account_id and sales.day = read.day and read.level = '{{ level }}'
{{ known_sales(level, 'sales') }}
where not exists (
    select
    from {{ ref('int_' ~ level ~ '_daily') }} as facts
    where facts.account_id = sales.account_id and facts.{{ own }} = sales.{{ own }} and facts.day = sales.day
)
{%- endmacro %}


{# Orders of a level, added up per object and day. #}
{% macro sales_of(level, keys) -%}
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
    where orders.{{ level }}_id is not null
    group by {% for key in keys %}orders.{{ key }}_id, {% endfor %}orders.day, orders.currency
{%- endmacro %}


{# Beside rows with an account and a day, and `sales`: what is known of their orders, as `shop`. #}
{% macro known_sales(level, rows) -%}
left join {{ ref('stg_order_accounts') }} as shops on {{ rows }}.account_id = shops.account_id
{%- if level in ('adset', 'ad') %}
left join (
    select distinct
        account_id,
        campaign_id,
        day
    from {{ ref('orders_daily') }}
    where campaign_id is not null and {{ level }}_id is null
) as unnamed
    on
        {{ rows }}.account_id = unnamed.account_id
        and {{ rows }}.campaign_id = unnamed.campaign_id
        and {{ rows }}.day = unnamed.day
{%- endif %}
cross join
    lateral (
        select
            case when known.is_known then coalesce(sales.purchases, 0) end as purchases,
            case when known.is_known then (case when sales.day is null then 0 else sales.value end) end as value
        from (
            select
                coalesce(shops.days @> {{ rows }}.day, false)
                {%- if level in ('adset', 'ad') %}
                and unnamed.day is null
                {%- endif %}
                as is_known
        ) as known
    ) as shop
{%- endmacro %}
