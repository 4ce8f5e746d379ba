-- name: facts
select
    cast(current_setting('server_version_num') as int) as version_number,
    current_setting('server_version') as version_text,
    current_setting('server_encoding') as encoding_name,
    rolcreaterole or rolsuper as can_create_role,
    rolcreatedb or rolsuper as can_create_db
from pg_roles
where rolname = current_user;

-- name: moment
select extract(epoch from clock_timestamp()) as seconds;

-- name: database_exists
select count(*) > 0 as database_exists
from pg_database
where datname = :name;

-- name: limit_waiting
-- For whatever another process holds, until the end of the transaction; of a killed program the server ends it soon.
select
    set_config('lock_timeout', :longest, true) as lock_timeout,
    set_config('client_connection_check_interval', '2s', true) as check_interval;

-- name: lock
select pg_advisory_xact_lock(:key);

-- name: has_revision
select to_regclass('public.schema_version') is not null as has_revision;

-- name: revision
select version_num
from public.schema_version;

-- name: role_exists
select count(*) > 0 as role_exists
from pg_roles
where rolname = :role;

-- name: current_database
select current_database();

-- name: limit_analyst
alter role fbads_analyst set default_transaction_read_only = on;
alter role fbads_analyst set statement_timeout = '30s';
alter role fbads_analyst set idle_in_transaction_session_timeout = '120s';

-- name: grant_marts
grant usage on schema marts to fbads_analyst;
grant select on all tables in schema marts to fbads_analyst;
alter default privileges in schema marts grant select on tables to fbads_analyst;
revoke create on schema public from public;

-- name: limit_statement
-- Before each part of an answer: a statement may change its session's settings, and with them those of the next part.
set local statement_timeout = '30s';

-- name: open_rows
-- A cursor opens for nothing but a query; the text of it comes from the session's setting, never through this one.
do $$
declare rows refcursor := 'fbads_rows';
begin
    open rows for execute current_setting('fbads.query');
end
$$;
