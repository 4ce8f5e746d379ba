{# What is measured in a row of insights, from one object of counts and one of amounts; and what an account goes for. #}
{#
    The figures of a row, after `by_action_type` in the same query: raw figures as Meta reported them, null where it left
    one out; events by action type and by family.
#}
{% macro measures(insights, is_broken_down=false) -%}
    {{ insights }}.currency,
    {%- for metric in metrics() if metric.raw %}
    {{ insights }}.{{ metric.name }},
    {%- endfor %}
    {{ events('counts.by_type', 'amounts.by_type', insights, is_broken_down, 'conversions.are_listed') }},
    counts.by_type as action_counts,
    amounts.by_type as action_amounts,
    {{ insights }}.has_conversions,
    {{ insights }}.has_other_actions,
    {{ insights }}.unreadable,
    {{ insights }}.day + {{ var('final_after_days') }} as final_on
{%- endmacro %}


{#
    The columns that come from what Meta lists as actions: {name: SQL}. rows: has has_conversions and has_other_actions; and
    breakdown, where they are broken down; are_listed: whether a row may have figures of the families of conversions, which
    most rows do not: these are spared the look.
#}
{% macro event_expressions(counts, amounts, rows, is_broken_down=false, are_listed=none) %}
    {%- set columns = {} -%}
    {%- for metric in metrics() if metric.action_type -%}
        {%- set by_type = counts if metric.measure == 'count' else amounts -%}
        {%- set otherwise = '0' -%}
        {%- if metric.action_type in var('action_fields') -%}
            {%- set otherwise = 'case when ' ~ rows ~ '.has_other_actions then 0 end' -%}
        {%- elif is_broken_down and modules.re.search(var('off_meta_pattern'), metric.action_type) -%}
            {%- set otherwise = 'case when not ' ~ lacks_off_meta(rows ~ '.breakdown') ~ ' then 0 end' -%}
        {%- endif -%}
        {%- do columns.update({metric.name: figure_of_type(by_type, "'" ~ metric.action_type ~ "'", otherwise)}) -%}
    {%- endfor -%}
    {%- for family in var('conversion_families') -%}
        {%- set otherwise = '0' -%}
        {%- if family in var('families_of_conversions') -%}
            {%- set otherwise = 'case when ' ~ rows ~ '.has_conversions then 0 end' -%}
        {%- elif is_broken_down and family not in var('families_on_meta') -%}
            {%- set otherwise = 'case when not ' ~ lacks_off_meta(rows ~ '.breakdown') ~ ' then 0 end' -%}
        {%- endif -%}
        {%- set figures = {'count': family_count(family, counts, otherwise), 'value': family_value(family, counts, amounts, otherwise)} -%}
        {%- for measure, figure in figures.items() -%}
            {%- if are_listed and family in var('families_of_conversions') -%}
                {%- set figure = 'case when ' ~ are_listed ~ ' then ' ~ figure ~ ' else ' ~ otherwise ~ ' end' -%}
            {%- endif -%}
            {%- do columns.update({family ~ '_' ~ measure: figure}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{# Whether a row may have figures of families that Meta lists as conversions, after `by_action_type`. #}
{% macro conversions_of_row() -%}
    {%- set types = [] -%}
    {%- for family in var('families_of_conversions') -%}
        {%- do types.extend(types_of_family(family)) -%}
    {%- endfor -%}
cross join
    lateral (
        select
            chosen.by_family is not null
            or counts.by_type ?| {{ type_array(types) }}
            or amounts.by_type ?| {{ type_array(types) }} as are_listed
        -- Once per row: without it PostgreSQL writes the expression into every figure.
        offset 0
    ) as conversions
{%- endmacro %}


{% macro events(counts, amounts, rows, is_broken_down=false, are_listed=none) -%}
    {%- for name, figure in event_expressions(counts, amounts, rows, is_broken_down, are_listed).items() %}
    {{ figure }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
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
        {%- do goals.extend(types_of_family(family)) -%}
    {%- endfor -%}
    {{ return(goals) }}
{% endmacro %}
