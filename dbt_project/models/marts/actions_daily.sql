select
    facts.account_id,
    facts.level,
    facts.campaign_id,
    facts.adset_id,
    facts.ad_id,
    facts.day,
    {{ currency_of('facts') }} as currency,
    types.action_type,
    {{ figure_of_type('facts.action_counts', 'types.action_type') }} as actions,
    {{ figure_of_type('facts.action_amounts', 'types.action_type') }} as action_value
from (
    select
        account_id,
        'account' as level,
        null::text as campaign_id,
        null::text as adset_id,
        null::text as ad_id,
        day,
        currency,
        action_counts,
        action_amounts
    from {{ ref('int_account_daily') }}
    union all
    select
        account_id,
        'campaign' as level,
        campaign_id,
        null::text as adset_id,
        null::text as ad_id,
        day,
        currency,
        action_counts,
        action_amounts
    from {{ ref('int_campaign_daily') }}
    union all
    select
        account_id,
        'adset' as level,
        campaign_id,
        adset_id,
        null::text as ad_id,
        day,
        currency,
        action_counts,
        action_amounts
    from {{ ref('int_adset_daily') }}
    union all
    select
        account_id,
        'ad' as level,
        campaign_id,
        adset_id,
        ad_id,
        day,
        currency,
        action_counts,
        action_amounts
    from {{ ref('int_ad_daily') }}
) as facts
cross join lateral jsonb_object_keys(facts.action_counts || facts.action_amounts) as types (action_type)
left join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
