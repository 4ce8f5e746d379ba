select
    changes.account_id,
    changes.currency,
    changes.timezone_name,
    case when changes.is_first then '-infinity' else changes.read_at end as valid_from,
    coalesce(changes.next_read_at, 'infinity') as valid_to,
    case
        when changes.is_first then '-infinity'
        else (changes.read_at at time zone changes.timezone_name)::date
    end as first_day,
    coalesce((changes.next_read_at at time zone changes.next_zone)::date, 'infinity') as until_day
from (
    select
        readings.account_id,
        readings.currency,
        readings.timezone_name,
        readings.read_at,
        lag(readings.read_at) over by_account is null as is_first,
        lead(readings.read_at) over by_account as next_read_at,
        lead(readings.timezone_name) over by_account as next_zone
    from (
        select
            account_id,
            currency,
            timezone_name,
            read_at,
            not coalesce(
                currency = lag(currency) over (partition by account_id order by read_at)
                and timezone_name = lag(timezone_name) over (partition by account_id order by read_at),
                false
            ) as is_another
        from {{ ref('stg_account_readings') }}
    ) as readings
    where readings.is_another
    window by_account as (partition by readings.account_id order by readings.read_at)
) as changes
