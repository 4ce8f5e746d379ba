select
    readings.account_id,
    readings.level,
    readings.day,
    readings.object_id,
    readings.campaign_id,
    readings.is_removed,
    {{ measures('readings') }},
    readings.read_at as collected_at
from {{ ref('stg_insight_readings') }} as readings
{{ by_action_type('readings') }}
