with left_out as (

    {{ left_out_of_daily('account', 'account_id') }}
    union all
    {{ left_out_of_daily('campaign', 'campaign_id') }}

)

select
    readings.account_id,
    readings.level,
    readings.day,
    readings.object_id,
    readings.campaign_id,
    readings.is_removed,
    readings.currency,
    {%- for metric in metrics() if metric.raw %}
    {%- if metric.adds_up %}
    coalesce(
        readings.{{ metric.name }},
        case
            when readings.unreadable ? '{{ metric.raw }}' then null
            when left_out.account_id is null or left_out.{{ metric.name }} is not null then 0
        end
    ) as {{ metric.name }},
    {%- else %}
    readings.{{ metric.name }},
    {%- endif %}
    {%- endfor %}
    {{ events('listed.counts', 'listed.amounts', 'readings') }},
    listed.counts as action_counts,
    listed.amounts as action_amounts,
    readings.has_conversions,
    readings.day + {{ var('final_after_days') }} as final_on,
    readings.read_at as collected_at
from {{ ref('stg_insight_readings') }} as readings
{{ by_action_type('readings') }}
left join left_out
    on
        readings.account_id = left_out.account_id
        and readings.level = left_out.level
        and readings.day = left_out.day
        and readings.object_id = left_out.object_id
cross join
    lateral (
        select
            case when left_out.account_id is null then counts.by_type else left_out.counts || counts.by_type end as counts,
            case when left_out.account_id is null then amounts.by_type else left_out.amounts || amounts.by_type end as amounts
        -- Once per row: without it PostgreSQL writes the expression into every figure.
        offset 0
    ) as listed
