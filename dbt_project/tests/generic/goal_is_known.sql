{# A family, or an action type: anything else would count nothing, without any sign of it. #}
{% test goal_is_known(model, column, families_only=false) %}
    {%- set known = var('conversion_families') | list if families_only else known_goals() %}
    select {{ column }}
    from {{ model }}
    where
        {{ column }} is null
        or (
            {{ column }} not in ('{{ known | join("', '") }}')
            {%- if not families_only %}
            and {{ column }} !~ '{{ var("action_type_pattern") }}'
            {%- endif %}
        )
{% endtest %}
