-- How far the days of an answer are read.

-- name: coverage
-- One row per account with a reading: its days that were read well as ranges, those of them whose newest reading was no
-- good one, and the newest good reading of the days (of a day that was not over then, too) and of today.
select
    known.account_id as account,
    cast(range_agg(daterange(known.day, known.day, '[]')) filter (where known.is_read) as text) as days_read,
    count(*) filter (where known.is_read and known.state <> 'read') as days_doubtful,
    max(known.read_at) as newest_read_at,
    max(known.read_at) filter (where known.day >= cast(:today as date)) as today_read_at,
    count(*) over () as groups
from marts.day_coverage as known
where
    known.account_id = any(cast(:account_ids as text[]))
    and known.level = :level
    and known.day between cast(:first as date) and cast(:last as date)
group by known.account_id
order by known.account_id;

-- name: breakdown_coverage
-- The same of campaigns by a breakdown, which is read less often than their plain rows: from its readings, for
-- marts.day_coverage is of plain rows.
with known as (
    select
        runs.account_id,
        runs.day,
        max(runs.read_at) filter (where runs.is_ok) as read_at,
        (array_agg(runs.state order by runs.read_at desc))[1] as state
    from marts.reading_runs as runs
    where
        runs.account_id = any(cast(:account_ids as text[]))
        and runs.level = :level
        and runs.breakdown = :breakdown
        and runs.day between cast(:first as date) and cast(:last as date)
    group by runs.account_id, runs.day
),

judged as (
    select
        known.*,
        coalesce(
            known.read_at >= (known.day + 1)::timestamp at time zone accounts.timezone_name
            or (known.read_at is not null and known.day >= cast(:today as date)),
            false
        ) as is_read
    from known
    inner join marts.accounts as accounts on known.account_id = accounts.account_id
)

select
    account_id as account,
    cast(range_agg(daterange(day, day, '[]')) filter (where is_read) as text) as days_read,
    count(*) filter (where is_read and state <> 'read') as days_doubtful,
    max(read_at) as newest_read_at,
    max(read_at) filter (where day >= cast(:today as date)) as today_read_at,
    count(*) over () as groups
from judged
group by account_id
order by account_id;
