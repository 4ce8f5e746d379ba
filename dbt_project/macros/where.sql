{#
    `where: __unpublished__` on a test of a daily mart: the account-days written since the last publication. So every row
    is tested by the build that wrote it, and what fails is tested again until it is mended.
#}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get('where', '') -%}
    {%- if where == '__unpublished__' and var('check_everything') -%}
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
    {%- else -%}
        {%- do return(default__get_where_subquery(relation)) -%}
    {%- endif -%}
{%- endmacro %}
