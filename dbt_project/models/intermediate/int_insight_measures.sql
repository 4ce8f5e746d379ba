select
    insights.account_id,
    insights.level,
    insights.day,
    insights.object_id,
    insights.campaign_id,
    insights.adset_id,
    insights.ad_id,
    insights.currency,
    insights.impressions,
    insights.reach,
    insights.frequency,
    insights.clicks,
    insights.link_clicks,
    insights.spend,
    {%- for family in var('conversion_families') %}
    coalesce({{ first_of_family(family, 'counts.by_type') }}, 0) as {{ family }}_count,
    coalesce({{ value_of_family(family, 'counts.by_type', 'amounts.by_type') }}, 0) as {{ family }}_value,
    {%- endfor %}
    insights.day + {{ var('final_after_days') }} as final_on,
    insights.collected_at
from {{ ref('stg_insights') }} as insights
cross join
    lateral (
        select jsonb_object_agg(action ->> 'action_type', action ->> 'value') as by_type
        from jsonb_array_elements(insights.actions) as action
        where action ->> 'value' is not null
    ) as counts
cross join
    lateral (
        select jsonb_object_agg(action ->> 'action_type', action ->> 'value') as by_type
        from jsonb_array_elements(insights.action_values) as action
        where action ->> 'value' is not null
    ) as amounts
