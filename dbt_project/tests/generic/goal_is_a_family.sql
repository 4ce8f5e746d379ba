{# Another word would count nothing, and say so nowhere. #}
{% test goal_is_a_family(model, column) %}
    select {{ column }}
    from {{ model }}
    where {{ column }} is null or {{ column }} not in ('{{ var("conversion_families") | join("', '") }}')
{% endtest %}
