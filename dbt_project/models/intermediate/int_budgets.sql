select
    budgets.account_id,
    budgets.campaign_id,
    budgets.adset_id,
    budgets.budget_level,
    budgets.object_id,
    budgets.name,
    budgets.effective_status,
    accounts.currency,
    {{ major_units('nullif(budgets.daily_budget_minor, 0)', 'accounts.minor_units') }} as daily_budget,
    {{ major_units('nullif(budgets.lifetime_budget_minor, 0)', 'accounts.minor_units') }} as lifetime_budget,
    budgets.start_at as starts_at,
    -- Meta reports the epoch for "none".
    case when budgets.end_at > 'epoch' then budgets.end_at end as stops_at,
    accounts.timezone_name,
    today.local_day,
    {{ midnight('today.local_day', 'accounts.timezone_name') }} as begins_at,
    {{ midnight('today.local_day + 1', 'accounts.timezone_name') }} as ends_at
from (
    select
        account_id,
        campaign_id,
        null::text as adset_id,
        'campaign' as budget_level,
        campaign_id as object_id,
        name,
        effective_status,
        daily_budget_minor,
        lifetime_budget_minor,
        start_at,
        stop_at as end_at
    from {{ ref('stg_campaigns') }}
    union all
    select
        account_id,
        campaign_id,
        adset_id,
        'adset' as budget_level,
        adset_id as object_id,
        name,
        effective_status,
        daily_budget_minor,
        lifetime_budget_minor,
        start_at,
        end_at
    from {{ ref('stg_adsets') }}
) as budgets
inner join {{ ref('stg_accounts') }} as accounts on budgets.account_id = accounts.account_id
cross join lateral (select {{ local_today('accounts.timezone_name') }} as local_day) as today
-- Meta reports 0 for "none".
where budgets.daily_budget_minor > 0 or budgets.lifetime_budget_minor > 0
