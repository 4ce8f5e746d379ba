{#
    What rows of a level lack although a row above tells more than they have together: not reported, which is not 0
    (docs/decisions/model/0124 and 0125). CTEs after `measures`, the last two of them

    nowhere    what no row of the level has, nor a row below, on a day on which the account's own row has it
    partly     what single rows lack, where the rows of one object above are all there and the others fall short of it

    above: pairs of a level above and the column that names its object, the nearest first; the account is the last;
    has_below: the CTE `below` stands before it. Looked at one by one are only rows below objects whose own totals are not those of the rows below: mostly none.
#}
{% macro short_of(level, above, has_below=true) -%}
{%- set uppers, figures, totals = above | map('first') | list, figures_that_add_up(), whole_totals() + ['value_total'] -%}
nowhere as materialized (

    select
        whole.account_id,
        whole.day,
        {{ names_by_kind('missing') }}
    from dirty
    inner join {{ ref('int_insight_measures') }} as whole
        on
            dirty.account_id = whole.account_id
            and dirty.day = whole.day
    cross join
        lateral (
            {%- for kind, told, counted, listing in [
                ('count', 'action_counts', 'counts', 'actions'), ('amount', 'action_amounts', 'amounts', 'action_values')
            ] %}
            {{ 'union all' if not loop.first }}
            select
                '{{ kind }}' as kind,
                listed.name
            from jsonb_each_text(whole.{{ told }}) as listed (name, figure)
            where
                listed.figure::numeric is distinct from 0
                and not {{ is_listed_at(level, listing) }}
                {%- if has_below %}
                and not exists (
                    select from below
                    where
                        below.account_id = whole.account_id
                        and below.day = whole.day
                        and below.{{ counted }} ? listed.name
                )
                {%- endif %}
            {%- endfor %}
            {%- for figure in figures %}
            union all
            select
                'figure' as kind,
                '{{ figure }}' as name
            where
                whole.{{ figure }} <> 0
                and not exists (
                    select from {{ ref('stg_insights') }} as others
                    where
                        others.account_id = whole.account_id
                        and others.level = '{{ level }}'
                        and others.day = whole.day
                        and others.{{ figure }} is not null
                )
            {%- endfor %}
        ) as missing
    where whole.level = 'account'
    group by whole.account_id, whole.day

),

shown as materialized (
    {% for rows in ('measures', 'uppers') %}
    {{ 'union all' if not loop.first }}
    select
        {%- for column in ['account_id', 'day', 'level', 'object_id', 'campaign_id', 'adset_id', 'impressions'] + totals %}
        {{ rows }}.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    {%- if rows == 'measures' %}
    from measures
    {%- else %}
    from dirty
    inner join {{ ref('int_insight_measures') }} as uppers
        on
            dirty.account_id = uppers.account_id
            and dirty.day = uppers.day
    where uppers.level in ('{{ uppers | join("', '") }}')
    {%- endif %}
    {% endfor %}
),

suspect as materialized (
    {% for upper, key in above %}
    {{ 'union all' if not loop.first }}
    {{ suspects_of(upper, key, level, uppers[loop.index0 - 1] if not loop.first else level) }}
    {% endfor %}
),

told as materialized (

    select
        {%- for column in ('account_id', 'day', 'level', 'object_id', 'campaign_id', 'adset_id') %}
        shown.{{ column }},
        {%- endfor %}
        suspect.level as suspect_level,
        suspect.object_id as suspect_id,
        entries.kind,
        entries.name,
        entries.figure
    from suspect
    inner join {{ ref('stg_insights') }} as shown
        on
            suspect.account_id = shown.account_id
            and suspect.day = shown.day
            and suspect.object_id = {{ object_above('shown', 'suspect', above) }}
    cross join lateral ({{ figures_told('shown') }}) as entries
    where shown.level in ('{{ level }}', '{{ uppers | join("', '") }}')

),

-- What the object above and its rows tell is put side by side by grouping: PostgreSQL cannot estimate joins of what it has just
-- unfolded from JSON, and would compare every pair.
short as materialized (

    select whole.*
    from (
        select
            entries.account_id,
            entries.day,
            entries.suspect_level as level,
            entries.suspect_id as object_id,
            entries.kind,
            entries.name
        from (
            select
                told.*,
                told.level = '{{ level }}' as is_row,
                told.level = told.suspect_level and told.object_id = told.suspect_id as is_whole
            from told
        ) as entries
        group by
            entries.account_id, entries.day, entries.suspect_level, entries.suspect_id, entries.kind, entries.name
        having
            {{ rows_fall_short('entries') }}
    ) as whole
    {%- if has_below %}
    -- A row that lacks what rows below it have explains it.
    where
        not exists (
            select from below
            inner join shown as own
                on
                    below.account_id = own.account_id
                    and below.day = own.day
                    and below.object_id = own.object_id
            where
                own.level = '{{ level }}'
                and own.account_id = whole.account_id
                and own.day = whole.day
                and whole.object_id = {{ object_above('own', 'whole', above) }}
                and case whole.kind
                    when 'count' then below.counts ? whole.name
                    when 'amount' then below.amounts ? whole.name
                    else whole.name = any(below.figures)
                end
        )
    {%- endif %}

),

lacked as materialized (

    select
        account_id,
        day,
        level,
        object_id,
        jsonb_agg(jsonb_build_object('kind', kind, 'name', name)) as entries
    from short
    group by account_id, day, level, object_id

),

partly as materialized (

    select
        own.account_id,
        own.day,
        own.object_id,
        {{ names_by_kind('missing') }}
    from lacked
    inner join {{ ref('stg_insights') }} as own
        on
            lacked.account_id = own.account_id
            and lacked.day = own.day
            and lacked.object_id = {{ object_above('own', 'lacked', above) }}
    cross join lateral ({{ names_told('own') }}) as listed
    {%- for upper, key in above[:-1] %}
    left join {{ ref('stg_insights') }} as upper_{{ loop.index }}
        on
            own.account_id = upper_{{ loop.index }}.account_id
            and upper_{{ loop.index }}.level = '{{ upper }}'
            and own.day = upper_{{ loop.index }}.day
            and own.{{ key }} = upper_{{ loop.index }}.object_id
    cross join lateral ({{ names_told('upper_' ~ loop.index) }}) as nearer_{{ loop.index }}
    {%- endfor %}
    cross join lateral jsonb_to_recordset(lacked.entries) as missing (kind text, name text)
    where
        own.level = '{{ level }}'
        and (missing.kind || ' ' || missing.name) <> all(listed.names)
        -- The nearest object above that tells the figure decides.
        {%- for upper, key in above[:-1] %}
        and not (
            lacked.level in ('{{ uppers[loop.index:] | join("', '") }}')
            and (missing.kind || ' ' || missing.name) = any(nearer_{{ loop.index }}.known)
        )
        {%- endfor %}
    group by own.account_id, own.day, own.object_id

)
{%- endmacro %}


{# What is a whole number in a row, all events together. A row that has impressions has spend. #}
{% macro whole_totals() %}
    {{ return((figures_that_add_up() | reject('in', ['impressions', 'spend']) | list) + ['event_total']) }}
{% endmacro %}


{# The id of the object above a row, at the level that the other rows name. #}
{% macro object_above(row, of, above) -%}
    case {{ of }}.level {% for upper, key in above %}when '{{ upper }}' then {{ row }}.{{ key }} {% endfor %}end
{%- endmacro %}


{#
    Objects of one level above whose rows of the level show the same impressions, so that they are all there and were read
    at the same moment, and whose totals are not those of the rows at the next level below them.
#}
{% macro suspects_of(upper, key, level, next_level) -%}
    select
        account_id,
        day,
        '{{ upper }}' as level,
        {{ key }} as object_id
    from shown
    where level in ('{{ [upper, next_level, level] | unique | join("', '") }}')
    group by account_id, day, {{ key }}
    having
        {{ at_level('impressions', upper) }} = {{ at_level('impressions', level) }}
        and (
            {%- for total in whole_totals() %}
            {{ 'or ' if not loop.first }}{{ at_level(total, upper) }}
            is distinct from {{ at_next_level(total, level, next_level) }}
            {%- endfor %}
            or abs(
                coalesce({{ at_level('value_total', upper) }}, 0)
                - coalesce({{ at_next_level('value_total', level, next_level) }}, 0)
            ) > 0.01 * count(*) filter (where level = '{{ level }}')
        )
{%- endmacro %}


{% macro at_level(total, level) -%}
    sum({{ total }}) filter (where level = '{{ level }}')
{%- endmacro %}


{# At the next level below the object, where that was read at all. #}
{% macro at_next_level(total, level, next_level) -%}
    {%- if level == next_level -%}
    {{ at_level(total, level) }}
    {%- else -%}
    case
                when count(*) filter (where level = '{{ next_level }}') > 0 then {{ at_level(total, next_level) }}
                else {{ at_level(total, level) }}
            end
    {%- endif -%}
{%- endmacro %}


{# Whether a row of the level lists the action type on that day. #}
{% macro is_listed_at(level, list) -%}
    exists (
                    select from {{ ref('stg_insights') }} as others
                    where
                        others.account_id = whole.account_id
                        and others.level = '{{ level }}'
                        and others.day = whole.day
                        and others.{{ list }} @> jsonb_build_array(jsonb_build_object('action_type', listed.name))
                )
{%- endmacro %}


{# What one row of insights tells: kind (count, amount, figure), name, and the figure, null where an entry has none. #}
{% macro figures_told(shown) -%}
            {%- for kind, list in (('count', 'actions'), ('amount', 'action_values')) %}
            {{ 'union all' if not loop.first }}
            select
                '{{ kind }}' as kind,
                action ->> 'action_type' as name,
                -- A type that comes twice counts once, by its last entry, as everywhere.
                (array_agg({{ value_of_action() }}::numeric order by place desc))[1] as figure
            from jsonb_array_elements({{ shown }}.{{ list }}) with ordinality as listed (action, place)
            group by action ->> 'action_type'
            {%- endfor %}
            {%- for figure in figures_that_add_up() %}
            union all
            select
                'figure' as kind,
                '{{ figure }}' as name,
                {{ shown }}.{{ figure }}::numeric as figure
            where {{ shown }}.{{ figure }} is not null
            {%- endfor %}
{%- endmacro %}


{# In a group of entries of one figure: whether each row has a figure, and what is above has more than all rows together. #}
{% macro rows_fall_short(entries) -%}
    {%- set of_rows = 'filter (where ' ~ entries ~ '.is_row)' -%}
    count(*) {{ of_rows }} = count({{ entries }}.figure) {{ of_rows }}
    and max({{ entries }}.figure) filter (where {{ entries }}.is_whole)
    - coalesce(sum({{ entries }}.figure) {{ of_rows }}, 0)
    > {{ rounding_of(entries, 'nullif(count(' ~ entries ~ '.figure) ' ~ of_rows ~ ', 0)') }}
{%- endmacro %}


{# What one row tells as two lists of `kind name`: whatever it lists, and what it has a figure of. #}
{% macro names_told(shown) -%}
        select
            coalesce(array_agg(one.kind || ' ' || one.name), '{}') as names,
            coalesce(array_agg(one.kind || ' ' || one.name) filter (where one.figure is not null), '{}') as known
        from ({{ figures_told(shown) }}) as one
{%- endmacro %}


{# By how much a sum of so many rows may fall short for Meta's rounding of each to the cent; an event is a whole one. #}
{% macro rounding_of(told, row_count) -%}
    case
                when {{ told }}.kind = 'amount' or {{ told }}.name = 'spend' then 0.01 * coalesce({{ row_count }}, 1)
                else least(0.01 * coalesce({{ row_count }}, 1), 0.5)
            end
{%- endmacro %}


{#
    CTEs after `dirty`, the last of them `partly`, for the rows of campaigns by a breakdown: what they lack although their
    campaign's plain row tells more than they have together. Only of those that show its impressions; the others were read
    at another moment.
#}
{% macro short_of_plain_rows() -%}
whole as materialized (

    select
        shown.*,
        split.breakdown
    from (
        select
            parts.account_id,
            parts.day,
            parts.object_id,
            parts.breakdown,
            {{ sum_reported('parts.impressions') }} as impressions
        from dirty
        inner join {{ ref('stg_breakdown_insights') }} as parts
            on
                dirty.account_id = parts.account_id
                and dirty.day = parts.day
        where parts.level = 'campaign'
        group by parts.account_id, parts.day, parts.object_id, parts.breakdown
    ) as split
    inner join {{ ref('stg_insights') }} as shown
        on
            split.account_id = shown.account_id
            and split.day = shown.day
            and split.object_id = shown.object_id
            and split.impressions = shown.impressions
    where shown.level = 'campaign'

),

parts as materialized (

    select
        shown.account_id,
        shown.day,
        shown.object_id,
        shown.breakdown,
        shown.breakdown_value,
        entries.kind,
        entries.name,
        entries.figure
    from whole
    inner join {{ ref('stg_breakdown_insights') }} as shown
        on
            whole.account_id = shown.account_id
            and whole.day = shown.day
            and whole.object_id = shown.object_id
            and whole.breakdown = shown.breakdown
    cross join lateral ({{ figures_told('shown') }}) as entries
    where shown.level = 'campaign'

),

-- What the plain row and its parts tell is put side by side by grouping: PostgreSQL cannot estimate joins of what it has just
-- unfolded from JSON, and would compare every pair.
short as materialized (

    select
        entries.account_id,
        entries.day,
        entries.object_id,
        entries.breakdown,
        entries.kind,
        entries.name
    from (
        select
            whole.account_id,
            whole.day,
            whole.object_id,
            whole.breakdown,
            one.kind,
            one.name,
            one.figure,
            true as is_whole,
            false as is_row
        from whole
        cross join lateral ({{ figures_told('whole') }}) as one
        union all
        select
            parts.account_id,
            parts.day,
            parts.object_id,
            parts.breakdown,
            parts.kind,
            parts.name,
            parts.figure,
            false as is_whole,
            true as is_row
        from parts
    ) as entries
    group by entries.account_id, entries.day, entries.object_id, entries.breakdown, entries.kind, entries.name
    having
        {{ rows_fall_short('entries') }}

),

lacked as materialized (

    select
        short.account_id,
        short.day,
        short.object_id,
        short.breakdown,
        jsonb_agg(jsonb_build_object('kind', short.kind, 'name', short.name)) as entries
    from short
    group by short.account_id, short.day, short.object_id, short.breakdown

),

partly as materialized (

    select
        own.account_id,
        own.day,
        own.object_id,
        own.breakdown,
        own.breakdown_value,
        {{ names_by_kind('short') }}
    from lacked
    inner join {{ ref('stg_breakdown_insights') }} as own
        on
            lacked.account_id = own.account_id
            and lacked.day = own.day
            and lacked.object_id = own.object_id
            and lacked.breakdown = own.breakdown
    cross join lateral ({{ names_told('own') }}) as listed
    cross join lateral jsonb_to_recordset(lacked.entries) as short (kind text, name text)
    where
        own.level = 'campaign'
        and (short.kind || ' ' || short.name) <> all(listed.names)
    group by own.account_id, own.day, own.object_id, own.breakdown, own.breakdown_value

)
{%- endmacro %}
