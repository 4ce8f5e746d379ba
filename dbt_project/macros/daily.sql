{# The measures that every stored daily fact carries, as `int_insight_measures` names them. #}
{% macro fact_columns(relation) -%}
    {%- set columns = ['currency', 'impressions', 'reach', 'frequency', 'clicks', 'link_clicks', 'spend'] -%}
    {%- for family in var('conversion_families') -%}
        {%- do columns.extend([family ~ '_count', family ~ '_value']) -%}
    {%- endfor -%}
    {%- do columns.extend(['final_on', 'collected_at']) -%}
    {%- for column in columns %}
    {{ relation }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{# Count or value of the family that the account names as its goal; an account that names none goes for purchases. #}
{% macro of_goal(measure) -%}
    case coalesce(goals.family, 'purchase')
        {%- for family in var('conversion_families') %}
            when '{{ family }}' then facts.{{ family }}_{{ measure }}
        {%- endfor %}
        end
{%- endmacro %}


{# What every daily mart says, after its ids and the day. Ratios come from the sums of the row's own grain. #}
{% macro mart_columns() -%}
    coalesce(facts.currency, accounts.currency) as currency,
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
    ({{ fbads_now() }} at time zone coalesce(accounts.timezone_name, 'UTC'))::date < facts.final_on as is_provisional,
    facts.collected_at
{%- endmacro %}
