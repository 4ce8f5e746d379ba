{%- set ages = var('maturity_ages') -%}
{%- set final_age = var('final_after_days') -%}
select
    known.account_id,
    known.day,
    known.age_days,
    -- A day counts at an age at which it was read; the last age is the day's final state.
    known.age_days = {{ final_age }} or known.age_days = any(known.ages_read) as was_read,
    known.spend,
    known.conversions,
    known.conversion_value,
    first_value(known.spend) over oldest_first as final_spend,
    first_value(known.conversions) over oldest_first as final_conversions,
    first_value(known.conversion_value) over oldest_first as final_conversion_value
from (
    select
        runs.account_id,
        runs.day,
        runs.ages_read,
        ages.age_days,
        coalesce((array_agg(readings.spend order by readings.read_at desc) filter (where readings.read_at is not null))[1], 0)
            as spend,
        coalesce(
            (array_agg(readings.conversions order by readings.read_at desc) filter (where readings.read_at is not null))[1], 0
        ) as conversions,
        coalesce(
            (array_agg(readings.conversion_value order by readings.read_at desc) filter (where readings.read_at is not null))[1],
            0
        ) as conversion_value
    from (
        select
            reading_runs.account_id,
            reading_runs.day,
            array_agg(distinct (reading_runs.read_at at time zone accounts.timezone_name)::date - reading_runs.day) as ages_read
        from {{ ref('stg_reading_runs') }} as reading_runs
        inner join {{ ref('stg_accounts') }} as accounts on reading_runs.account_id = accounts.account_id
        where
            reading_runs.level = 'account'
            and reading_runs.breakdown = ''
            and reading_runs.is_ok
            and reading_runs.day
            >= ({{ fbads_now() }} at time zone accounts.timezone_name)::date - {{ var('maturity_days') + final_age }}
        group by reading_runs.account_id, reading_runs.day
        -- The last of the daily readings: afterwards Meta restates nothing.
        having
            max((reading_runs.read_at at time zone accounts.timezone_name)::date - reading_runs.day) >= {{ final_age - 1 }}
    ) as runs
    cross join (values ({{ ages | join('), (') }})) as ages (age_days)
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
        left join {{ ref('account_goals') }} as goals on facts.account_id = goals.account_id
        {{ goal_of_row() }}
        where
            facts.level = 'account'
            and facts.day >= ({{ fbads_now() }} at time zone accounts.timezone_name)::date - {{ var('maturity_days') + final_age }}
    ) as readings
        on
            runs.account_id = readings.account_id
            and runs.day = readings.day
            and (ages.age_days = {{ final_age }} or readings.age_days <= ages.age_days)
    group by runs.account_id, runs.day, runs.ages_read, ages.age_days
) as known
window oldest_first as (partition by known.account_id, known.day order by known.age_days desc)
