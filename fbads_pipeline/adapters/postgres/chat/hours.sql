-- What the steps between readings of running days tell of hours.

-- name: hour_days
-- One row per account: how many of its days were read from end to end in steps of at most :longest minutes, of how many
-- account-days in all.
select
    days.account_id as account,
    count(*) filter (where days.longest <= :longest and days.is_over) as whole_days,
    sum(count(*) filter (where days.longest <= :longest and days.is_over)) over () as whole_days_in_all,
    cast(:asked as integer) as asked_in_all,
    max(days.until_at) as as_of,
    count(*) over () as groups
from (
    select
        steps.account_id,
        steps.day,
        max(steps.minutes) as longest,
        bool_or(steps.is_last) as is_over,
        max(steps.until_at) as until_at
    from marts.campaign_intraday as steps
    where
        steps.account_id = any(cast(:account_ids as text[]))
        and steps.day between cast(:first as date) and cast(:last as date)
        and (
            cardinality(cast(:weekdays as integer[])) = 0
            or extract(isodow from steps.day) = any(cast(:weekdays as integer[]))
        )
    group by steps.account_id, steps.day
) as days
group by days.account_id
order by days.account_id;

-- name: nights
-- One row per account: of how many of its days the night until :hour_after of the next day was read, in steps of at
-- most :longest minutes, of how many account-days in all.
with days as (
    select
        steps.account_id,
        steps.day,
        max(steps.minutes) as longest,
        bool_or(steps.is_last) as is_over,
        max(steps.until_at) as until_at,
        max(
            extract(
                epoch from timezone(coalesce(accounts.timezone_name, 'UTC'), steps.until_at) - steps.day::timestamp
            ) / 60
        ) as reached
    from marts.campaign_intraday as steps
    inner join marts.accounts as accounts on steps.account_id = accounts.account_id
    where
        steps.account_id = any(cast(:account_ids as text[]))
        and steps.day between cast(:first as date) and cast(:last as date) + 1
    group by steps.account_id, steps.day
),

nights as (
    select
        first_days.account_id,
        greatest(first_days.until_at, next_days.until_at) as until_at,
        (
            first_days.longest <= :longest
            and first_days.is_over
            and next_days.longest <= :longest
            and (next_days.is_over or next_days.reached >= :hour_after * 60)
        ) as is_whole
    from days as first_days
    inner join days as next_days
        on first_days.account_id = next_days.account_id and next_days.day = first_days.day + 1
    where
        first_days.day <= cast(:last as date)
        and (
            cardinality(cast(:weekdays as integer[])) = 0
            or extract(isodow from first_days.day) = any(cast(:weekdays as integer[]))
        )
)

select
    nights.account_id as account,
    count(*) filter (where nights.is_whole) as whole_days,
    sum(count(*) filter (where nights.is_whole)) over () as whole_days_in_all,
    cast(:asked as integer) as asked_in_all,
    max(nights.until_at) as as_of,
    count(*) over () as groups
from nights
group by nights.account_id
order by nights.account_id;

-- name: clocks
-- One row per account and day: the minutes since midnight, on the account's clock, at which it was read while it ran.
select
    steps.account_id as account,
    steps.day,
    array_agg(
        distinct case
            when steps.is_last then 1440
            else
                extract(
                    epoch from timezone(coalesce(accounts.timezone_name, 'UTC'), steps.until_at) - steps.day::timestamp
                ) / 60
        end::integer
    ) as minutes,
    array_agg(
        distinct to_char(timezone(coalesce(accounts.timezone_name, 'UTC'), steps.until_at), 'HH24:MI')
    ) as times,
    max(steps.until_at) as as_of,
    count(*) over () as groups
from marts.campaign_intraday as steps
inner join marts.accounts as accounts on steps.account_id = accounts.account_id
where
    steps.account_id = any(cast(:account_ids as text[]))
    and steps.day = any(cast(:days as date[]))
group by steps.account_id, steps.day
order by steps.account_id, steps.day;
