{#
    A seed that is loaded when its file changed. dbt's own truncates and loads at every build, which locks out readers.
    `unique_on` makes a unique index: a row that comes twice fails the load, and joins that nobody reads can be left out.
#}
{% materialization seed, adapter='postgres' -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set rows = load_agate_table() -%}
    {%- do store_result('agate_table', response='OK', agate_table=rows) -%}
    {%- set mark = 'Definition ' ~ local_md5(model.checksum.checksum ~ tojson([model.description, config.get('column_types', {}), config.get('unique_on')])) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if existing is not none and existing.is_table and (comment_of(existing) or '').endswith(mark) and not should_full_refresh() -%}
        {% call noop_statement('main', 'UNCHANGED') %}{% endcall %}
    {%- else -%}
        {%- set stands = existing is not none and has_columns(existing, model.columns) -%}
        {%- if existing is not none and not stands -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {%- if not stands -%}
            {%- do create_csv_table(model, rows) -%}
        {%- else -%}
            {%- do run_query('delete from ' ~ target) -%}
        {%- endif -%}
        {%- if rows.rows | length > 0 -%}
            {%- do load_csv_rows(model, rows) -%}
        {%- endif -%}
        {%- do run_query(
            'create unique index if not exists ' ~ this.identifier ~ '_key on ' ~ target
            ~ ' (' ~ config.require('unique_on') | join(', ') ~ ')'
        ) -%}
        {% call noop_statement('main', 'INSERT ' ~ (rows.rows | length), 'INSERT', rows.rows | length) %}{% endcall %}
        {%- do run_query(alter_relation_comment(target, (model.description ~ '\n\n' ~ mark) | trim)) -%}
    {%- endif %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{%- endmaterialization %}
