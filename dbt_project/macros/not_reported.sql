{#
    What Meta left out of a row although another level has it: not reported, which is not 0. Such a figure is null in the
    daily models, and an action type is listed in action_counts or action_amounts with null (docs/decisions/model/0124).

    below      what the rows of a level lack that rows of the levels below have under the same object and day
    nowhere, partly    what they lack and a row above has, see short_of.sql
#}
{#
    The CTE `below` after `measures`, for a model above ads. lower: the levels below; key: their column that names the object.
    It reads Meta's rows, so that a daily model needs no other.
#}
{% macro left_out(lower, key) -%}
    {%- set figures = figures_that_add_up() -%}
own as materialized (

    select
        measures.account_id,
        measures.day,
        measures.object_id,
        {%- for figure in figures %}
        measures.{{ figure }},
        {%- endfor %}
        array(select jsonb_object_keys(measures.action_counts)) as counted,
        array(select jsonb_object_keys(measures.action_amounts)) as valued
    from measures

),

-- Few rows lack anything: they are found by the names of their types alone, and only these are looked at again.
lacking as materialized (

    select
        own.*,
        parts.level,
        parts.object_id as part_id
    from (
        select
            parts.account_id,
            parts.day,
            parts.level,
            parts.object_id,
            parts.{{ key }} as whole_id,
            {{ types_of('parts.actions') }} as counted,
            {{ types_of('parts.action_values') }} as valued
        from dirty
        inner join {{ ref('stg_insights') }} as parts
            on
                dirty.account_id = parts.account_id
                and dirty.day = parts.day
        where parts.level in ('{{ lower | join("', '") }}')
        -- Names are taken from a row where it is read: without it PostgreSQL would carry and sort whole rows.
        offset 0
    ) as parts
    inner join own
        on
            parts.account_id = own.account_id
            and parts.day = own.day
            and parts.whole_id = own.object_id
    where
        parts.counted - own.counted <> '[]'
        or parts.valued - own.valued <> '[]'
        or {{ 'own.' ~ figures | join(' is null or own.') ~ ' is null' }}

),

below as materialized (

    select
        lacking.account_id,
        lacking.day,
        lacking.object_id,
        {{ names_by_kind('missing') }}
    from lacking
    cross join
        lateral (
            select
                found.actions,
                found.action_values,
                {%- for figure in figures %}
                found.{{ figure }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ ref('stg_insights') }} as found
            where
                found.account_id = lacking.account_id
                and found.level = lacking.level
                and found.day = lacking.day
                and found.object_id = lacking.part_id
                and found.{{ key }} = lacking.object_id
            -- By the key, row by row, however many lack something.
            offset 0
        ) as parts
    cross join
        lateral (
            select
                'count' as kind,
                action ->> 'action_type' as name,
                {{ value_of_action() }}::numeric as figure
            from jsonb_array_elements(parts.actions) as action
            where action ->> 'action_type' <> all(lacking.counted)
            union all
            select
                'amount' as kind,
                action ->> 'action_type' as name,
                {{ value_of_action() }}::numeric as figure
            from jsonb_array_elements(parts.action_values) as action
            where action ->> 'action_type' <> all(lacking.valued)
            {%- for figure in figures %}
            union all
            select
                'figure' as kind,
                '{{ figure }}' as name,
                coalesce(parts.{{ figure }}, 0) as figure
            where lacking.{{ figure }} is null
            {%- endfor %}
        ) as missing
    where missing.figure is distinct from 0
    group by lacking.account_id, lacking.day, lacking.object_id

)
{%- endmacro %}


{# The action types of one of Meta's arrays, as a JSON array. #}
{% macro types_of(actions) -%}
    jsonb_path_query_array({{ actions }}, '$[*].action_type')
{%- endmacro %}


{% macro names_by_kind(missing) -%}
    coalesce(jsonb_object_agg({{ missing }}.name, null::text) filter (where {{ missing }}.kind = 'count'), '{}') as counts,
        coalesce(jsonb_object_agg({{ missing }}.name, null::text) filter (where {{ missing }}.kind = 'amount'), '{}') as amounts,
        coalesce(array_agg({{ missing }}.name) filter (where {{ missing }}.kind = 'figure'), '{}') as figures
{%- endmacro %}


{# The names of the raw figures that add up: of these 0 is what a row has that lists none. #}
{% macro figures_that_add_up() %}
    {{ return(metrics() | selectattr('raw', 'defined') | selectattr('adds_up') | map(attribute='name') | list) }}
{% endmacro %}


{# Rows of a daily model from which Meta left figures out, with these as null: they are not reported in any reading either. #}
{% macro left_out_of_daily(level, key) -%}
    select
        facts.account_id,
        '{{ level }}' as level,
        facts.day,
        facts.{{ key }} as object_id,
        {%- for figure in figures_that_add_up() %}
        facts.{{ figure }},
        {%- endfor %}
        {%- for listed in ('counts', 'amounts') %}
        (
            select coalesce(jsonb_object_agg(types.name, null::text), '{}')
            from jsonb_each_text(facts.action_{{ listed }}) as types (name, figure)
            where types.figure is null
        ) as {{ listed }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_' ~ level ~ '_daily') }} as facts
    where facts.lacks_figures
{%- endmacro %}
