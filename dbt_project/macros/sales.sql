{#
    A daily mart with the orders of shops beside it: one row per object and day with either. A day without a row of Meta's
    is 0 where it was read at the level, null where not. Orders are null where not every shop of the account is known to
    be here completely on that day; below the campaign also where an order of its day does not name the ad (set); their value
    also where the row of Meta's is in another currency.
    Both are put under each other and added up: so conditions on accounts and days reach the facts and the orders.
#}
{% macro sales_daily(level) -%}
{%- set levels = ['account', 'campaign', 'adset', 'ad'] -%}
{%- set keys = levels[:levels.index(level) + 1] -%}
{%- set own = level ~ '_id' -%}
select
    {%- for key in keys %}
    sold.{{ key }}_id,
    {%- endfor %}
    sold.day,
    sold.currency,
    {%- for metric in metrics() %}
    {%- if metric.numerator or metric.adds_up == false %}
    sold.{{ metric.name }},
    {%- else %}
    case when read.is_read then 0 else sold.{{ metric.name }} end as {{ metric.name }},
    {%- endif %}
    {%- endfor %}
    shop.purchases as real_purchases,
    shop.value as real_purchase_value,
    {{ ratio('shop.value', 'sold.spend') }} as real_roas,
    {{ ratio('sold.spend', 'shop.purchases') }} as real_cpa,
    {{ ratio('shop.value', 'sold.cost') }} as real_roas_with_tax,
    coalesce(sold.final_on, sold.day + {{ var('final_after_days') }}) as final_on,
    coalesce(
        sold.is_provisional,
        {{ local_today('accounts.timezone_name') }} < sold.day + {{ var('final_after_days') }}
    ) as is_provisional,
    coalesce(sold.collected_at, sold.received_at) as collected_at
from ({{ facts_and_orders(level, keys) }}) as sold
left join {{ ref('stg_accounts') }} as accounts on sold.account_id = accounts.account_id
left join {{ ref('stg_order_accounts') }} as shops on sold.account_id = shops.account_id
-- Asked for the days without a row of Meta's alone, one by one.
left join
    lateral (
        select coverage.is_read
        from {{ ref('day_coverage') }} as coverage
        where
            not sold.has_facts
            and coverage.account_id = sold.account_id
            and coverage.day = sold.day
            and coverage.level = '{{ level }}'
        offset 0
    ) as read on true
cross join
    lateral (
        select
            case when known.is_known then coalesce(sold.orders, 0) end as purchases,
            case when known.is_known then case when sold.orders is null then 0 else sold.orders_value end end as value
        from (
            select
                coalesce(shops.days @> sold.day, false)
                {%- if level in ('adset', 'ad') %}
                and not sold.has_unnamed_orders
                {%- endif %}
                as is_known
        ) as known
    ) as shop
{%- if level in ('adset', 'ad') %}
where sold.{{ own }} is not null
{%- endif %}
{%- endmacro %}


{#
    Rows of Meta's and orders of a level in one row per object and day. Below the campaign also the orders that name none,
    without an object, and on the other rows whether the campaign has such orders on the day.
#}
{% macro facts_and_orders(level, keys) -%}
{%- set figures = metrics() | map(attribute='name') | list -%}
{%- set own = keys[-1] ~ '_id' -%}
    select
        {%- for key in keys %}
        parts.{{ key }}_id,
        {%- endfor %}
        parts.day,
        coalesce(min(parts.currency) filter (where parts.is_fact), min(parts.currency)) as currency,
        bool_or(parts.is_fact) as has_facts,
        {%- for figure in figures %}
        min(parts.{{ figure }}) as {{ figure }},
        {%- endfor %}
        min(parts.final_on) as final_on,
        bool_or(parts.is_provisional) as is_provisional,
        min(parts.collected_at) as collected_at,
        max(parts.received_at) as received_at,
        sum(parts.orders) as orders,
        -- Of a day on which the account had another currency than its orders, no value belongs into the row.
        case
            when min(parts.currency) = max(parts.currency)
                then {{ sum_reported('parts.orders_value', 'not parts.is_fact') }}
        end as orders_value
        {%- if level in ('adset', 'ad') %},
        bool_or(parts.{{ own }} is null) over (
            partition by parts.account_id, parts.campaign_id, parts.day
        ) as has_unnamed_orders
        {%- endif %}
    from (
        select
            {%- for key in keys %}
            {{ key }}_id,
            {%- endfor %}
            day,
            currency,
            true as is_fact,
            {%- for figure in figures %}
            {{ figure }},
            {%- endfor %}
            final_on,
            is_provisional,
            collected_at,
            null as received_at,
            null as orders,
            null as orders_value
        from {{ ref(level ~ '_daily') }}
        union all
        select
            {%- for key in keys %}
            {{ key }}_id,
            {%- endfor %}
            day,
            currency,
            false as is_fact,
            {%- for figure in figures %}
            null as {{ figure }},
            {%- endfor %}
            null as final_on,
            null as is_provisional,
            null as collected_at,
            received_at,
            real_purchases as orders,
            real_purchase_value as orders_value
        from {{ ref('orders_daily') }}
        where {{ 'account' if level == 'account' else 'campaign' }}_id is not null
    ) as parts
    group by {% for key in keys %}parts.{{ key }}_id, {% endfor %}parts.day
{%- endmacro %}
