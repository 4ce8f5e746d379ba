select
    account_id,
    level,
    breakdown,
    day,
    state,
    attempted_at,
    read_at
from {{ source('raw', 'day_states') }}
