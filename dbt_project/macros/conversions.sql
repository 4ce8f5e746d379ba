{#
    Conversion families: dbt_project.yml's var `conversion_families` is the only list. Rows carry Meta's arrays
    [{"action_type", "value", ...}]; they are turned into one object per row, so that a family is a few look-ups.
#}
{#
    The value of the first action type that the object has; null where it has none. An account that names a type of its
    own for the family (seed account_action_types) is read by that one alone.
#}
{% macro first_of_family(family, by_type) -%}
    case
            when chosen.by_family ? '{{ family }}' then {{ by_type }} ->> (chosen.by_family ->> '{{ family }}')
            else coalesce(
                {%- for action_type in var('conversion_families')[family] %}
                {{ by_type }} ->> '{{ action_type }}'{{ ',' if not loop.last }}
                {%- endfor %}
            )
        end::numeric
{%- endmacro %}


{# The value that belongs to the type by which the family was counted; where that type has none, the first that has one. #}
{% macro value_of_family(family, counts, amounts) -%}
    coalesce(
        case
            when chosen.by_family ? '{{ family }}' then {{ amounts }} ->> (chosen.by_family ->> '{{ family }}')
            {%- for action_type in var('conversion_families')[family] %}
            when {{ counts }} ? '{{ action_type }}' then {{ amounts }} ->> '{{ action_type }}'
            {%- endfor %}
        end::numeric,
        {{ first_of_family(family, amounts) }}
    )
{%- endmacro %}


{# From Meta's two arrays of a row to one object each, type → value; and the types that the account chose for itself. #}
{% macro by_action_type(insights) -%}
cross join
    lateral (
        select jsonb_object_agg(action ->> 'action_type', action ->> 'value') as by_type
        from jsonb_array_elements({{ insights }}.actions) as action
        where action ->> 'value' is not null
    ) as counts
cross join
    lateral (
        select jsonb_object_agg(action ->> 'action_type', action ->> 'value') as by_type
        from jsonb_array_elements({{ insights }}.action_values) as action
        where action ->> 'value' is not null
    ) as amounts
cross join
    lateral (
        select jsonb_object_agg(own.family, own.action_type) as by_family
        from {{ ref('account_action_types') }} as own
        where own.account_id = {{ insights }}.account_id
    ) as chosen
{%- endmacro %}


{# What is measured in a row of insights, plain or broken down, after `by_action_type` in the same query. #}
{% macro measures(insights) -%}
    {{ insights }}.currency,
    {%- for metric in metrics() if metric.raw %}
    {{ insights }}.{{ metric.name }},
    {%- endfor %}
    {%- for metric in metrics() if metric.action_type %}
    coalesce(({{ 'counts' if metric.measure == 'count' else 'amounts' }}.by_type ->> '{{ metric.action_type }}')::numeric, 0) as {{ metric.name }},
    {%- endfor %}
    {%- for family in var('conversion_families') %}
    coalesce({{ first_of_family(family, 'counts.by_type') }}, 0) as {{ family }}_count,
    coalesce({{ value_of_family(family, 'counts.by_type', 'amounts.by_type') }}, 0) as {{ family }}_value,
    {%- endfor %}
    coalesce(counts.by_type, '{}') as action_counts,
    coalesce(amounts.by_type, '{}') as action_amounts,
    {{ insights }}.day + {{ var('final_after_days') }} as final_on
{%- endmacro %}


{# The goal of an account that names none: FBADS_GOAL_FAMILY, a family or one action type; anything else stops the build. #}
{% macro default_goal() -%}
    {%- set goal = env_var('FBADS_GOAL_FAMILY', '') or 'purchase' -%}
    {%- set type_pattern = modules.re.compile(var('action_type_pattern')) -%}
    {%- if goal not in known_goals() and not type_pattern.search(goal) -%}
        {%- do exceptions.raise_compiler_error(
            "FBADS_GOAL_FAMILY is not usable: '" ~ goal ~ "' is neither a conversion family ("
            ~ var('conversion_families') | join(', ') ~ ") nor an action type of Meta's"
        ) -%}
    {%- endif -%}
    {{ return(goal) }}
{%- endmacro %}


{# Every family, and every action type that the project names. #}
{% macro known_goals() %}
    {%- set goals = var('conversion_families') | list + var('other_action_types') -%}
    {%- for family in var('conversion_families') -%}
        {%- do goals.extend(var('conversion_families')[family]) -%}
    {%- endfor -%}
    {{ return(goals) }}
{% endmacro %}
