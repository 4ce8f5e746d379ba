select
    accounts.account_id,
    null::text as campaign_id,
    coalesce(targets.goal_family, named.family) as family,
    exists(
        select from {{ source('ops', 'campaign_goals') }} as kept
        where
            kept.account_id = accounts.account_id
            and kept.goal_family <> coalesce(targets.goal_family, named.family, '{{ default_goal() }}')
    ) as has_several
from {{ ref('stg_accounts') }} as accounts
left join {{ ref('account_goals') }} as named on accounts.account_id = named.account_id
cross join
    lateral (select {{ local_today("coalesce(accounts.timezone_name, 'UTC')") }} as local_day) as today
left join lateral (
    select held.goal_family
    from {{ source('ops', 'targets') }} as held
    where
        held.account_id = accounts.account_id
        and held.campaign_id is null
        and held.name_pattern is null
        and held.valid_from <= today.local_day
        and (held.valid_until is null or held.valid_until >= today.local_day)
    -- The one that was set last counts.
    order by held.target_id desc
    limit 1
) as targets on true
union all
select
    account_id,
    campaign_id,
    goal_family as family,
    false as has_several
from {{ source('ops', 'campaign_goals') }}
