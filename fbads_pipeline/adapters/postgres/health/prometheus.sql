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

-- name: feedback_marks
select
    subject,
    kind,
    is_useful::text as useful,
    count(*) as figure
from ops.feedback
group by subject, kind, is_useful
order by subject, kind, is_useful;

-- name: campaigns_analyzed
select count(*) as figure
from analysis.scores;

-- name: active_campaigns_count
select count(*) as figure
from marts.campaigns
where effective_status = 'ACTIVE';

-- name: daily_spend
-- Of accounts that are read at all; no figure for a currency of which the yesterday of some account was not read.
with yesterdays as (
    select
        account_id,
        currency,
        (now() at time zone coalesce(timezone_name, 'UTC'))::date - 1 as day
    from marts.accounts
),

covered as (
    select
        yesterdays.account_id,
        yesterdays.currency,
        yesterdays.day,
        coalesce(coverage.is_read, false) as is_read
    from yesterdays
    left join marts.day_coverage as coverage
        on
            yesterdays.account_id = coverage.account_id
            and coverage.level = 'campaign'
            and yesterdays.day = coverage.day
    where
        exists (
            select from marts.day_coverage as tried
            where
                tried.account_id = yesterdays.account_id
                and tried.day >= yesterdays.day - 7
                and tried.attempted_at > now() - interval '7 days'
        )
)

select
    coalesce(daily.currency, covered.currency) as currency,
    sum(coalesce(daily.spend, 0)) as figure
from covered
left join marts.campaign_daily as daily on covered.account_id = daily.account_id and covered.day = daily.day
where coalesce(daily.currency, covered.currency) is not null
group by coalesce(daily.currency, covered.currency)
having bool_and(covered.is_read)
order by coalesce(daily.currency, covered.currency);

-- name: coverage_asked
-- Complete account-local days of the last :days.
select
    account_id,
    cast(:days as integer) as figure
from marts.accounts
order by account_id;

-- name: coverage_read
select
    accounts.account_id,
    count(coverage.day) as figure
from marts.accounts as accounts
left join marts.day_coverage as coverage
    on
        accounts.account_id = coverage.account_id
        and coverage.level = 'campaign'
        and coverage.is_read
        and coverage.day between (now() at time zone coalesce(accounts.timezone_name, 'UTC'))::date
        - cast(:days as integer) and (now() at time zone coalesce(accounts.timezone_name, 'UTC'))::date - 1
group by accounts.account_id
order by accounts.account_id;

-- name: coverage_not_read_well
-- By the state of each day's newest reading, over the last :days.
select
    account_id,
    level,
    state,
    count(*) as figure
from marts.day_coverage
where state <> 'read' and day >= current_date - cast(:days as integer)
group by account_id, level, state
order by account_id, level, state;

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

-- name: open_delivery_problems
select
    kind,
    severity,
    count(*) as figure
from ops.delivery_problems
where ended_at is null
group by kind, severity
order by kind, severity;

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

-- name: campaign_distributions
-- Per metric, currency and bound: campaigns at or below the bound, all campaigns, the sum of their figures.
with sums as (
    select
        min(daily.currency) as currency,
        sum(daily.spend) as spend,
        case when count(*) = count(daily.clicks) then sum(daily.clicks) end::numeric as clicks,
        case when count(*) = count(daily.impressions) then sum(daily.impressions) end as impressions,
        case when count(*) = count(daily.conversions) then sum(daily.conversions) end as conversions,
        case when count(*) = count(daily.purchase_value) then sum(daily.purchase_value) end as purchase_value
    from marts.campaign_daily as daily
    inner join marts.campaigns as campaigns on daily.campaign_id = campaigns.campaign_id
    where
        campaigns.effective_status = 'ACTIVE'
        and daily.day between current_date - cast(:days as integer) and current_date - 1
    group by daily.campaign_id
    having count(distinct daily.currency) = 1
)

select
    bounds.metric,
    sums.currency,
    bounds.bound,
    count(*) filter (where ratios.figure <= bounds.bound) as at_most,
    count(*) as campaigns,
    sum(ratios.figure) as total
from sums
cross join
    lateral (
        values
        ('campaign_ctr', sums.clicks / nullif(sums.impressions, 0)),
        ('campaign_cpa', sums.spend / nullif(sums.conversions, 0)),
        ('campaign_roas', sums.purchase_value / nullif(sums.spend, 0))
    ) as ratios (metric, figure)
inner join
    unnest(cast(:metrics as text[]), cast(:bounds as numeric[])) as bounds (metric, bound)
    on ratios.metric = bounds.metric
where ratios.figure is not null
group by bounds.metric, sums.currency, bounds.bound
order by bounds.metric, sums.currency, bounds.bound;

-- name: campaigns_by_status
select
    effective_status as status,
    count(*) as figure
from marts.campaigns
where effective_status is not null
group by effective_status
order by effective_status;

-- name: daily_budget
-- A budget sits at the campaign or at its ad sets, never at both.
select
    budgets.currency,
    sum(budgets.daily_budget) as figure
from (
    select
        currency,
        daily_budget
    from marts.campaigns
    where effective_status = 'ACTIVE'
    union all
    select
        accounts.currency,
        adsets.daily_budget
    from marts.adsets as adsets
    inner join marts.accounts as accounts on adsets.account_id = accounts.account_id
    where adsets.effective_status = 'ACTIVE'
) as budgets
where budgets.daily_budget is not null and budgets.currency is not null
group by budgets.currency
order by budgets.currency;

-- name: oldest_message_seconds
select greatest(coalesce(extract(epoch from now() - min(next_attempt_at)), 0), 0) as figure
from ops.deliveries
where state in ('pending', 'sending', 'unknown');

-- name: automations_executed
select
    'decision_applied' as automation,
    count(*) as figure
from ops.suggestions
where status = 'APPLIED'
union all
select
    case when rule like 'report.%' then 'report_sent' else 'rule_alert' end as automation,
    count(*) as figure
from ops.alerts
where rule like 'report.%' or rule like 'rule.%'
group by case when rule like 'report.%' then 'report_sent' else 'rule_alert' end
union all
select
    'collect_requested' as automation,
    count(*) as figure
from ops.collect_requests
where taken_at is not null;

-- name: database_connections_allowed
select current_setting('max_connections')::integer as figure;

-- name: database_size_bytes
select
    datname as database_name,
    pg_database_size(datname) as figure
from pg_database
where datname in (current_database(), current_database() || '_dagster')
order by datname;

-- name: table_size_bytes
select
    schemaname || '.' || relname as table_name,
    pg_total_relation_size(relid) as figure
from pg_stat_user_tables
where schemaname in ('raw', 'intermediate', 'marts', 'analysis', 'ops')
order by pg_total_relation_size(relid) desc, relid
limit 20;

-- name: dagster_runs
select
    pipeline_name,
    status,
    count(*) as figure
from runs
where create_timestamp > now() at time zone 'UTC' - interval '1 day'
group by pipeline_name, status
order by pipeline_name, status;

-- name: dagster_run_seconds
select
    pipeline_name,
    avg(end_time - start_time) as figure
from runs
where status = 'SUCCESS' and create_timestamp > now() at time zone 'UTC' - interval '1 day'
group by pipeline_name
order by pipeline_name;

-- name: dagster_step_seconds
-- Of the newest 2,000 steps, by the index of their kind; shards of one step count as the step.
select
    regexp_replace(steps.step_key, '\[.*\]', '') as step,
    avg((steps.event::jsonb -> 'dagster_event' -> 'event_specific_data' ->> 'duration_ms')::numeric) / 1000 as figure
from (
    select
        step_key,
        event,
        timestamp
    from event_logs
    where dagster_event_type = 'STEP_SUCCESS'
    order by id desc
    limit 2000
) as steps
where steps.timestamp > now() at time zone 'UTC' - interval '1 day'
group by regexp_replace(steps.step_key, '\[.*\]', '')
order by regexp_replace(steps.step_key, '\[.*\]', '');

-- name: dagster_oldest_run_seconds
select coalesce(max(extract(epoch from now()) - start_time), 0) as figure
from runs
where status in ('STARTED', 'CANCELING');
