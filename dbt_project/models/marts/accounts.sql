select
    accounts.account_id,
    accounts.name,
    accounts.account_status,
    case accounts.account_status
        when 1 then 'ACTIVE'
        when 2 then 'DISABLED'
        when 3 then 'UNSETTLED'
        when 7 then 'PENDING_RISK_REVIEW'
        when 8 then 'PENDING_SETTLEMENT'
        when 9 then 'IN_GRACE_PERIOD'
        when 100 then 'PENDING_CLOSURE'
        when 101 then 'CLOSED'
        when 201 then 'ANY_ACTIVE'
        when 202 then 'ANY_CLOSED'
    end as status,
    accounts.currency,
    accounts.timezone_name,
    accounts.is_zone_known,
    accounts.minor_units,
    coalesce(goals.family, '{{ default_goal() }}') as goal_family,
    coalesce(goals.has_several, false) as has_several_goals,
    accounts.created_at,
    accounts.collected_at
from {{ ref('stg_accounts') }} as accounts
left join {{ ref('stg_account_goals') }} as goals
    on accounts.account_id = goals.account_id and goals.campaign_id is null
