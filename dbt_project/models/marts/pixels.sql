select
    pixels.account_id,
    pixels.pixel_id,
    pixels.name,
    pixels.last_fired_at,
    pixels.is_unavailable,
    pixels.data_use_setting,
    pixels.collected_at >= listed.read_at as is_listed,
    events.known_since as events_known_since,
    events.known_until as events_known_until,
    events.refused as events_refused,
    quality.refused as quality_refused
from {{ source('raw', 'pixels') }} as pixels
left join {{ source('raw', 'pixel_readings') }} as listed
    on pixels.account_id = listed.account_id and listed.part = 'list'
left join {{ source('raw', 'pixel_readings') }} as events
    on pixels.account_id = events.account_id and pixels.pixel_id = events.pixel_id and events.part = 'events'
left join {{ source('raw', 'pixel_readings') }} as quality
    on pixels.account_id = quality.account_id and pixels.pixel_id = quality.pixel_id and quality.part = 'quality'
