select
    events.account_id,
    events.pixel_id,
    events.event,
    events.hour_at,
    (events.hour_at at time zone coalesce(nullif(accounts.timezone_name, ''), 'UTC'))::date as day,
    events.events
from {{ source('raw', 'pixel_events') }} as events
left join {{ source('raw', 'accounts') }} as accounts on events.account_id = accounts.account_id
