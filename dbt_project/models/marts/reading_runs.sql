select
    account_id,
    level,
    breakdown,
    day,
    read_at,
    run_id,
    is_ok,
    state,
    rows_read,
    rows_changed,
    rows_removed,
    is_ok and rows_changed + rows_removed = 0 as is_unchanged,
    error
from {{ ref('stg_reading_runs') }}
