-- name: asked_days
-- The account-days of a period that have come, per account; accounts are limited to :accounts, null for all.
select
    accounts.account_id,
    least(
        cast(:until as date),
        (cast(:now as timestamptz) at time zone accounts.timezone_name)::date
    ) - cast(:since as date) + 1 as days
from marts.accounts as accounts
where cast(:accounts as text[]) is null or accounts.account_id = any(:accounts)
order by accounts.account_id;

-- name: unread_days
select
    accounts.account_id,
    series.day::date as local_day
from marts.accounts as accounts
cross join
    lateral generate_series(
        cast(:since as date),
        least(
            cast(:until as date),
            (cast(:now as timestamptz) at time zone accounts.timezone_name)::date
        ),
        interval '1 day'
    ) as series (day)
left join marts.day_coverage as coverage
    on
        accounts.account_id = coverage.account_id
        and coverage.level = :level
        and coverage.day = series.day::date
where
    (cast(:accounts as text[]) is null or accounts.account_id = any(:accounts))
    and not coalesce(coverage.is_read, false)
order by accounts.account_id, local_day;

-- name: has_marts
select to_regclass('marts.day_coverage') is not null;

-- name: of_each_account
-- Per account and number of days: how many of its last complete days were read, and between which days some were not.
select
    accounts.account_id,
    accounts.name,
    windows.asked,
    count(*) filter (where coalesce(coverage.is_read, false)) as days_read,
    min(series.day::date) filter (where not coalesce(coverage.is_read, false)) as first_unread,
    max(series.day::date) filter (where not coalesce(coverage.is_read, false)) as last_unread
from marts.accounts as accounts
cross join unnest(cast(:windows as int[])) as windows (asked)
cross join
    lateral (
        select (cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date as today
    ) as clocks
cross join
    lateral generate_series(clocks.today - windows.asked, clocks.today - 1, interval '1 day') as series (day)
left join marts.day_coverage as coverage
    on
        accounts.account_id = coverage.account_id
        and coverage.level = :level
        and coverage.day = series.day::date
group by accounts.account_id, accounts.name, windows.asked
order by accounts.account_id asc, windows.asked asc;
