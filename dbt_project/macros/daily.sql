{# The raw figures of a row of insights under the names of their metrics; 0 where Meta left out one that adds up. #}
{% macro raw_figures() -%}
    {%- for metric in metrics() if metric.raw %}
    {{ 'coalesce(' ~ metric.raw ~ ', 0)' if metric.adds_up else metric.raw }} as {{ metric.name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{# The measures that every stored daily fact carries, as `int_insight_measures` names them. #}
{% macro fact_columns(relation) -%}
    {%- set columns = ['currency'] -%}
    {%- for metric in metrics() if metric.raw -%}
        {%- do columns.append(metric.name) -%}
    {%- endfor -%}
    {%- for metric in metrics() if metric.action_type -%}
        {%- do columns.append(metric.name) -%}
    {%- endfor -%}
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
    The currency of a row: what Meta reported with it; else what the account had on that day (it may have changed since); else,
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


{# SQL of a metric that is no ratio, beside `facts` and `goal`. #}
{% macro figure_of(metric) -%}
    {%- if metric.family == 'goal' -%}
        goal.{{ 'conversions' if metric.measure == 'count' else 'conversion_value' }}
    {%- elif metric.family -%}
        facts.{{ metric.family }}_{{ metric.measure }}
    {%- else -%}
        facts.{{ metric.name }}
    {%- endif -%}
{%- endmacro %}


{#
    The columns of every daily mart after its ids and the day: the metrics of metrics.yml, ratios from the sums of the
    row's own grain.
#}
{% macro mart_columns() -%}
    {%- set figures = {} -%}
    {{ currency_of('facts') }} as currency,
    {%- for metric in metrics() %}
    {%- if metric.numerator %}
    {{ ratio(
        (metric.factor ~ ' * ' if metric.factor != 1 else '') ~ figures[metric.numerator], figures[metric.denominator]
    ) }} as {{ metric.name }},
    {%- else %}
    {%- do figures.update({metric.name: figure_of(metric)}) %}
    {{ figures[metric.name] }} as {{ metric.name }},
    {%- endif %}
    {%- endfor %}
    facts.final_on,
    {{ local_today("coalesce(accounts.timezone_name, 'UTC')") }} < facts.final_on as is_provisional,
    facts.collected_at
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
