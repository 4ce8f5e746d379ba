select
    readings.account_id,
    readings.name,
    readings.account_status,
    readings.currency,
    readings.timezone_name,
    readings.currency <> lag(readings.currency, 1, readings.currency) over by_account as is_currency_change,
    readings.timezone_name <> lag(readings.timezone_name, 1, readings.timezone_name) over by_account as is_zone_change,
    readings.read_at as valid_from,
    lead(readings.read_at) over by_account as valid_to,
    lead(readings.read_at) over by_account is null as is_current
from {{ ref('stg_account_readings') }} as readings
window by_account as (partition by readings.account_id order by readings.read_at)
