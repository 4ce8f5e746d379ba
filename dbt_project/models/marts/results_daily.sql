select
    facts.account_id,
    facts.level,
    facts.campaign_id,
    facts.adset_id,
    facts.ad_id,
    facts.day,
    {{ currency_of('facts') }} as currency,
    entries.indicator,
    entries.attribution_window,
    case
        when entries.is_told then entries.result
        -- An indicator without a value has none, unless a level below has some.
        when not exists (
            select
            from {{ ref('stg_insights') }} as parts
            cross join lateral ({{ told_results('parts.results') }}) as below
            where
                parts.account_id = facts.account_id
                and parts.day = facts.day
                and parts.object_id <> facts.object_id
                and facts.object_id in (parts.account_id, parts.campaign_id, parts.adset_id)
                and below.indicator = entries.indicator
                and below.result <> 0
        ) then 0
    end as results,
    prices.result as cost_per_result
from {{ ref('stg_insights') }} as facts
cross join lateral ({{ told_results('facts.results') }}) as entries
left join lateral ({{ told_results('facts.result_costs') }}) as prices
    on
        entries.indicator = prices.indicator
        and entries.attribution_window = prices.attribution_window
left join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
