-- name: quotas
select
    account_id,
    percent,
    free_at
from ops.api_quotas
where app = :app and seen_at > clock_timestamp() - cast(:lasts as interval);

-- name: write_quota
insert into ops.api_quotas (app, account_id, percent, free_at)
values (:app, :key, :percent, :free_at)
on conflict (app, account_id) do update set
    percent = excluded.percent,
    free_at = excluded.free_at,
    seen_at = clock_timestamp();

-- name: request_strategy
select
    refused_days,
    page_rows,
    is_report,
    refused_fields
from ops.request_strategies
where
    account_id = :account
    and level = :level
    and breakdown = :breakdown
    and learnt_at > clock_timestamp() - cast(:lasts as interval);

-- name: keep_request_strategy
insert into ops.request_strategies (
    account_id, level, breakdown, refused_days, page_rows, is_report, refused_fields
)
values (:account, :level, :breakdown, :refused_days, :page_rows, :is_report, :refused_fields)
on conflict (account_id, level, breakdown) do update set
    refused_days = excluded.refused_days,
    page_rows = excluded.page_rows,
    is_report = excluded.is_report,
    refused_fields = excluded.refused_fields,
    learnt_at = clock_timestamp();

-- name: save_warning
insert into ops.api_warnings (version, message)
values (:version, :message)
on conflict (version, message) do update set
    seen_at = clock_timestamp();
