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
