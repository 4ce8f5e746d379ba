select
    readings.account_id,
    readings.day,
    readings.read_at,
    coalesce(readings.previous_read_at, readings.begins_at) as from_at,
    least(readings.read_at, readings.ends_at) as until_at,
    round(extract(epoch from (
        least(readings.read_at, readings.ends_at) - coalesce(readings.previous_read_at, readings.begins_at)
    )) / 60)::integer as minutes,
    readings.read_at >= readings.ends_at as is_last
from (
    select
        runs.account_id,
        runs.day,
        runs.read_at,
        bounds.begins_at,
        bounds.ends_at,
        lag(runs.read_at) over (partition by runs.account_id, runs.day order by runs.read_at) as previous_read_at,
        min(runs.read_at) over (partition by runs.account_id, runs.day) as first_read_at
    from (
        select distinct
            account_id,
            day,
            read_at
        from {{ ref('stg_reading_runs') }}
        where level = 'campaign' and breakdown = '' and is_ok
    ) as runs
    inner join {{ ref('stg_account_periods') }} as periods
        on
            runs.account_id = periods.account_id
            and runs.day >= periods.first_day
            and runs.day < periods.until_day
    cross join
        lateral (
            select
                runs.day::timestamp at time zone periods.timezone_name as begins_at,
                (runs.day + 1)::timestamp at time zone periods.timezone_name as ends_at
        ) as bounds
    where
        runs.read_at > bounds.begins_at
        and runs.day >= {{ local_today('periods.timezone_name') }} - {{ var('intraday_days') }}
) as readings
-- The readings of the day itself, and the first one after it, which closes the day.
where
    readings.first_read_at < readings.ends_at
    and coalesce(readings.previous_read_at, readings.begins_at) < readings.ends_at
