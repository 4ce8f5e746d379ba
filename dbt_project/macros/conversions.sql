{#
    Conversion families: dbt_project.yml's var `conversion_families` is the only list. Rows carry Meta's arrays
    [{"action_type", "value", ...}]; they are turned into one object per row, so that a family is a few look-ups.
#}
{# The value of the first action type that the object has; null where it has none. #}
{% macro first_of_family(family, by_type) -%}
    coalesce(
        {%- for action_type in var('conversion_families')[family] %}
        {{ by_type }} ->> '{{ action_type }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )::numeric
{%- endmacro %}


{# The value that belongs to the type by which the family was counted; where that type has none, the first that has one. #}
{% macro value_of_family(family, counts, amounts) -%}
    coalesce(
        case
            {%- for action_type in var('conversion_families')[family] %}
            when {{ counts }} ? '{{ action_type }}' then {{ amounts }} ->> '{{ action_type }}'
            {%- endfor %}
        end::numeric,
        {{ first_of_family(family, amounts) }}
    )
{%- endmacro %}
