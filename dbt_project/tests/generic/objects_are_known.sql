{# Every id of a fact has its row in the dimension of its name (account_id in accounts); a null id has none. #}
{% test objects_are_known(model, ids) %}
    with facts as (
        select distinct {{ ids | join(', ') }}
        from {{ model }}
    )
    select facts.*
    from facts
    where
        {%- for id in ids %}
        {{ 'or ' if not loop.first }}not exists (
            select from {{ ref(id[:-3] ~ 's') }} as dimension where dimension.{{ id }} = facts.{{ id }}
        )
        {%- endfor %}
{% endtest %}
