-- name: is_recorded
select to_regclass('intermediate.current_views');

-- name: is_current
select
    current_views.mark = %(state)s || (
        select md5(coalesce(string_agg(relations.oid::text, ',' order by relations.oid), ''))
        from pg_class as relations
        inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
        where
            (relations.relkind = 'v' and schemas.nspname in ('staging', 'intermediate', 'marts'))
            or (relations.relkind = 'r' and schemas.nspname = 'staging')
    ) as is_current
from intermediate.current_views;

-- name: record
create table if not exists intermediate.current_views (only_row boolean primary key default true, mark text not null);
insert into intermediate.current_views (mark)
select
    %(state)s || md5(coalesce(string_agg(relations.oid::text, ',' order by relations.oid), ''))
from pg_class as relations
inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
where
    (relations.relkind = 'v' and schemas.nspname in ('staging', 'intermediate', 'marts'))
    or (relations.relkind = 'r' and schemas.nspname = 'staging')
on conflict (only_row) do update set mark = excluded.mark where current_views.mark <> excluded.mark;

-- name: existing_views
select relations.relname
from pg_class as relations
inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
where relations.relkind = 'v' and schemas.nspname in ('staging', 'intermediate', 'marts');
