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
-- Campaigns that spent since :since and do not run, or end before :until: their days, apart from what goes on.
select
    campaigns.account_id,
    campaigns.campaign_id,
    campaigns.effective_status = 'ACTIVE' as is_active,
    ((campaigns.stop_at - interval '1 microsecond') at time zone campaigns.timezone_name)::date + 1 as stop_on,
    array_agg(daily.day) as days,
    array_agg(daily.spend) as spends
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
group by
    campaigns.account_id,
    campaigns.campaign_id,
    campaigns.effective_status,
    campaigns.stop_at,
    campaigns.timezone_name;

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
