select
    readings.account_id,
    readings.name,
    readings.currency,
    coalesce(zones.name, 'UTC') as timezone_name,
    readings.account_status,
    readings.read_at
from {{ source('raw', 'account_readings') }} as readings
left join intermediate.time_zones as zones on readings.timezone_name = zones.name
