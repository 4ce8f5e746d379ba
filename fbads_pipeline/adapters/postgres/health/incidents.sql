-- name: accounts
-- The newest run of each account; a run that was skipped because another one held the account says nothing of it.
select
    coalesce(run.account_id, ad_account.account_id) as account_id,
    ad_account.name,
    seen_by.token_name,
    run.status,
    run.error_kind,
    run.error,
    run.ended_at,
    ad_account.account_status,
    ad_account.collected_at as status_at,
    reading.read_at
from (
    select distinct on (account_id)
        account_id,
        status,
        error_kind,
        error,
        ended_at
    from ops.collect_runs
    where error_kind is distinct from 'busy'
    order by account_id asc, ended_at desc
) as run
full outer join raw.accounts as ad_account on run.account_id = ad_account.account_id
left join ops.account_tokens as seen_by on coalesce(run.account_id, ad_account.account_id) = seen_by.account_id
left join (
    select
        account_id,
        max(read_at) as read_at
    from raw.reading_runs
    where level = 'campaign' and breakdown = '' and ok
    group by account_id
) as reading on coalesce(run.account_id, ad_account.account_id) = reading.account_id
order by coalesce(run.account_id, ad_account.account_id);

-- name: token_checks
select distinct on (name)
    name,
    checked_at,
    is_valid,
    expires_at,
    data_access_expires_at,
    scopes,
    error
from ops.token_checks
order by name asc, checked_at desc;

-- name: versions
select distinct on (version)
    version,
    message,
    seen_at
from ops.api_warnings
order by version, seen_at;

-- name: jobs
select
    job,
    ok,
    error,
    failing_since
from ops.job_outcomes
order by job;

-- name: note_run
-- Of two runs of a job the one that ended last counts. A job that never failed has no row.
insert into ops.job_outcomes as known (job, ok, run_id, error, ended_at, failing_since)
select
    :job,
    :ok,
    :run_id,
    cast(:error as text) as error_message,
    :at,
    case when not :ok then cast(:at as timestamptz) end as first_failure_at
where
    not :ok
    or exists (
        select 1 from ops.job_outcomes
        where job = :job and not ok
    )
on conflict (job) do update set
    ok = excluded.ok,
    run_id = excluded.run_id,
    error = excluded.error,
    ended_at = excluded.ended_at,
    failing_since = case when not excluded.ok then coalesce(known.failing_since, excluded.failing_since) end
where known.ended_at <= excluded.ended_at;

-- name: open_keys
select
    kind,
    entity
from ops.incidents
where resolved_at is null;

-- name: open
insert into ops.incidents (incident_id, kind, entity, account_id, name, reason, since, opened_at)
values (:incident_id, :kind, :entity, :account_id, :name, cast(:reason as jsonb), :since, :now);

-- name: resolve
update ops.incidents
set
    resolved_at = :now,
    resolution = :resolution
where kind = :kind and entity = :entity and resolved_at is null;

-- name: unannounced
-- An incident that ended before it was announced is not announced at all; an end is announced where it is a recovery.
select
    incident_id,
    kind,
    entity,
    account_id,
    name,
    reason,
    since,
    resolved_at,
    announced_alert_id
from ops.incidents
where
    (resolved_at is null and announced_alert_id is null)
    or (resolution = 'recovered' and announced_alert_id is not null and recovery_alert_id is null)
order by since, incident_id;

-- name: mark_announced
update ops.incidents
set
    announced_alert_id = coalesce(announced_alert_id, :alert_id),
    recovery_alert_id = case when resolved_at is not null then :alert_id end
where incident_id = :incident_id;

-- name: current
select
    kind,
    entity,
    account_id,
    name,
    reason,
    since
from ops.incidents
where resolved_at is null
order by since, incident_id;

-- name: lock
select pg_advisory_xact_lock(:key);
