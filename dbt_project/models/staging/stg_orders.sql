select
    source,
    order_id,
    version,
    placed_at,
    status,
    currency,
    value as gross_value,
    nullif(lower(btrim(utm_source)), '') as utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    utm_id,
    fbclid_hash,
    received_at
from {{ source('ops', 'orders') }}
