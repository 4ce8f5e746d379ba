-- name: made
select account_id from ops.reports
where kind = :kind and last_day = :last_day;

-- name: keep
insert into ops.reports (
    report_id, kind, account_id, first_day, last_day, files, state, comment, pending, alert_id, made_at
)
values (
    :report_id, :kind, :account_id, :first_day, :last_day, cast(:files as jsonb), :state, :comment,
    cast(:pending as jsonb),
    (
        select alert_id from ops.alerts
        where alert_id = :alert_id
    ), :made_at
)
on conflict (kind, account_id, last_day) do nothing;

-- name: newest
select
    report_id,
    kind,
    account_id,
    first_day,
    last_day,
    files,
    made_at,
    state = 'waiting' as is_waiting,
    comment
from ops.reports
where cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[]))
order by made_at desc, report_id asc
limit :last;

-- name: replace
update ops.reports set
    files = cast(:files as jsonb), comment = :comment, pending = cast(:pending as jsonb), made_at = :made_at
where report_id = :report_id and state = 'waiting';

-- name: waiting
select
    kind,
    account_id,
    last_day,
    pending
from ops.reports
where report_id = :report_id and state = 'waiting'
for update;

-- name: approve
update ops.reports set
    state = 'sent',
    pending = null,
    approved_by = :actor,
    approved_at = :now,
    alert_id = (
        select alert_id from ops.alerts
        where alert_id = :alert_id
    )
where report_id = :report_id;
