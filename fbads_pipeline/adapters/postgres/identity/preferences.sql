-- name: preferences
select
    user_id,
    channels,
    least_severity,
    quiet_from,
    quiet_until,
    reports,
    money
from ops.preferences
where cast(:user_id as text) is null or user_id = :user_id;

-- name: keep
insert into ops.preferences (user_id, channels, least_severity, quiet_from, quiet_until, reports, money)
values (:user_id, :channels, :least_severity, :quiet_from, :quiet_until, :reports, :money)
on conflict (user_id) do update set
    channels = excluded.channels,
    least_severity = excluded.least_severity,
    quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until,
    reports = excluded.reports,
    money = excluded.money;
