select
    account_id,
    level,
    breakdown,
    day,
    read_at,
    run_id,
    ok as is_ok,
    state,
    rows_read,
    rows_changed,
    rows_removed,
    error
from {{ source('raw', 'reading_runs') }}
