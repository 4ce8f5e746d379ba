-- name: one
select
    campaign_id,
    account_id,
    name,
    status,
    effective_status,
    objective,
    currency,
    timezone_name,
    daily_budget,
    lifetime_budget,
    created_at,
    updated_at,
    collected_at
from marts.campaigns
where
    campaign_id = :campaign_id
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])));

-- name: insights
select
    day,
    currency,
    impressions,
    reach,
    frequency,
    clicks,
    link_clicks,
    spend,
    purchases,
    purchase_value,
    leads,
    conversions,
    conversion_value,
    ctr,
    cpc,
    cpm,
    cpa,
    roas,
    final_on,
    is_provisional,
    collected_at
from marts.campaign_daily
where campaign_id = :campaign_id and account_id = :account_id and day between :since and :until
order by day;
