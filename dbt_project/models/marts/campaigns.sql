select
    campaigns.account_id,
    campaigns.campaign_id,
    campaigns.name,
    campaigns.status,
    campaigns.effective_status,
    campaigns.objective,
    coalesce(own.family, goals.family, '{{ default_goal() }}') as goal_family,
    campaigns.buying_type,
    campaigns.bid_strategy,
    accounts.currency,
    accounts.timezone_name,
    {{ major_units('campaigns.daily_budget_minor', 'accounts.minor_units') }} as daily_budget,
    {{ major_units('campaigns.lifetime_budget_minor', 'accounts.minor_units') }} as lifetime_budget,
    campaigns.is_known,
    campaigns.start_at,
    campaigns.stop_at,
    campaigns.created_at,
    campaigns.updated_at,
    campaigns.collected_at,
    {{ major_units('campaigns.spend_cap_minor', 'accounts.minor_units') }} as spend_cap,
    campaigns.pacing_type
from {{ ref('stg_campaigns') }} as campaigns
left join {{ ref('stg_accounts') }} as accounts on campaigns.account_id = accounts.account_id
{{ goals_of('campaigns', 'campaigns.campaign_id') }}
