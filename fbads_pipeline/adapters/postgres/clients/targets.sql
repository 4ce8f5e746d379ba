-- name: add
insert into ops.targets (
    account_id, currency, valid_from, valid_until, campaign_id, name_pattern, goal_family, cpa, roas, monthly_budget,
    set_by, set_at
)
values (
    :account_id, :currency, :valid_from, :valid_until, :campaign_id, :name_pattern, :goal_family, :cpa, :roas,
    :monthly_budget, :set_by, :set_at
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
    set_by,
    set_at
from ops.targets
where cast(:accounts as text[]) is null or account_id = any(:accounts)
order by account_id, target_id;

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
