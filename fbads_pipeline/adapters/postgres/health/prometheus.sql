-- Labels first, the figure last; never a name that a stranger wrote.

-- name: facebook_api_calls
select
    split_part(calls.key, ' ', 1) as http_method,
    split_part(calls.key, ' ', 2) as status,
    sum(calls.value::bigint) as figure
from ops.collect_runs as run
cross join jsonb_each_text(run.answers) as calls
group by split_part(calls.key, ' ', 1), split_part(calls.key, ' ', 2)
order by split_part(calls.key, ' ', 1), split_part(calls.key, ' ', 2);

-- name: facebook_api_latency_seconds
select
    counted.key,
    counted.calls,
    summed.seconds
from (select sum(answer_seconds) as seconds from ops.collect_runs) as summed
left join (
    select
        latency.key,
        sum(latency.value::bigint) as calls
    from ops.collect_runs as run
    cross join jsonb_each_text(run.latencies) as latency
    group by latency.key
) as counted on true;

-- name: alerts_sent
select
    delivery.channel,
    alert.severity,
    count(*) as figure
from ops.deliveries as delivery
inner join ops.alerts as alert on delivery.alert_id = alert.alert_id
where delivery.state = 'sent'
group by delivery.channel, alert.severity
order by delivery.channel, alert.severity;

-- name: alerts_waiting
select
    channel,
    state,
    count(*) as figure
from ops.deliveries
where state <> 'sent'
group by channel, state
order by channel, state;

-- name: suggestions_generated
select
    kind,
    count(*) as figure
from ops.suggestions
group by kind
order by kind;

-- name: suggestions_by_status
select
    status,
    count(*) as figure
from ops.suggestions
group by status
order by status;

-- name: campaigns_analyzed
select count(*) as figure
from analysis.scores;

-- name: active_campaigns_count
select count(*) as figure
from marts.campaigns
where effective_status = 'ACTIVE';

-- name: daily_spend
select
    daily.currency,
    sum(daily.spend) as figure
from marts.campaign_daily as daily
inner join marts.accounts as accounts on daily.account_id = accounts.account_id
where
    daily.day = (now() at time zone coalesce(accounts.timezone_name, 'UTC'))::date - 1
    and daily.currency is not null
group by daily.currency
order by daily.currency;

-- name: active_users_count
select count(distinct user_id) as figure
from ops.sessions
where revoked_at is null and expires_at > now();

-- name: account_freshness_seconds
select
    account_id,
    extract(epoch from now() - max(read_at)) as figure
from raw.reading_runs
where level = 'campaign' and breakdown = '' and ok
group by account_id
order by account_id;

-- name: open_anomalies
select
    severity,
    count(*) as figure
from analysis.anomalies
where status = 'OPEN'
group by severity
order by severity;

-- name: open_incidents
select
    kind,
    count(*) as figure
from ops.incidents
where resolved_at is null
group by kind
order by kind;

-- name: failing_jobs
select
    job,
    1 as figure
from ops.job_outcomes
where not ok
order by job;

-- name: database_connections
select count(*) as figure
from pg_stat_activity
where datname = current_database();

-- name: campaign_ctr
-- Per currency and bound: campaigns at or below the bound, all campaigns, the sum of their figures.
with figures as (
    select
        daily.campaign_id,
        min(daily.currency) as currency,
        sum(daily.clicks)::numeric / nullif(sum(daily.impressions), 0) as figure
    from marts.campaign_daily as daily
    inner join marts.campaigns as campaigns on daily.campaign_id = campaigns.campaign_id
    where
        campaigns.effective_status = 'ACTIVE'
        and daily.day between current_date - cast(:days as integer) and current_date - 1
    group by daily.campaign_id
    having count(distinct daily.currency) = 1
)

select
    figures.currency,
    bounds.bound,
    count(*) filter (where figures.figure <= bounds.bound) as at_most,
    count(*) as campaigns,
    sum(figures.figure) as total
from figures
cross join unnest(cast(:bounds as numeric[])) as bounds (bound)
where figures.figure is not null
group by figures.currency, bounds.bound
order by figures.currency, bounds.bound;

-- name: campaign_cpa
with figures as (
    select
        daily.campaign_id,
        min(daily.currency) as currency,
        sum(daily.spend) / nullif(sum(daily.conversions), 0) as figure
    from marts.campaign_daily as daily
    inner join marts.campaigns as campaigns on daily.campaign_id = campaigns.campaign_id
    where
        campaigns.effective_status = 'ACTIVE'
        and daily.day between current_date - cast(:days as integer) and current_date - 1
    group by daily.campaign_id
    having count(distinct daily.currency) = 1
)

select
    figures.currency,
    bounds.bound,
    count(*) filter (where figures.figure <= bounds.bound) as at_most,
    count(*) as campaigns,
    sum(figures.figure) as total
from figures
cross join unnest(cast(:bounds as numeric[])) as bounds (bound)
where figures.figure is not null
group by figures.currency, bounds.bound
order by figures.currency, bounds.bound;
