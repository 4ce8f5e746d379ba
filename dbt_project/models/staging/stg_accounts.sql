select
    accounts.account_id,
    accounts.name,
    accounts.currency,
    coalesce(zones.name, 'UTC') as timezone_name,
    zones.name is not null as is_zone_known,
    accounts.account_status,
    coalesce(minor_units.factor, 100) as minor_units,
    accounts.created_at,
    accounts.collected_at
from {{ source('raw', 'accounts') }} as accounts
left join {{ ref('currency_minor_units') }} as minor_units on accounts.currency = minor_units.currency
-- A zone that PostgreSQL does not know would fail every model that reads a local day.
left join intermediate.time_zones as zones on accounts.timezone_name = zones.name
