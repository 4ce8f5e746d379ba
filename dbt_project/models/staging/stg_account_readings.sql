select
    account_id,
    name,
    currency,
    timezone_name,
    account_status,
    read_at
from {{ source('raw', 'account_readings') }}
