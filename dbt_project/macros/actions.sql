{#
    What Meta lists as actions, per row of insights: from its arrays [{"action_type", "value", "7d_click", ...}] to one
    object, type → value. A type whose entry has no value to be told is there, with null: not reported, which is not 0.
#}
{#
    The value of one entry. Above ad sets with different attribution settings Meta leaves `value` out and tells the
    windows: their sum is the value where all that were asked for are there and exclude each other, by click and by view.
#}
{% macro value_of_action() -%}
    {%- set windows = disjoint_windows() -%}
    coalesce(
                action ->> 'value'
                {%- if windows %},
                case
                    when action ?& array['{{ windows | join("', '") }}']
                        then (
                            {%- for window in windows %}
                            {{ '+ ' if not loop.first }}(action ->> '{{ window }}')::numeric
                            {%- endfor %}
                        )::text
                end
                {%- endif %}
            )
{%- endmacro %}


{# The windows asked for (FBADS_ATTRIBUTION_WINDOWS) where they may be added: at most one by click, by view and by
   engaged view. A longer window holds the shorter ones. None otherwise. #}
{% macro disjoint_windows() %}
    {%- set windows, kinds = [], [] -%}
    {%- for window in env_var('FBADS_ATTRIBUTION_WINDOWS', '7d_click,1d_view').split(',') if window | trim -%}
        {%- do windows.append(window | trim) -%}
        {%- do kinds.append('skan' if 'skan' in window else window.split('_') | last | trim) -%}
    {%- endfor -%}
    {{ return(windows if kinds | unique | list | length == kinds | length and 'skan' not in kinds else []) }}
{% endmacro %}


{# From Meta's arrays of a row to one object each, `counts.by_type` and `amounts.by_type`; and, as `chosen.by_family`,
   the types that the account chose for itself. #}
{% macro by_action_type(insights) -%}
{{ figures_by_type(insights ~ '.actions') }} as counts
{{ figures_by_type(insights ~ '.action_values') }} as amounts
{{ chosen_types(insights) }}
{%- endmacro %}


{#
    From the entries of an array to one object and their total. An object from two arrays costs a third less than one from
    pairs.
#}
{% macro figures_by_type(list) -%}
cross join
    lateral (
        select
            coalesce(jsonb_object(array_agg(entries.action_type), array_agg(entries.figure)), '{}') as by_type,
            sum(entries.figure::numeric) as total
        from (
            select
                action ->> 'action_type' as action_type,
                {{ value_of_action() }} as figure
            from jsonb_array_elements({{ list }}) as action
            -- Each entry is looked up once: without it PostgreSQL would write the expression into both columns.
            offset 0
        ) as entries
        where entries.action_type is not null
    )
{%- endmacro %}


{# The types that the account chose for itself (seed account_action_types), as `chosen.by_family`. #}
{% macro chosen_types(rows) -%}
cross join
    lateral (
        select jsonb_object_agg(own.family, own.action_type) as by_family
        from {{ ref('account_action_types') }} as own
        where own.account_id = {{ rows }}.account_id
    ) as chosen
{%- endmacro %}


{#
    What a list of results tells, a row per indicator and window: `[{"indicator", "values": [{"value",
    "attribution_windows"}]}]`. is_told: whether there is a value, readable or not; result: the number, null otherwise.
#}
{% macro told_results(results) -%}
select
                entry ->> 'indicator' as indicator,
                coalesce(windows.attribution_window, 'default') as attribution_window,
                bool_or(told.figure is not null) as is_told,
                max(
                    case
                        when told.figure ->> 'value' ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?$' then (told.figure ->> 'value')::numeric
                    end
                ) as result
            from jsonb_array_elements({{ json_list(results) }}) as entry
            left join lateral jsonb_array_elements({{ json_list("entry -> 'values'") }}) as told (figure) on true
            left join lateral jsonb_array_elements_text({{ json_list("told.figure -> 'attribution_windows'") }})
                as windows (attribution_window) on true
            where entry ->> 'indicator' is not null
            group by entry ->> 'indicator', coalesce(windows.attribution_window, 'default')
{%- endmacro %}


{# A JSON list, empty where it is none. #}
{% macro json_list(value) -%}
    case when jsonb_typeof({{ value }}) = 'array' then {{ value }} else '[]' end
{%- endmacro %}
