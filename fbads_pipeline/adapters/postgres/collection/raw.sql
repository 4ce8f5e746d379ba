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
    account_id, name, currency, timezone_name, account_status, created_at, collected_at
)
values (:account_id, :name, :currency, :timezone_name, :account_status, :created_at, :collected_at)
on conflict (account_id) do update set
    name = excluded.name,
    currency = excluded.currency,
    timezone_name = excluded.timezone_name,
    account_status = excluded.account_status,
    created_at = excluded.created_at,
    collected_at = excluded.collected_at
where
(known.name, known.currency, known.timezone_name, known.account_status, known.created_at)
is distinct from
(excluded.name, excluded.currency, excluded.timezone_name, excluded.account_status, excluded.created_at);

-- name: known_accounts
select
    account_id,
    name,
    currency,
    timezone_name,
    account_status,
    created_at
from raw.accounts
order by account_id;

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

-- name: control_mismatches
-- Actions are compared by type. Days that may still move between the two calls are left out.
with compared_days as (
    select
        account_id,
        day
    from raw.reading_runs
    where
        run_id = :run_id
        and level in ('account', 'campaign')
        and breakdown = ''
        and ok
    group by account_id, day
    having count(distinct level) = 2
),

compared_rows as (
    select
        insights.account_id,
        insights.day,
        insights.level,
        insights.impressions,
        insights.clicks,
        insights.spend,
        insights.actions
    from raw.insights as insights
    inner join compared_days on insights.account_id = compared_days.account_id and insights.day = compared_days.day
    where insights.breakdown = '' and insights.level in ('account', 'campaign')
),

figures as (
    select
        compared_rows.account_id,
        compared_rows.day,
        compared_rows.level,
        delivery.figure,
        sum(delivery.amount) as total,
        count(*) as object_count
    from compared_rows
    cross join
        lateral (
            values ('impressions', impressions), ('clicks', clicks), ('spend', spend)
        ) as delivery (figure, amount)
    group by compared_rows.account_id, compared_rows.day, compared_rows.level, delivery.figure
    union all
    select
        compared_rows.account_id,
        compared_rows.day,
        compared_rows.level,
        one ->> 'action_type' as figure,
        sum((one ->> 'value')::numeric) as total,
        count(*) as object_count
    from compared_rows
    cross join lateral jsonb_array_elements(compared_rows.actions) as one
    group by compared_rows.account_id, compared_rows.day, compared_rows.level, one ->> 'action_type'
),

of_accounts as (
    select * from figures
    where level = 'account'
),

of_campaigns as (
    select * from figures
    where level = 'campaign'
),

compared as (
    select
        coalesce(of_accounts.account_id, of_campaigns.account_id) as account_id,
        coalesce(of_accounts.day, of_campaigns.day) as compared_day,
        coalesce(of_accounts.figure, of_campaigns.figure) as figure,
        of_accounts.total as of_account,
        of_campaigns.total as of_campaigns,
        of_campaigns.object_count
    from of_accounts
    full join of_campaigns
        on
            of_accounts.account_id = of_campaigns.account_id
            and of_accounts.day = of_campaigns.day
            and of_accounts.figure = of_campaigns.figure
)

select
    compared.account_id,
    compared.compared_day,
    compared.figure,
    compared.of_account,
    compared.of_campaigns
from compared
inner join raw.accounts as accounts on compared.account_id = accounts.account_id
where
    compared.compared_day
    < (cast(:now as timestamptz) at time zone accounts.timezone_name)::date - cast(:moving_days as integer)
    and coalesce(
        abs(compared.of_account - compared.of_campaigns)
        > case when compared.figure = 'spend' then :spend_tolerance * compared.object_count else 0 end,
        coalesce(compared.of_account, compared.of_campaigns, 0) <> 0
    )
order by compared.account_id, compared.compared_day, compared.figure
limit 50;
