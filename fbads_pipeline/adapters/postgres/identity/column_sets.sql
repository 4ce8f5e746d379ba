-- name: of_user
select
    name,
    columns
from ops.column_sets
where user_id = :user_id
order by lower(name), name;

-- name: lock_user
select user_id from ops.users
where user_id = :user_id
for update;

-- name: keep
-- Nothing where the user has :most already, unless one of that name is written anew.
insert into ops.column_sets (user_id, name, columns, kept_at)
select
    :user_id as owner_id,
    :name as set_name,
    cast(:columns as text[]) as metrics,
    :now as moment
where (
    select count(*) from ops.column_sets as kept
    where kept.user_id = :user_id and kept.name <> :name
) < :most
on conflict (user_id, name) do update set columns = excluded.columns, kept_at = excluded.kept_at;

-- name: remove
delete from ops.column_sets
where user_id = :user_id and name = :name;
