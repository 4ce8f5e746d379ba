{#
    Dirty days (docs/decisions/model/0102). raw.changed_days says which account-days changed; it is append-only; its seq becomes
    visible in commit order. A daily model, in one transaction: locks its watermark, freezes the list of what lies past
    it, selects those account-days, deletes them from itself, inserts them anew, moves the watermark. Killed anywhere,
    nothing happened, and the next run does it all.
#}
{% macro dirty_days() -%}
    {{ 'dirty_' ~ this.identifier }}
{%- endmacro %}


{#
    The deployed text of every view that a model reads, its own SQL and the rows of the seeds included: when any of it
    changes, all days are dirty.
#}
{% macro definition_of(node) -%}
    md5(concat_ws(
        '|',
        $definition${{ node.compiled_code }}$definition$
        {%- for view in views_above(node, []) %},
        pg_get_viewdef('{{ view }}'::regclass)
        {%- endfor %}
        {%- for seed in seeds_above(node, []) %},
        (select md5(string_agg(rows_of_seed::text, '|' order by rows_of_seed::text)) from {{ seed }} as rows_of_seed)
        {%- endfor %}
    ))
{%- endmacro %}


{% macro views_above(node, found) %}
    {%- for id in node.depends_on.nodes if id in graph.nodes and graph.nodes[id].config.materialized == 'view' -%}
        {%- set view = graph.nodes[id].schema ~ '.' ~ graph.nodes[id].alias -%}
        {%- if view not in found -%}
            {%- do found.append(view) -%}
            {%- do views_above(graph.nodes[id], found) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{% macro seeds_above(node, found) %}
    {%- for id in node.depends_on.nodes if id in graph.nodes -%}
        {%- set above = graph.nodes[id] -%}
        {%- if above.resource_type == 'seed' and above.schema ~ '.' ~ above.alias not in found -%}
            {%- do found.append(above.schema ~ '.' ~ above.alias) -%}
        {%- elif above.config.materialized == 'view' -%}
            {%- do seeds_above(above, found) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{% macro freeze_dirty_days() -%}
    {%- if execute %}
    {%- set level = model.config.meta.level %}
    {%- set stored = load_cached_relation(this) %}
    {%- set takes_all = flags.FULL_REFRESH or stored is none %}
    insert into intermediate.watermarks (model) values ('{{ this.identifier }}') on conflict do nothing;
    select seq from intermediate.watermarks where model = '{{ this.identifier }}' for update;
    create temporary table {{ dirty_days() }} on commit drop as
    with watermark as (
        select
            seq,
            {{ takes_all | lower }} or definition is distinct from {{ definition_of(model) }} as takes_all
        from intermediate.watermarks
        where model = '{{ this.identifier }}'
    ),
    listed as (
        select account_id, day, seq
        from raw.changed_days
        where seq > (select seq from watermark)
        union all
        select account_id, day, 0 as seq
        from raw.insights
        where
            (select takes_all from watermark)
            and level = '{{ level }}'
            and breakdown {{ '<>' if model.config.meta.is_broken_down else '=' }} ''
        {%- if stored is not none %}
        union all
        select account_id, day, 0 as seq
        from {{ this }}
        where (select takes_all from watermark)
        {%- endif %}
        {%- if var('rebuild_from') %}
        union all
        select accounts.account_id, days.day::date as day, 0 as seq
        from raw.accounts as accounts
        cross join generate_series(
            '{{ var("rebuild_from") }}'::date::timestamp, '{{ var("rebuild_to") }}'::date::timestamp, interval '1 day'
        ) as days (day)
        {%- endif %}
    )
    select account_id, day, max(seq) as seq
    from listed
    group by account_id, day;
    analyze {{ dirty_days() }};
    {%- endif %}
{%- endmacro %}


{#
    A full refresh of a daily model, and of attributed orders, also deletes and inserts in place: readers see the old rows
    until the new ones are there, and views and grants stay. Only a table whose columns differ from the contract is made
    anew, dbt's own way.
#}
{% macro should_full_refresh() %}
    {%- if config.get('incremental_strategy') not in ('account_days', 'orders') -%}
        {{ return(flags.FULL_REFRESH if config.get('full_refresh') is none else config.get('full_refresh')) }}
    {%- endif -%}
    {{ return(flags.FULL_REFRESH and not has_columns(this, model.columns)) }}
{% endmacro %}


{# Whether a stored relation has exactly these columns, {name: {data_type: ...}}, of these types. #}
{% macro has_columns(relation, columns) %}
    {%- set stored = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do stored.update({column.name: column.dtype}) -%}
    {%- endfor -%}
    {%- set wanted = {} -%}
    {%- for name in columns -%}
        {%- do wanted.update({name: columns[name].data_type}) -%}
    {%- endfor -%}
    {{ return(stored == wanted) }}
{% endmacro %}


{#
    The incremental strategy: of the frozen account-days the target has the rows that the model selected, and no others.
    A row that is there as it was selected is not written again.
#}
{% macro get_incremental_account_days_sql(arguments) %}
    {%- set columns = arguments.dest_columns | map(attribute='name') | list %}
    {%- set key = (model.constraints | selectattr('type', 'equalto', 'primary_key') | first).columns %}
    delete from {{ arguments.target_relation }} as stored
    using {{ dirty_days() }} as dirty
    where
        stored.account_id = dirty.account_id
        and stored.day = dirty.day
        and not exists (
            select from {{ arguments.temp_relation }} as selected
            where
                {%- for column in key %}
                {{ 'and ' if not loop.first }}selected.{{ column }} = stored.{{ column }}
                {%- endfor %}
        );

    insert into {{ arguments.target_relation }} as stored ({{ columns | join(', ') }})
    select {{ columns | join(', ') }}
    from {{ arguments.temp_relation }}
    on conflict ({{ key | join(', ') }}) do update set
        {%- for column in columns if column not in key %}
        {{ column }} = excluded.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where stored is distinct from excluded
{% endmacro %}


{% macro move_watermark() -%}
    {%- if execute %}
    insert into intermediate.unpublished_days (model, account_id, day)
    select '{{ this.identifier }}', account_id, day from {{ dirty_days() }}
    on conflict do nothing;
    update intermediate.watermarks
    set
        moved_at = case when frozen.seq > watermarks.seq then clock_timestamp() else watermarks.moved_at end,
        seq = greatest(watermarks.seq, frozen.seq),
        definition = {{ definition_of(model) }},
        invocation_id = '{{ invocation_id }}'
    from (select coalesce(max(seq), 0) as seq from {{ dirty_days() }}) as frozen
    where watermarks.model = '{{ this.identifier }}';
    do $do$
    begin
        -- The key begins with the account; questions about all of them begin with days.
        if to_regclass('{{ this.schema }}.{{ this.identifier }}_by_day') is null then
            create index {{ this.identifier }}_by_day on {{ this }} (day);
        end if;
        if to_regclass('{{ this.schema }}.{{ this.identifier }}_lacking') is null then
            create index {{ this.identifier }}_lacking on {{ this }} (account_id, day) where lacks_figures;
        end if;
        -- Days of four weeks change: a fifth of a year's table would be dead before PostgreSQL looks.
        if not exists (select from pg_class where oid = '{{ this }}'::regclass and reloptions is not null) then
            alter table {{ this }} set (autovacuum_vacuum_scale_factor = 0.02);
        end if;
        {%- if model.config.meta.get('level') == 'campaign' and this.identifier == 'int_campaign_daily' %}
        -- Days of few campaigns among many: those that stop, the lines of a page's rows.
        if to_regclass('{{ this.schema }}.{{ this.identifier }}_by_campaign') is null then
            create index {{ this.identifier }}_by_campaign on {{ this }} (campaign_id, day) include (account_id, spend);
        end if;
        {%- endif %}
    end
    $do$;
    {%- if flags.FULL_REFRESH or load_cached_relation(this) is none %}
    analyze {{ this }};
    {%- endif %}
    {%- endif %}
{%- endmacro %}
