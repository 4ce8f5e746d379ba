{#
    What the models remember about themselves, in `intermediate`:
    watermarks        how far each daily model has read raw.changed_days, and which run moved it last; of each shop (macros
                      in orders.sql) the last version of an order that is attributed, and by what
    unpublished_days  account-days written since the last publication: what the fact tests look at
    time_zones        the zones that this PostgreSQL knows; pg_timezone_names reads hundreds of files each time
    publications      one row per state of the marts that passed its blocking tests; readers watch max(version)
#}
{% macro create_bookkeeping() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'test') %}
    select pg_advisory_xact_lock(hashtext('fbads.bookkeeping'));
    create schema if not exists intermediate;
    create table if not exists intermediate.watermarks (
        model text primary key,
        seq bigint not null default 0,
        definition text,
        invocation_id text,
        moved_at timestamptz
    );
    create table if not exists intermediate.unpublished_days (
        model text not null,
        account_id text not null,
        day date not null,
        primary key (model, account_id, day)
    );
    create table if not exists intermediate.time_zones (
        name text primary key
    );
    insert into intermediate.time_zones (name)
    select name from pg_timezone_names
    where not exists (select from intermediate.time_zones);
    create table if not exists intermediate.publications (
        version bigint primary key,
        seq bigint not null,
        published_at timestamptz not null
    );
    commit;
    {%- endif %}
{%- endmacro %}


{# The models that are built by account-days, from the project itself. #}
{% macro daily_models() %}
    {%- set names = [] -%}
    {%- for node in graph.nodes.values() if node.config.incremental_strategy == 'account_days' -%}
        {%- do names.append(node.name) -%}
    {%- endfor -%}
    {{ return(names | sort) }}
{% endmacro %}


{#
    After a build in which nothing failed that blocks: a new version, where something was written since the last one.
    Only the run that moved every watermark last may say so; with two at once, the other one or the next tick does.
#}
{% macro publish(results) -%}
    {%- set blocked = [] -%}
    {%- for result in results if result.status | string in ('error', 'fail', 'runtime error', 'skipped', 'partial success') -%}
        {%- do blocked.append(result.node.name) -%}
    {%- endfor -%}
    {%- if execute and flags.WHICH == 'build' and not flags.EMPTY and not blocked %}
    {%- set models = daily_models() %}
    select model from intermediate.watermarks order by model for update;
    with watermark as (
        select
            min(seq) as seq,
            count(*) = {{ models | length }} and bool_and(invocation_id = '{{ invocation_id }}') as is_ours
        from intermediate.watermarks
        where model in ('{{ models | join("', '") }}')
    ),
    last as (
        select coalesce(max(version), 0) as version, coalesce(max(seq), 0) as seq
        from intermediate.publications
    )
    insert into intermediate.publications (version, seq, published_at)
    select last.version + 1, watermark.seq, clock_timestamp()
    from watermark cross join last
    where
        watermark.is_ours
        and (watermark.seq > last.seq or exists (select from intermediate.unpublished_days));
    delete from intermediate.unpublished_days
    where (
        select count(*) = {{ models | length }} and bool_and(invocation_id = '{{ invocation_id }}')
        from intermediate.watermarks
        where model in ('{{ models | join("', '") }}')
    );
    commit;
    {%- endif %}
{%- endmacro %}


{#
    Statistics of what was read, and of orders, of each table that has none yet or of which a fifth of the rows is newer: a
    first reading writes more rows than autovacuum has looked at, and without statistics PostgreSQL would compare every pair.
#}
{% macro take_statistics() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'test') %}
    do $do$
    declare
        one regclass;
    begin
        for one in
            select classes.oid
            from pg_class as classes
            inner join pg_stat_all_tables as tables on classes.oid = tables.relid
            where
                (tables.schemaname = 'raw' or (tables.schemaname = 'ops' and tables.relname like 'order%'))
                and classes.relkind = 'r'
                and (classes.reltuples < 0 or tables.n_mod_since_analyze > 0.2 * greatest(tables.n_live_tup, 1))
        loop
            execute format('analyze %s', one);
        end loop;
    end
    $do$;
    {%- endif %}
{%- endmacro %}
