-- The schema marts, as the review reads it.

-- name: is_published
select to_regclass('intermediate.publications') is not null;

-- name: version
select coalesce(max(version), 0) from intermediate.publications;

-- name: has_changed_days
select exists(select from raw.changed_days);

-- name: is_behind
select
    coalesce((select max(seq) from raw.changed_days), 0)
    > coalesce((select max(seq) from intermediate.publications), 0);

-- name: accounts
select
    account_id,
    name,
    currency,
    coalesce(timezone_name, 'UTC') as timezone_name,
    account_status,
    created_at
from marts.accounts
where currency is not null
order by account_id;

-- name: window_facts
select
    daily.account_id,
    daily.campaign_id,
    daily.currency,
    daily.impressions,
    daily.clicks,
    daily.spend,
    daily.conversions,
    daily.conversion_goal,
    windows.first_day,
    windows.last_day
from marts.campaign_daily as daily
inner join (
    select
        account_id,
        (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date - :days as first_day,
        (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date - 1 as last_day
    from marts.accounts
) as windows
    on
        daily.account_id = windows.account_id
        and daily.day between windows.first_day and windows.last_day;

-- name: unread_accounts
-- Of whose last :days complete local days at least one was never read well.
select windows.account_id
from (
    select
        account_id,
        (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date as today
    from marts.accounts
) as windows
left join marts.day_coverage as coverage
    on
        windows.account_id = coverage.account_id
        and coverage.level = 'campaign'
        and coverage.day between windows.today - :days and windows.today - 1
        and coverage.is_read
group by windows.account_id
having count(coverage.day) < :days
order by windows.account_id;

-- name: inactive
select wanted.campaign_id
from unnest(cast(:ids as text[])) as wanted (campaign_id)
left join marts.campaigns as campaigns on wanted.campaign_id = campaigns.campaign_id
where campaigns.effective_status is distinct from 'ACTIVE'
order by wanted.campaign_id;
