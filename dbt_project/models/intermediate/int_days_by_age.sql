select
    known.account_id,
    known.day,
    known.age_days,
    -- A day counts at an age at which it was read; the last age is the day's final state.
    known.age_days = {{ var('final_after_days') }} or known.age_days = any(known.ages_read) as was_read,
    known.spend,
    known.conversions,
    known.conversion_value,
    first_value(known.spend) over oldest_first as final_spend,
    first_value(known.conversions) over oldest_first as final_conversions,
    first_value(known.conversion_value) over oldest_first as final_conversion_value
from (
    select
        days.account_id,
        days.day,
        days.ages_read,
        ages.age_days,
        {{ of_last_reading('readings.spend') }} as spend,
        {{ of_last_reading('readings.conversions') }} as conversions,
        {{ of_last_reading('readings.conversion_value') }} as conversion_value
    from (
        select
            runs.account_id,
            runs.day,
            array_agg((runs.read_at at time zone accounts.timezone_name)::date - runs.day) as ages_read
        from {{ ref('stg_reading_runs') }} as runs
        inner join {{ ref('stg_accounts') }} as accounts on runs.account_id = accounts.account_id
        where
            runs.level = 'account'
            and runs.breakdown = ''
            and runs.is_ok
            and runs.day >= {{ oldest_maturing_day('accounts.timezone_name') }}
        group by runs.account_id, runs.day
        -- The last of the daily readings: afterwards Meta restates nothing.
        having
            max((runs.read_at at time zone accounts.timezone_name)::date - runs.day)
            >= {{ var('final_after_days') }} - 1
    ) as days
    cross join (values ({{ var('maturity_ages') | join('), (') }})) as ages (age_days)
    left join (
        select
            facts.account_id,
            facts.day,
            facts.collected_at as read_at,
            (facts.collected_at at time zone accounts.timezone_name)::date - facts.day as age_days,
            case when facts.is_removed then 0 else facts.spend end as spend,
            case when facts.is_removed then 0 else goal.conversions end as conversions,
            case when facts.is_removed then 0 else goal.conversion_value end as conversion_value
        from {{ ref('int_reading_measures') }} as facts
        inner join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
        {{ goal_of_row(of_account=true) }}
        where facts.level = 'account' and facts.day >= {{ oldest_maturing_day('accounts.timezone_name') }}
    ) as readings
        on
            days.account_id = readings.account_id
            and days.day = readings.day
            and (ages.age_days = {{ var('final_after_days') }} or ages.age_days >= readings.age_days)
    group by days.account_id, days.day, days.ages_read, ages.age_days
) as known
window oldest_first as (partition by known.account_id, known.day order by known.age_days desc)
