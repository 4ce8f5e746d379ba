select
    states.account_id,
    states.level,
    states.day,
    states.state,
    coalesce(
        states.read_at >= (states.day + 1)::timestamp at time zone zones.timezone_name
        or (states.read_at is not null and states.day >= {{ local_today('zones.timezone_name') }}),
        false
    ) as is_read,
    states.read_at,
    states.attempted_at
from {{ ref('stg_day_states') }} as states
left join {{ ref('stg_accounts') }} as accounts on states.account_id = accounts.account_id
cross join lateral (select coalesce(accounts.timezone_name, 'UTC') as timezone_name) as zones
where states.breakdown = ''
