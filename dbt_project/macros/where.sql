{#
    `where: __unpublished__` on a test of a daily mart: the account-days written since the last publication. So every row
    is tested by the build that wrote it, and what fails is tested again until it is corrected. A mart that has the days
    of another model names it: `where: __unpublished__ int_campaign_daily`.
#}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get('where') or '' -%}
    {%- if where.startswith('__unpublished__') and var('check_everything') -%}
        {%- do return(relation) -%}
    {%- elif where == '__unpublished__' -%}
        (
            select * from {{ relation }}
            where (account_id, day) in (
                select unpublished.account_id, unpublished.day
                from intermediate.unpublished_days as unpublished
                where unpublished.model = 'int_{{ relation.identifier }}'
            )
        ) as unpublished
    {%- elif where.startswith('__unpublished__') -%}
        {#- A day at a time: into a window or a group PostgreSQL takes no join, but it takes values. #}
        (
            select tested.*
            from intermediate.unpublished_days as unpublished
            cross join lateral (
                select * from {{ relation }} as whole
                where whole.account_id = unpublished.account_id and whole.day = unpublished.day
                offset 0
            ) as tested
            where unpublished.model = '{{ where.split() | last }}'
        ) as unpublished
    {%- else -%}
        {%- do return(default__get_where_subquery(relation)) -%}
    {%- endif -%}
{%- endmacro %}
