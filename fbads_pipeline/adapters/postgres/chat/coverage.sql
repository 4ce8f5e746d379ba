-- How far the days of an answer are read, per account and side ("now", and "before" where two stretches are compared).

-- name: coverage
-- The arrays belong together: a side, an account, its first and its last day of those that have come, its today.
-- missing: ranges of days that were not read well, as [first, last] in ISO; today_read_at: the newest good reading of
-- today, where the days hold it; newest_read_at: of all the days, also of one that was not over then.
with scope as (
    select *
    from
        unnest(
            cast(:sides as text[]),
            cast(:account_ids as text[]),
            cast(:first_days as date[]),
            cast(:last_days as date[]),
            cast(:todays as date[])
        ) as periods (side, account_id, first_day, last_day, today)
),

covered as (
    select
        scope.side,
        scope.account_id,
        scope.first_day,
        scope.last_day,
        scope.today,
        coalesce(
            range_agg(daterange(known.day, known.day, '[]')) filter (where known.is_read), cast('{}' as datemultirange)
        ) as days,
        count(*) filter (where known.is_read) as days_read,
        max(known.read_at) filter (where known.day = scope.today) as today_read_at,
        max(known.read_at) as newest_read_at
    from scope
    left join marts.day_coverage as known
        on
            scope.account_id = known.account_id
            and known.account_id = any(cast(:account_ids as text[]))
            and known.level = :level
            and known.day between cast(:first as date) and cast(:last as date)
            and known.day between scope.first_day and scope.last_day
    group by scope.side, scope.account_id, scope.first_day, scope.last_day, scope.today
)

select
    covered.side,
    covered.account_id as account,
    accounts.name as account_name,
    accounts.timezone_name,
    covered.first_day,
    covered.last_day,
    covered.today,
    covered.last_day - covered.first_day + 1 as days_asked,
    covered.days_read,
    (
        select json_agg(json_build_array(lower(gap), upper(gap) - 1) order by gap)
        from unnest(datemultirange(daterange(covered.first_day, covered.last_day, '[]')) - covered.days) as gap
    ) as missing,
    covered.today_read_at,
    covered.newest_read_at,
    count(*) over () as groups
from covered
left join marts.accounts as accounts on covered.account_id = accounts.account_id
order by covered.side desc, covered.account_id asc;
