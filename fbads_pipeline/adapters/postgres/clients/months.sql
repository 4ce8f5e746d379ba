-- name: days
-- A row per account: its days since :since that were read or tried, and what was spent on them. Null where Meta did not
-- report it, 0 where the day was read and nothing was delivered.
select
    accounts.account_id,
    accounts.name,
    accounts.currency,
    accounts.timezone_name,
    array_agg(coverage.day) filter (where coverage.is_read) as days,
    array_agg(
        case when daily.day is null then 0 else daily.spend end
    ) filter (where coverage.is_read) as spends
from marts.accounts as accounts
left join marts.day_coverage as coverage
    on accounts.account_id = coverage.account_id and coverage.level = 'account' and coverage.day >= :since
left join marts.account_daily as daily
    on coverage.account_id = daily.account_id and coverage.day = daily.day
where
    accounts.currency is not null
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
group by accounts.account_id, accounts.name, accounts.currency, accounts.timezone_name
order by accounts.account_id;

-- name: stopping
-- What campaigns spent since :since that do not run (stop_on null), or that end before :until: per account, apart from
-- what goes on. The campaigns are found first: they are few, and the days of all campaigns are many.
with ending as materialized (
    select
        campaigns.account_id,
        campaigns.campaign_id,
        case
            when campaigns.effective_status = 'ACTIVE'
                then ((campaigns.stop_at - interval '1 microsecond') at time zone campaigns.timezone_name)::date + 1
        end as stop_on
    from marts.campaigns as campaigns
    where
        (cast(:accounts as text[]) is null or campaigns.account_id = any(cast(:accounts as text[])))
        and (campaigns.effective_status <> 'ACTIVE' or campaigns.stop_at < :until)
)

select
    stopping.account_id,
    stopping.stop_on,
    array_agg(stopping.day) as days,
    array_agg(stopping.spend) as spends
from (
    select
        ending.account_id,
        ending.stop_on,
        daily.day,
        sum(daily.spend) as spend
    from ending
    inner join marts.campaign_daily as daily
        on
            ending.account_id = daily.account_id
            and ending.campaign_id = daily.campaign_id
            and daily.day >= :since
            and daily.spend > 0
    group by ending.account_id, ending.stop_on, daily.day
) as stopping
group by stopping.account_id, stopping.stop_on;

-- name: budgets
-- The month's budget of each account on its own today: of the targets that hold, the last one that was set.
select distinct on (targets.account_id)
    targets.account_id,
    targets.currency,
    targets.monthly_budget
from ops.targets as targets
inner join marts.accounts as accounts on targets.account_id = accounts.account_id
cross join
    lateral (
        select (cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date as today
    ) as clocks
where
    targets.campaign_id is null
    and targets.name_pattern is null
    and targets.monthly_budget is not null
    and targets.valid_from <= clocks.today
    and (targets.valid_until is null or targets.valid_until >= clocks.today)
    and (cast(:accounts as text[]) is null or targets.account_id = any(cast(:accounts as text[])))
order by targets.account_id asc, targets.target_id desc;

-- name: accounts_with_scopes
-- Accounts for some of whose campaigns a monthly budget was ever set, with the days that were read for campaigns.
select
    accounts.account_id,
    accounts.name,
    accounts.currency,
    accounts.timezone_name,
    array_agg(coverage.day) filter (where coverage.is_read) as days
from marts.accounts as accounts
left join marts.day_coverage as coverage
    on accounts.account_id = coverage.account_id and coverage.level = 'campaign' and coverage.day >= :since
where
    accounts.currency is not null
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
    and exists (
        select from ops.targets as targets
        where
            targets.account_id = accounts.account_id and targets.monthly_budget is not null
            and (targets.campaign_id is not null or targets.name_pattern is not null)
    )
group by accounts.account_id, accounts.name, accounts.currency, accounts.timezone_name
order by accounts.account_id;

-- name: campaign_spends
-- Each campaign with what it spent on its days since :since, null where Meta did not report it. stop_on: the first day
-- without delivery of one that ends before :until.
select
    campaigns.account_id,
    campaigns.campaign_id,
    campaigns.name,
    campaigns.effective_status = 'ACTIVE' as is_active,
    case
        when campaigns.stop_at < :until
            then ((campaigns.stop_at - interval '1 microsecond') at time zone campaigns.timezone_name)::date + 1
    end as stop_on,
    array_agg(daily.day) filter (where daily.day is not null) as days,
    array_agg(daily.spend) filter (where daily.day is not null) as spends
from marts.campaigns as campaigns
left join marts.campaign_daily as daily
    on
        campaigns.account_id = daily.account_id
        and campaigns.campaign_id = daily.campaign_id
        and daily.day >= :since
where campaigns.account_id = any(cast(:accounts as text[]))
group by
    campaigns.account_id, campaigns.campaign_id, campaigns.name, campaigns.effective_status, campaigns.stop_at,
    campaigns.timezone_name
order by campaigns.account_id, campaigns.campaign_id;

-- name: is_muted
select ops.is_muted(:account, null, array['budget'], :now);
