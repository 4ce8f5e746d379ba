select
    facts.account_id,
    facts.level,
    facts.campaign_id,
    facts.adset_id,
    facts.ad_id,
    facts.day,
    {{ currency_of('facts') }} as currency,
    told.action_type,
    told.attribution_window,
    told.actions,
    told.action_value
from {{ ref('stg_insights') }} as facts
cross join
    lateral (
        select
            windows.action_type,
            windows.attribution_window,
            max(windows.figure) filter (where windows.is_count) as actions,
            max(windows.figure) filter (where not windows.is_count) as action_value
        from (
            select
                action ->> 'action_type' as action_type,
                figures.key as attribution_window,
                figures.value::numeric as figure,
                true as is_count
            from jsonb_array_elements(facts.actions) as action
            cross join lateral jsonb_each_text(action - array['action_type', 'value']) as figures
            where figures.key ~ '^([0-9]|skan_)'
            union all
            select
                action ->> 'action_type' as action_type,
                figures.key as attribution_window,
                figures.value::numeric as figure,
                false as is_count
            from jsonb_array_elements(facts.action_values) as action
            cross join lateral jsonb_each_text(action - array['action_type', 'value']) as figures
            where figures.key ~ '^([0-9]|skan_)'
        ) as windows
        where windows.action_type is not null
        group by windows.action_type, windows.attribution_window
    ) as told
left join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
