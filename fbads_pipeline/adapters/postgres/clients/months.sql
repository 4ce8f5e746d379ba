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
-- what goes on.
select
    stopping.account_id,
    stopping.stop_on,
    array_agg(stopping.day) as days,
    array_agg(stopping.spend) as spends
from (
    select
        campaigns.account_id,
        case
            when campaigns.effective_status = 'ACTIVE'
                then ((campaigns.stop_at - interval '1 microsecond') at time zone campaigns.timezone_name)::date + 1
        end as stop_on,
        daily.day,
        sum(daily.spend) as spend
    from marts.campaigns as campaigns
    inner join marts.campaign_daily as daily
        on
            campaigns.account_id = daily.account_id
            and campaigns.campaign_id = daily.campaign_id
            and daily.day >= :since
            and daily.spend > 0
    where
        (cast(:accounts as text[]) is null or campaigns.account_id = any(cast(:accounts as text[])))
        and (campaigns.effective_status <> 'ACTIVE' or campaigns.stop_at < :until)
    group by campaigns.account_id, stop_on, daily.day
) as stopping
group by stopping.account_id, stopping.stop_on;

-- name: budgets
-- The month's budget of each account on :day: of the targets that hold, the last one that was set.
select distinct on (account_id)
    account_id,
    currency,
    monthly_budget
from ops.targets
where
    campaign_id is null
    and name_pattern is null
    and monthly_budget is not null
    and valid_from <= :day
    and (valid_until is null or valid_until >= :day)
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
order by account_id asc, target_id desc;

-- name: is_muted
select ops.is_muted(:account, null, array['budget'], :now);
