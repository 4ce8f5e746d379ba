-- name: account
select
    accounts.currency,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name,
    accounts.goal_family,
    (
        select max(daily.collected_at) from marts.campaign_daily as daily
        where daily.account_id = accounts.account_id
    ) as as_of,
    (select coalesce(max(publications.version), 0) from intermediate.publications as publications) as marts_version
from marts.accounts as accounts
where accounts.account_id = :account and accounts.currency is not null;

-- name: copy_history
-- Only amounts in the account's currency of today: a change of currency starts a new history.
copy (
    select
        campaign_id,
        day,
        impressions,
        clicks,
        spend,
        conversions
    from marts.campaign_daily
    where account_id = :account and day between :since and :until and currency = :currency
    order by campaign_id, day
) to stdout with (format csv);

-- name: unread_days
-- Days of the history that were never read well: what was delivered on them is not known.
select days.day::date as day
from generate_series(cast(:since as date), cast(:until as date), interval '1 day') as days (day)
left join marts.day_coverage as coverage
    on
        coverage.account_id = :account
        and coverage.level = :level
        and days.day::date = coverage.day
where not coalesce(coverage.is_read, false)
order by day;

-- name: campaigns
select
    campaign_id,
    coalesce(effective_status, '') as status,
    coalesce(objective, '') as objective,
    name,
    goal_family
from marts.campaigns
where account_id = :account;

-- name: learning_campaigns
-- Campaigns whose active ad sets are all in Meta's learning phase.
select campaign_id
from marts.adsets
where account_id = :account and effective_status = 'ACTIVE' and learning_status is not null
group by campaign_id
having bool_and(learning_status = 'LEARNING');

-- name: budget_states
select
    object_id,
    campaign_id,
    (valid_from at time zone :timezone)::date as day,
    daily_budget::double precision,
    is_active
from (
    select
        campaign_id as object_id,
        campaign_id,
        valid_from,
        daily_budget,
        effective_status = 'ACTIVE' as is_active
    from marts.campaign_history
    where account_id = :account
    union all
    select
        adset_id as object_id,
        campaign_id,
        valid_from,
        daily_budget,
        effective_status = 'ACTIVE' as is_active
    from marts.adset_history
    where account_id = :account
) as budgets
order by valid_from, object_id;

-- name: budget_edits
-- Meta writes an amount plainly or inside an object; lifetime budgets are no daily ones.
select
    object_id,
    day,
    old_minor / :minor_units as old_budget
from (
    select
        object_id,
        event_at,
        (event_at at time zone :timezone)::date as day,
        case jsonb_typeof(extra -> 'old_value')
            when 'number' then (extra ->> 'old_value')::double precision
            when 'object' then substring(extra -> 'old_value' ->> 'old_value' from '^[0-9]+$')::double precision
            when 'string' then substring(extra ->> 'old_value' from '^[0-9]+$')::double precision
        end as old_minor
    from raw.activities
    where
        account_id = :account and event_type in ('update_campaign_budget', 'update_ad_set_budget')
        and coalesce(extra ->> 'budget_type', 'daily_budget') = 'daily_budget'
) as edits
where old_minor >= 0
order by event_at;

-- name: has_change_log
select exists(
    select from raw.activities
    where account_id = :account
);

-- name: open_anomalies
select
    campaign_id,
    kind,
    severity,
    since
from analysis.anomalies
where account_id = :account and status = 'OPEN'
order by campaign_id, metric;

-- name: pending_suggestions
-- The posterior's suggestions that wait for a decision.
select
    campaign_id,
    kind
from ops.suggestions
where
    account_id = :account and adset_id = '' and status in ('PENDING', 'WAITING') and rules @> array['posterior']
order by campaign_id;
