-- name: add
insert into ops.targets (
    account_id, currency, valid_from, valid_until, campaign_id, name_pattern, goal_family, cpa, roas, monthly_budget,
    margin, set_by, set_at
)
values (
    :account_id, :currency, :valid_from, :valid_until, :campaign_id, :name_pattern, :goal_family, :cpa, :roas,
    :monthly_budget, :margin, :set_by, :set_at
)
returning target_id;

-- name: targets
-- In the order in which they were set. :accounts limits them, null for all.
select
    target_id,
    account_id,
    currency,
    valid_from,
    valid_until,
    campaign_id,
    name_pattern,
    goal_family,
    cpa,
    roas,
    monthly_budget,
    margin,
    set_by,
    set_at
from ops.targets
where cast(:accounts as text[]) is null or account_id = any(:accounts)
order by account_id, target_id;

-- name: accounts_with_goals
-- Accounts for whose campaigns a goal was ever named, or is kept; with the zone of their days.
select
    accounts.account_id,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name
from raw.accounts as accounts
where
    (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
    and (
        exists (
            select from ops.targets as named
            where
                named.account_id = accounts.account_id and named.goal_family is not null
                and (named.campaign_id is not null or named.name_pattern is not null)
        )
        or exists (
            select from ops.campaign_goals as kept
            where kept.account_id = accounts.account_id
        )
    )
order by accounts.account_id;

-- name: campaign_goals
select
    account_id,
    campaign_id,
    goal_family
from ops.campaign_goals
where account_id = any(cast(:accounts as text[]));

-- name: forget_campaign_goals
delete from ops.campaign_goals
where account_id = :account;

-- name: add_campaign_goal
insert into ops.campaign_goals (account_id, campaign_id, goal_family)
values (:account, :campaign, :goal);

-- name: account_currencies
select
    account_id,
    currency
from raw.accounts
where account_id = any(:accounts);

-- name: campaign_names
select
    account_id,
    campaign_id,
    name
from raw.campaigns
where account_id = any(:accounts)
order by campaign_id;

-- name: values_per_conversion
-- What a conversion brought over the days before :until, per campaign; null where a figure was not reported.
select
    daily.campaign_id,
    min(daily.conversion_goal) as goal,
    count(*) as days,
    case when count(*) = count(daily.conversions) then sum(daily.conversions) end as conversions,
    case when count(*) = count(daily.purchase_value) then sum(daily.purchase_value) end as amount
from marts.campaign_daily as daily
where
    daily.account_id = :account
    and daily.currency = :currency
    and daily.day > cast(:until as date) - cast(:days as integer)
    and daily.day <= :until
group by daily.campaign_id;

-- name: modelled_names
select
    campaign_id,
    name,
    goal_family
from marts.campaigns
where account_id = :account;
