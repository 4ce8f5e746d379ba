{# The measures that every stored daily fact carries, as `int_insight_measures` names them. #}
{% macro fact_columns(relation) -%}
    {%- set columns = ['currency', 'impressions', 'reach', 'frequency', 'clicks', 'link_clicks', 'spend', 'video_views'] -%}
    {%- for family in var('conversion_families') -%}
        {%- do columns.extend([family ~ '_count', family ~ '_value']) -%}
    {%- endfor -%}
    {%- do columns.extend(['action_counts', 'action_amounts', 'final_on', 'collected_at']) -%}
    {%- for column in columns %}
    {{ relation }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{# Count or value of what the account names as its goal: one of the families, else one action type. #}
{% macro of_goal(measure) -%}
    {%- set goal = "coalesce(goals.family, '" ~ default_goal() ~ "')" -%}
    case {{ goal }}
        {%- for family in var('conversion_families') %}
            when '{{ family }}' then facts.{{ family }}_{{ measure }}
        {%- endfor %}
            else coalesce((facts.{{ 'action_counts' if measure == 'count' else 'action_amounts' }} ->> {{ goal }})::numeric, 0)
        end
{%- endmacro %}


{#
    The currency of a row: what Meta said with it; else what the account had on that day (it may have changed since); else,
    of an account without readings, what it has.
#}
{% macro currency_of(facts) -%}
    coalesce(
        {{ facts }}.currency,
        (
            select periods.currency
            from {{ ref('stg_account_periods') }} as periods
            where
                periods.account_id = {{ facts }}.account_id
                and {{ facts }}.day >= periods.first_day
                and {{ facts }}.day < periods.until_day
        ),
        accounts.currency
    )
{%- endmacro %}


{# What every daily mart says, after its ids and the day. Ratios come from the sums of the row's own grain. #}
{% macro mart_columns() -%}
    {{ currency_of('facts') }} as currency,
    facts.impressions,
    facts.reach,
    facts.frequency,
    facts.clicks,
    facts.link_clicks,
    facts.spend,
    facts.purchase_count as purchases,
    facts.purchase_value,
    facts.lead_count as leads,
    goal.conversions,
    goal.conversion_value,
    {{ ratio('facts.clicks', 'facts.impressions') }} as ctr,
    {{ ratio('facts.spend', 'facts.clicks') }} as cpc,
    {{ ratio('1000 * facts.spend', 'facts.impressions') }} as cpm,
    {{ ratio('facts.spend', 'goal.conversions') }} as cpa,
    {{ ratio('facts.purchase_value', 'facts.spend') }} as roas,
    facts.final_on,
    {{ local_today("coalesce(accounts.timezone_name, 'UTC')") }} < facts.final_on as is_provisional,
    facts.collected_at,
    facts.lead_value,
    facts.registration_count as registrations,
    facts.registration_value,
    facts.add_to_cart_count as add_to_carts,
    facts.add_to_cart_value,
    facts.app_install_count as app_installs,
    facts.app_install_value,
    facts.messaging_count as messaging_conversations,
    facts.messaging_value,
    facts.custom_count as custom_events,
    facts.custom_value,
    facts.video_views,
    {{ ratio('facts.link_clicks', 'facts.impressions') }} as link_ctr,
    {{ ratio('goal.conversions', 'facts.clicks') }} as conversion_rate,
    {{ ratio('facts.purchase_value', 'facts.purchase_count') }} as average_order_value,
    {{ ratio('facts.video_views', 'facts.impressions') }} as hook_rate
{%- endmacro %}


{# The goal of the account, beside `facts` and `goals`. #}
{% macro goal_of_row() -%}
cross join
    lateral (
        select
            {{ of_goal('count') }} as conversions,
            {{ of_goal('value') }} as conversion_value
    ) as goal
{%- endmacro %}
