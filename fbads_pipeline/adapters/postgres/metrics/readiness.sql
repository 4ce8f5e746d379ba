-- name: has_all
select bool_and(to_regclass(wanted.table_name) is not null) as are_there
from unnest(cast(:tables as text[])) as wanted (table_name);

-- name: published
select
    version,
    published_at
from intermediate.publications
order by version desc
limit 1;
