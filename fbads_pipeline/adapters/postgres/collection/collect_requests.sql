-- name: add
insert into ops.collect_requests (asked_by, asked_at)
values (:by, :now)
returning request_id;

-- name: add_days
-- Not where the same days of the account were asked for since :recent.
insert into ops.collect_requests (asked_by, asked_at, account_ids, first_day, last_day)
select
    :by as asked_by,
    cast(:now as timestamptz) as asked_at,
    array[cast(:account_id as text)] as account_ids,
    cast(:first as date) as first_day,
    cast(:last as date) as last_day
where
    not exists (
        select from ops.collect_requests
        where
            account_ids = array[cast(:account_id as text)]
            and first_day = :first
            and last_day = :last
            and asked_at > :recent
    )
returning request_id;

-- name: take_due
update ops.collect_requests set
    taken_at = clock_timestamp()
where taken_at is null and first_day is null
returning request_id;

-- name: take_days
-- The oldest request for days; one at a time, a run for each.
update ops.collect_requests set
    taken_at = clock_timestamp()
where
    request_id = (
        select min(request_id) from ops.collect_requests
        where taken_at is null and first_day is not null
    )
returning request_id, account_ids, first_day, last_day;

-- name: newest_of_account
select
    first_day,
    last_day,
    asked_at,
    taken_at
from ops.collect_requests
where account_ids @> array[cast(:account_id as text)] and first_day <= :last and last_day >= :first
order by taken_at is not null, asked_at desc, request_id desc
limit 1;

-- name: progress
-- Of each account with requested days: its name where it is known, how many days were asked for and how many of them
-- were ever read, and whether a run was launched for any.
select
    asked.account_id,
    accounts.name,
    count(*) as days,
    count(states.read_at) as read_days,
    bool_or(asked.is_taken) as is_taken
from (
    select
        requested.account_id,
        series.day::date as asked_day,
        bool_or(requests.taken_at is not null) as is_taken
    from ops.collect_requests as requests
    cross join lateral unnest(requests.account_ids) as requested (account_id)
    cross join lateral generate_series(requests.first_day, requests.last_day, interval '1 day') as series (day)
    where requests.first_day is not null
    group by requested.account_id, series.day
) as asked
left join raw.accounts as accounts on asked.account_id = accounts.account_id
left join raw.day_states as states
    on
        asked.account_id = states.account_id
        and states.level = 'account'
        and states.breakdown = ''
        and asked.asked_day = states.day
group by asked.account_id, accounts.name
order by asked.account_id;
