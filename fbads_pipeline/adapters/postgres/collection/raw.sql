-- name: analyze_incoming
analyze incoming;

-- name: drop_repeated
-- Pages may repeat rows (a range read again in halves, a cursor that moved): the last of each key stays.
delete from incoming as older
using incoming as newer
where
    older.day = newer.day
    and older.object_id = newer.object_id
    and older.breakdown_value = newer.breakdown_value
    and older.seq < newer.seq;

-- name: add_campaign_stubs
-- Objects that insights name before any edge shows them: insights never wait for descriptions.
insert into raw.campaigns (campaign_id, account_id, collected_at)
select distinct
    campaign_id,
    :account as account_id,
    cast(:read_at as timestamptz) as collected_at
from incoming
order by campaign_id
on conflict do nothing;

-- name: add_adset_stubs
insert into raw.adsets (adset_id, campaign_id, account_id, collected_at)
select distinct on (adset_id)
    adset_id,
    campaign_id,
    :account as account_id,
    cast(:read_at as timestamptz) as collected_at
from incoming
order by adset_id
on conflict do nothing;

-- name: add_ad_stubs
insert into raw.ads (ad_id, adset_id, campaign_id, account_id, collected_at)
select distinct on (ad_id)
    ad_id,
    adset_id,
    campaign_id,
    :account as account_id,
    cast(:read_at as timestamptz) as collected_at
from incoming
order by ad_id
on conflict do nothing;

-- name: order_changed_days
-- Last in its transaction, under a lock that ends with it: so `seq` becomes visible in the order of its numbers, and a
-- reader that moves a watermark past the highest one never passes over a lower one that was still on its way.
select pg_advisory_xact_lock(1717723493, 0);

-- name: add_changed_days
insert into raw.changed_days (account_id, day)
select
    account_id,
    day
from raw.reading_runs
where
    account_id = :account
    and level = :level
    and breakdown = :breakdown
    and day between :since and :until
    and read_at = :read_at
    and run_id = :run_id
    and rows_changed + rows_removed > 0;

-- name: quarantine
insert into raw.quarantine (account_id, level, breakdown, day, reason, payload, run_id, read_at)
values (:account, :level, :breakdown, :day, :reason, :payload, :run_id, :read_at);

-- name: save_accounts
insert into raw.accounts as known (
    account_id, name, currency, timezone_name, account_status, created_at, country, collected_at
)
values (:account_id, :name, :currency, :timezone_name, :account_status, :created_at, :country, :collected_at)
on conflict (account_id) do update set
    name = excluded.name,
    currency = excluded.currency,
    timezone_name = excluded.timezone_name,
    account_status = excluded.account_status,
    created_at = excluded.created_at,
    country = coalesce(excluded.country, known.country),
    collected_at = excluded.collected_at
where
(known.name, known.currency, known.timezone_name, known.account_status, known.created_at, known.country)
is distinct from
(
    excluded.name,
    excluded.currency,
    excluded.timezone_name,
    excluded.account_status,
    excluded.created_at,
    coalesce(excluded.country, known.country)
);

-- name: keep_money
-- Where it says something else than the newest one kept, or that one is from before :kept_before.
insert into raw.account_money_readings (
    account_id, read_at, currency, account_status, disable_reason, balance_minor, amount_spent_minor, spend_cap_minor,
    is_prepaid, funding_type, money_left, funding_shape
)
select
    listed.account_id,
    cast(:read_at as timestamptz) as read_at,
    listed.currency,
    listed.account_status,
    listed.disable_reason,
    listed.balance_minor,
    listed.amount_spent_minor,
    listed.spend_cap_minor,
    listed.is_prepaid,
    listed.funding_type,
    listed."left" as money_left,
    listed.funding_shape
from
    jsonb_to_recordset(cast(:rows as jsonb))
        as listed (
            account_id text, currency text, account_status integer, disable_reason integer, balance_minor bigint,
            amount_spent_minor bigint, spend_cap_minor bigint, is_prepaid boolean, funding_type integer, "left" numeric,
            funding_shape text
        )
left join lateral (
    select readings.*
    from raw.account_money_readings as readings
    where readings.account_id = listed.account_id
    order by readings.read_at desc
    limit 1
) as newest on true
where
    newest.read_at is null
    or newest.read_at < :kept_before
    or (
        newest.currency, newest.account_status, newest.disable_reason, newest.balance_minor, newest.amount_spent_minor,
        newest.spend_cap_minor, newest.is_prepaid, newest.funding_type, newest.money_left, newest.funding_shape
    )
    is distinct from
    (
        listed.currency, listed.account_status, listed.disable_reason, listed.balance_minor, listed.amount_spent_minor,
        listed.spend_cap_minor, listed.is_prepaid, listed.funding_type, listed."left", listed.funding_shape
    )
on conflict do nothing;

-- name: use_zone
select now() at time zone :zone;

-- name: known_accounts
select
    account_id,
    name,
    currency,
    timezone_name,
    account_status,
    created_at,
    country
from raw.accounts
order by account_id;

-- name: mark_stale
update raw.insights
set stale_since = :read_at
where
    account_id = any(:accounts)
    and level = any(:levels)
    and breakdown = ''
    and day >= :since
    and stale_since is null;

-- name: last_readings
select
    day,
    min(read_at) as read_at
from (
    select
        day,
        level,
        max(read_at) as read_at
    from raw.reading_runs
    where
        account_id = :account
        and breakdown = ''
        and day between :since and :until
        and state = any(:states)
        and level = any(:levels)
    group by day, level
) as latest
group by day
having count(*) = :count;

-- name: day_readings
select
    day,
    min(attempted_at) as attempted_at,
    case when count(read_at) = count(*) then min(read_at) end as read_at
from raw.day_states
where
    account_id = :account
    and breakdown = ''
    and day between :since and :until
    and level = any(:levels)
group by day
having count(*) = :count;

-- name: days_not_read_well
-- The newest readings of days since :since that were no good ones, the newest days first.
select
    states.account_id,
    states.level,
    states.breakdown,
    states.day,
    states.state,
    runs.error
from raw.day_states as states
left join lateral (
    select reading_runs.error
    from raw.reading_runs as reading_runs
    where
        reading_runs.account_id = states.account_id
        and reading_runs.level = states.level
        and reading_runs.breakdown = states.breakdown
        and reading_runs.day = states.day
        and reading_runs.read_at = states.attempted_at
    order by reading_runs.error nulls last
    limit 1
) as runs on true
where states.state <> 'read' and states.day >= :since
order by states.day desc, states.account_id asc, states.level asc, states.breakdown asc;

-- name: record_failure
insert into raw.reading_runs (account_id, level, breakdown, day, read_at, run_id, ok, error)
select
    :account as account_id,
    cast(:level as text) as level,
    cast(:breakdown as text) as breakdown,
    series.day::date as local_day,
    cast(:read_at as timestamptz) as read_at,
    cast(:run_id as text) as run_id,
    false as ok,
    cast(:error as text) as error
from generate_series(cast(:since as date), cast(:until as date), interval '1 day') as series (day)
on conflict do nothing;

-- name: save_report
insert into ops.collect_runs (
    run_id, account_id, status, error_kind, error, since, until, calls, bytes, rows_read, rows_changed, rows_removed,
    retries, waited_seconds, notes, started_at, ended_at, answers, latencies, answer_seconds
)
values (
    :run_id, :account_id, :status, :error_kind, :error, :since, :until, :calls, :bytes, :rows_read, :rows_changed,
    :rows_removed, :retries, :waited_seconds, :notes, :started_at, :ended_at, cast(:answers as jsonb),
    cast(:latencies as jsonb), :answer_seconds
)
on conflict (run_id, account_id) do update set
    status = excluded.status,
    error_kind = excluded.error_kind,
    error = excluded.error,
    calls = excluded.calls,
    bytes = excluded.bytes,
    rows_read = excluded.rows_read,
    rows_changed = excluded.rows_changed,
    rows_removed = excluded.rows_removed,
    retries = excluded.retries,
    waited_seconds = excluded.waited_seconds,
    notes = excluded.notes,
    ended_at = excluded.ended_at,
    answers = excluded.answers,
    latencies = excluded.latencies,
    answer_seconds = excluded.answer_seconds;

-- name: reports
select * from ops.collect_runs -- noqa: AM04
where run_id = :run_id
order by account_id;

-- name: stale_accounts
-- A reading that counts was of one of the last days before :read_before, not of the distant past.
select
    accounts.account_id,
    newest.read_at
from raw.accounts as accounts
left join lateral (
    select max(runs.read_at) as read_at
    from raw.reading_runs as runs
    where
        runs.account_id = accounts.account_id
        and runs.ok
        and runs.breakdown = ''
        and runs.day >= :first_day
) as newest on true
where newest.read_at is null or newest.read_at < :read_before
order by accounts.account_id;

-- name: level_differences
-- Figures of account-days of which two levels that follow each other say different things, as the run read them. An
-- action that stands without its value is the sum of the windows asked for, where these add up and all are there.
with read_levels as (
    select
        runs.account_id,
        runs.day,
        runs.level,
        array_position(cast(:levels as text[]), runs.level) as level_order
    from raw.reading_runs as runs
    where runs.run_id = :run_id and runs.breakdown = '' and runs.state = 'read'
    group by runs.account_id, runs.day, runs.level
),

read_pairs as (
    select
        neighbours.account_id,
        neighbours.day,
        neighbours.level_above,
        neighbours.level_below
    from (
        select
            account_id,
            day,
            level as level_above,
            lead(level) over (partition by account_id, day order by level_order) as level_below
        from read_levels
    ) as neighbours
    where neighbours.level_below is not null
),

level_rows as (
    select read_rows.*
    from raw.insights as read_rows
    inner join read_levels
        on
            read_rows.account_id = read_levels.account_id
            and read_rows.level = read_levels.level
            and read_rows.day = read_levels.day
    where read_rows.breakdown = ''
),

totals as (
    select
        level_rows.account_id,
        level_rows.day,
        level_rows.level,
        delivery.figure,
        '' as action_type,
        case when count(*) = count(delivery.amount) then sum(delivery.amount) end as total,
        count(*) as row_count
    from level_rows
    cross join
        lateral (
            values
            ('impressions', level_rows.impressions), ('clicks', level_rows.clicks), ('spend', level_rows.spend)
        ) as delivery (figure, amount)
    group by level_rows.account_id, level_rows.day, level_rows.level, delivery.figure
    union all
    select
        level_rows.account_id,
        level_rows.day,
        level_rows.level,
        lists.figure,
        entry ->> 'action_type' as action_type,
        case when count(*) = count(measured.amount) then sum(measured.amount) end as total,
        count(*) as row_count
    from level_rows
    cross join
        lateral (
            values
            ('actions', level_rows.actions),
            ('action_values', level_rows.action_values),
            ('conversions', level_rows.conversions),
            ('conversion_values', level_rows.conversion_values)
        ) as lists (figure, entries)
    cross join
        lateral jsonb_array_elements(
            case when jsonb_typeof(lists.entries) = 'string' then raw.unpacked(lists.entries) else lists.entries end
        ) as entry
    cross join
        lateral (
            select
                case
                    when entry ? 'value' then (entry ->> 'value')::numeric
                    when :windows_add_up and entry ?& cast(:windows as text[])
                        then (
                            select sum((entry ->> asked.attribution_window)::numeric)
                            from unnest(cast(:windows as text[])) as asked (attribution_window)
                        )
                end as amount
        ) as measured
    group by level_rows.account_id, level_rows.day, level_rows.level, lists.figure, entry ->> 'action_type'
)

select
    figures.account_id,
    figures.day,
    figures.figure,
    figures.action_type,
    read_pairs.level_above,
    above.total as total_above,
    coalesce(above.row_count, 0) as row_count_above,
    read_pairs.level_below,
    below.total as total_below,
    coalesce(below.row_count, 0) as row_count_below,
    extract(
        epoch from cast(:now as timestamptz) at time zone accounts.timezone_name - figures.day::timestamp
    ) / 60 as minutes
from (
    select distinct
        account_id,
        day,
        figure,
        action_type
    from totals
) as figures
inner join read_pairs on figures.account_id = read_pairs.account_id and figures.day = read_pairs.day
inner join raw.accounts as accounts on figures.account_id = accounts.account_id
left join totals as above
    on
        figures.account_id = above.account_id
        and figures.day = above.day
        and figures.figure = above.figure
        and figures.action_type = above.action_type
        and read_pairs.level_above = above.level
left join totals as below
    on
        figures.account_id = below.account_id
        and figures.day = below.day
        and figures.figure = below.figure
        and figures.action_type = below.action_type
        and read_pairs.level_below = below.level
where coalesce(above.total, 0) <> coalesce(below.total, 0)
order by figures.account_id, figures.day, figures.figure, figures.action_type, read_pairs.level_above;
