{#
    A view that is left alone while its definition stands. dbt's own drops and makes each view anew at every build: that
    costs time at every tick, takes exclusive locks behind an analyst's long query, and loses the grants.
#}
{% materialization view, adapter='postgres' -%}
    {%- set cached = load_cached_relation(this) -%}
    {%- set comment = comment_of(cached) if cached is not none else none -%}
    {#- What stood when dbt began may have gone with a view below that was made anew. -#}
    {%- set existing = cached if comment is not none else none -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- set mark = 'Definition ' ~ local_md5(tojson([sql, model.description, model.columns], sort_keys=true)) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if existing is not none and existing.is_view and comment.endswith(mark) and not should_full_refresh() -%}
        {% call noop_statement('main', 'UNCHANGED') %}{{ sql }}{% endcall %}
    {%- else -%}
        {%- if config.get('contract').enforced -%}
            {%- do get_assert_columns_equivalent(sql) -%}
        {%- endif -%}
        {% call statement('main') %}
            select pg_advisory_xact_lock(hashtext('fbads.view'));
            {%- if existing is not none and not (existing.is_view and keeps_columns(existing, sql)) %}
            drop {{ existing.type }} if exists {{ existing }} cascade;
            {%- endif %}
            create or replace view {{ target }} as (
                {{ sql }}
            );
        {% endcall %}
        {%- do persist_docs(target, model, for_relation=false) -%}
        {%- do run_query(alter_relation_comment(target, (model.description ~ '\n\n' ~ mark) | trim)) -%}
    {%- endif %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{%- endmaterialization %}


{# The comment of a relation, empty where it has none; null where there is no such relation any more. #}
{% macro comment_of(relation) %}
    {%- call statement('comment', fetch_result=true) -%}
        select
            case
                when to_regclass('{{ relation }}') is not null
                    then coalesce(obj_description(to_regclass('{{ relation }}'), 'pg_class'), '')
            end
    {%- endcall -%}
    {{ return(load_result('comment').table.columns[0].values()[0]) }}
{% endmacro %}


{# PostgreSQL replaces a view in place where the old columns come first, with their names and types. #}
{% macro keeps_columns(relation, sql) %}
    {%- set old = get_column_schema_from_query('select * from ' ~ relation) -%}
    {%- set new = get_column_schema_from_query(sql) -%}
    {%- set kept = namespace(all=old | length <= new | length) -%}
    {%- for column in old if kept.all -%}
        {%- set kept.all = column.name == new[loop.index0].name and column.dtype == new[loop.index0].dtype -%}
    {%- endfor -%}
    {{ return(kept.all) }}
{% endmacro %}
