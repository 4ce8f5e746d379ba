{#
    The parts add up to the whole that Meta reports itself, per id and day (and `per`, what splits the parts again), where both levels were collected. Meta rounds:
    a thousandth is allowed. Says that one level was read at another time than the other, or that rows are missing.
#}
{% test adds_up_to(model, whole, ids, columns, per=[]) %}
    with parts as (
        select
            {{ (ids + per) | join(', ') }},
            day,
            {%- for column in columns %}
            sum({{ column }}) as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ model }}
        group by {{ (ids + per) | join(', ') }}, day
    )
    select parts.*
    from parts
    inner join {{ whole }} as whole
        on
            parts.day = whole.day
            {%- for id in ids %}
            and parts.{{ id }} = whole.{{ id }}
            {%- endfor %}
    where
        {%- for column in columns %}
        {{ 'or ' if not loop.first }}not {{ adds_up('parts.' ~ column, 'whole.' ~ column) }}
        {%- endfor %}
{% endtest %}
