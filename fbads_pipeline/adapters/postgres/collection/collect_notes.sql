-- name: notes_since
select
    note,
    array_agg(distinct account_id order by account_id) as account_ids
from ops.collect_runs
cross join unnest(notes) as note
where started_at >= :since
group by note
order by note;
