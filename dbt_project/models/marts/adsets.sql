select
    adsets.account_id,
    adsets.campaign_id,
    adsets.adset_id,
    adsets.name,
    adsets.status,
    adsets.effective_status,
    adsets.optimization_goal,
    adsets.billing_event,
    adsets.bid_strategy,
    {{ major_units('adsets.bid_amount_minor', 'accounts.minor_units') }} as bid_amount,
    accounts.currency,
    accounts.timezone_name,
    {{ major_units('adsets.daily_budget_minor', 'accounts.minor_units') }} as daily_budget,
    {{ major_units('adsets.lifetime_budget_minor', 'accounts.minor_units') }} as lifetime_budget,
    adsets.is_known,
    adsets.start_at,
    adsets.end_at,
    adsets.created_at,
    adsets.updated_at,
    adsets.collected_at
from {{ ref('stg_adsets') }} as adsets
left join {{ ref('stg_accounts') }} as accounts on adsets.account_id = accounts.account_id
