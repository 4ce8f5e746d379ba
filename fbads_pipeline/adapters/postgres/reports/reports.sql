-- name: made
select account_id from ops.reports
where kind = :kind and last_day = :last_day;

-- name: keep
insert into ops.reports (report_id, kind, account_id, first_day, last_day, files, alert_id, made_at)
values (
    :report_id, :kind, :account_id, :first_day, :last_day, cast(:files as jsonb),
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
    made_at
from ops.reports
where cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[]))
order by made_at desc, report_id asc
limit :last;
