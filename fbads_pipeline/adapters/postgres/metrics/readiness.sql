-- name: has
select to_regclass(:name) is not null as is_there;

-- name: published
select
    version,
    published_at
from intermediate.publications
order by version desc
limit 1;
