-- name: thinned_accounts
select account_id
from raw.accounts
order by account_id;

-- name: thin_insight_readings
-- A reading's age is the days between its day and the local day on which it was read, as the maturity curve has it. In
-- each class of ages the newest reading stays: so what was known at a kept age, and in the end, is what it was.
with aged as (
    select
        readings.ctid as place,
        readings.day,
        row_number() over (
            partition by
                readings.level,
                readings.breakdown,
                readings.day,
                readings.object_id,
                readings.breakdown_value,
                (
                    select coalesce(min(kept.age), 100000)
                    from unnest(cast(:ages as integer[])) as kept (age)
                    where
                        kept.age >= (readings.read_at at time zone coalesce(accounts.timezone_name, 'UTC'))::date
                        - readings.day
                )
            order by readings.read_at desc
        ) as newest_first
    from raw.insight_readings as readings
    inner join raw.accounts as accounts on readings.account_id = accounts.account_id
    where readings.account_id = :account and readings.day < :before
)

delete from raw.insight_readings as readings
using aged
where readings.ctid = aged.place and aged.newest_first > 1
returning readings.day;

-- name: thin_reading_runs
-- Attempts that read nothing well are thinned apart, so that a day's newest good reading and its newest attempt stay.
with aged as (
    select
        runs.ctid as place,
        row_number() over (
            partition by
                runs.level,
                runs.breakdown,
                runs.day,
                runs.ok,
                (
                    select coalesce(min(kept.age), 100000)
                    from unnest(cast(:ages as integer[])) as kept (age)
                    where
                        kept.age >= (runs.read_at at time zone coalesce(accounts.timezone_name, 'UTC'))::date - runs.day
                )
            order by runs.read_at desc, runs.run_id desc
        ) as newest_first
    from raw.reading_runs as runs
    inner join raw.accounts as accounts on runs.account_id = accounts.account_id
    where runs.account_id = :account and runs.day < :before
)

delete from raw.reading_runs as runs
using aged
where runs.ctid = aged.place and aged.newest_first > 1;

-- name: drop_breakdowns
-- Of the oldest such days: rows, and the notes that they were read, so that they are unknown afterwards and not empty.
with aged as (
    select
        states.account_id,
        states.level,
        states.breakdown,
        states.day
    from raw.day_states as states
    where states.account_id = :account and states.breakdown <> '' and states.day < :before
    order by states.day, states.level, states.breakdown
    limit :most_days
    for update
),

gone_states as (
    delete from raw.day_states as states
    using aged
    where
        states.account_id = aged.account_id
        and states.level = aged.level
        and states.breakdown = aged.breakdown
        and states.day = aged.day
),

gone_runs as (
    delete from raw.reading_runs as runs
    using aged
    where
        runs.account_id = aged.account_id
        and runs.level = aged.level
        and runs.breakdown = aged.breakdown
        and runs.day = aged.day
),

gone_rows as (
    delete from raw.insights as insights
    using aged
    where
        insights.account_id = aged.account_id
        and insights.level = aged.level
        and insights.breakdown = aged.breakdown
        and insights.day = aged.day
    returning insights.day
)

select
    (select count(*) from gone_rows) as rows_gone,
    coalesce(array_agg(distinct aged.day), '{}') as days
from aged;

-- name: order_changed_days
-- As the collector does: numbers become visible in their order.
select pg_advisory_xact_lock(1717723493, 0);

-- name: note_thinned_days
-- The models of these days are made anew, without the readings that went.
insert into raw.changed_days (account_id, day)
select
    :account as account_id,
    thinned.local_day
from unnest(cast(:days as date[])) as thinned (local_day);

-- name: drop_dagster_runs
delete from runs
where
    status in ('SUCCESS', 'FAILURE', 'CANCELED')
    and create_timestamp < cast(:before as timestamp);

-- name: drop_dagster_events
delete from event_logs as events
where
    events.timestamp < cast(:before as timestamp)
    and (
        events.dagster_event_type is distinct from 'ASSET_MATERIALIZATION'
        or exists (
            select 1
            from event_logs as newer
            where
                newer.asset_key = events.asset_key
                and newer.dagster_event_type = 'ASSET_MATERIALIZATION'
                and newer.partition is not distinct from events.partition
                and newer.id > events.id
        )
    )
    and not exists (
        select 1
        from runs
        where runs.run_id = events.run_id and runs.status not in ('SUCCESS', 'FAILURE', 'CANCELED')
    );

-- name: drop_dagster_details
-- Of runs that succeeded: what they were going to make, that a step handed on what it made, and that a view was found
-- as it was; the newest word on each view stays.
delete from event_logs as events
using runs
where
    events.run_id = runs.run_id
    and runs.status = 'SUCCESS'
    and events.timestamp < cast(:before as timestamp)
    and (
        events.dagster_event_type in (
            'ASSET_MATERIALIZATION_PLANNED', 'ASSET_CHECK_EVALUATION_PLANNED', 'STEP_OUTPUT', 'STEP_INPUT',
            'HANDLED_OUTPUT', 'LOADED_INPUT', 'HOOK_SKIPPED'
        )
        or (
            events.dagster_event_type = 'ASSET_MATERIALIZATION'
            and events.event like '%"text": "unchanged"}, "label": "dbt"}%'
            and exists (
                select 1
                from event_logs as newer
                where
                    newer.asset_key = events.asset_key
                    and newer.dagster_event_type = 'ASSET_MATERIALIZATION'
                    and newer.partition is not distinct from events.partition
                    and newer.id > events.id
            )
        )
    );

-- name: drop_dagster_checks
-- Of each check the newest evaluation stays.
delete from asset_check_executions as executions
where
    executions.create_timestamp < cast(:before as timestamp)
    and exists (
        select 1
        from asset_check_executions as newer
        where
            newer.asset_key = executions.asset_key
            and newer.check_name = executions.check_name
            and newer.partition is not distinct from executions.partition
            and newer.id > executions.id
    );

-- name: tables_to_vacuum
select schemaname || '.' || relname as table_name
from pg_stat_user_tables
where n_dead_tup > 10000 and n_dead_tup > 0.2 * n_live_tup
order by n_dead_tup desc;

-- name: wait_for_no_lock_longer
set lock_timeout = '20s';

-- name: wait_for_locks_again
reset lock_timeout;

-- name: unfinished_indexes
-- What a rebuild that was stopped leaves behind.
select format('%I.%I', spaces.nspname, classes.relname) as index_name
from pg_index as facts
inner join pg_class as classes on facts.indexrelid = classes.oid
inner join pg_namespace as spaces on classes.relnamespace = spaces.oid
where not facts.indisvalid and classes.relname ~ '_cc(new|old)[0-9]*$'
order by index_name;

-- name: sparse_indexes
-- An entry has a header of 8 bytes, its columns, rounded up to 8, and a pointer of 4; a new index fills nine tenths of
-- its pages, of which 8152 bytes hold entries. Without statistics of each column nothing is said of an index.
with entries as (
    select
        facts.indexrelid,
        8 + 8 * ceil(sum(stats.avg_width) / 8.0) + 4 as bytes_each
    from pg_index as facts
    cross join lateral unnest(facts.indkey) as parts (number)
    inner join pg_class as relations on facts.indrelid = relations.oid
    inner join pg_namespace as spaces on relations.relnamespace = spaces.oid
    left join pg_attribute as named on facts.indrelid = named.attrelid and parts.number = named.attnum
    left join pg_stats as stats
        on
            spaces.nspname = stats.schemaname
            and relations.relname = stats.tablename
            and named.attname = stats.attname
    where facts.indisvalid and spaces.nspname not like 'pg\_%' and spaces.nspname <> 'information_schema'
    group by facts.indexrelid
    having bool_and(stats.avg_width is not null)
),

estimates as (
    select
        format('%I.%I', spaces.nspname, classes.relname) as index_name,
        pg_relation_size(classes.oid) as bytes,
        8192 * ceil(classes.reltuples * entries.bytes_each / (8152 * 0.9)) as full_bytes
    from entries
    inner join pg_class as classes on entries.indexrelid = classes.oid
    inner join pg_namespace as spaces on classes.relnamespace = spaces.oid
    inner join pg_am as methods on classes.relam = methods.oid
    where methods.amname = 'btree' and classes.reltuples > 0
)

select
    index_name,
    bytes
from estimates
where bytes > :least_bytes and bytes > :most_times * full_bytes
order by bytes - full_bytes desc, index_name
limit :most_indexes;

-- name: index_bytes
select pg_relation_size(to_regclass(:index_name)) as bytes;
