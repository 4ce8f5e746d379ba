"""The statements of the raw store, in the order in which a reading needs them."""

from collections.abc import Sequence

INCOMING = """
create temp table if not exists incoming (
    seq bigint generated always as identity,
    day date not null, object_id text not null, breakdown_value text not null default '',
    campaign_id text, adset_id text, ad_id text, currency text,
    impressions bigint, reach bigint, frequency numeric, clicks bigint, inline_link_clicks bigint, spend numeric,
    actions jsonb not null, action_values jsonb not null
) on commit delete rows
"""

# Pages may repeat rows (a range asked anew in halves, a cursor that moved): the last of each key stands.
DROP_REPEATED = """
analyze incoming;
delete from incoming older using incoming newer
where older.day = newer.day and older.object_id = newer.object_id
  and older.breakdown_value = newer.breakdown_value and older.seq < newer.seq
"""

_FIGURES = (
    "campaign_id, adset_id, ad_id, currency, impressions, reach, frequency, clicks, inline_link_clicks, spend,"
    " actions, action_values"
)
_KEY = "account_id, level, breakdown, day, object_id, breakdown_value"


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{column.strip()}" for column in _FIGURES.split(","))


_SET = ", ".join(f"{column.strip()} = excluded.{column.strip()}" for column in _FIGURES.split(","))

APPLY_INSIGHTS = f"""
with gone as (
    delete from raw.insights r
    where r.account_id = %(account)s and r.level = %(level)s and r.breakdown = %(breakdown)s
      and r.day between %(since)s and %(until)s
      and not exists (
          select from incoming i
          where i.day = r.day and i.object_id = r.object_id and i.breakdown_value = r.breakdown_value
      )
    returning r.*
),
fresh as materialized (
    select i.*
    from incoming i
    left join raw.insights r
        on r.account_id = %(account)s and r.level = %(level)s and r.breakdown = %(breakdown)s
        and r.day = i.day and r.object_id = i.object_id and r.breakdown_value = i.breakdown_value
    where r.account_id is null or ({_of("r")}) is distinct from ({_of("i")})
),
written as (
    insert into raw.insights ({_KEY}, {_FIGURES}, collected_at)
    select %(account)s, %(level)s, %(breakdown)s, day, object_id, breakdown_value, {_FIGURES}, %(read_at)s from fresh
    on conflict ({_KEY}) do update set {_SET}, collected_at = excluded.collected_at
    returning day
),
kept as (
    insert into raw.insight_readings ({_KEY}, read_at, is_removed, {_FIGURES})
    select %(account)s, %(level)s, %(breakdown)s, day, object_id, breakdown_value, %(read_at)s, false, {_FIGURES}
    from fresh where %(keep_readings)s
    union all
    select account_id, level, breakdown, day, object_id, breakdown_value, %(read_at)s, true, {_FIGURES}
    from gone where %(keep_readings)s
    on conflict ({_KEY}, read_at) do update set {_SET}, is_removed = excluded.is_removed
),
asked as (
    select day::date as day from generate_series(%(since)s::date, %(until)s::date, interval '1 day') as day
),
said as (
    insert into raw.reading_runs
        (account_id, level, breakdown, day, read_at, run_id, ok, rows_read, rows_changed, rows_removed)
    select %(account)s, %(level)s, %(breakdown)s, asked.day, %(read_at)s, %(run_id)s, true,
        coalesce(r.n, 0), coalesce(c.n, 0), coalesce(g.n, 0)
    from asked
    left join (select day, count(*) as n from incoming group by day) r using (day)
    left join (select day, count(*) as n from written group by day) c using (day)
    left join (select day, count(*) as n from gone group by day) g using (day)
    on conflict do nothing
)
select (select count(*) from written), (select count(*) from gone)
"""

# Objects that facts name before any edge shows them: facts never wait for dimensions.
_STUB_CAMPAIGNS = """
insert into raw.campaigns (campaign_id, account_id, collected_at)
select distinct campaign_id, %(account)s, %(read_at)s::timestamptz from incoming order by 1
on conflict do nothing;
"""
_STUB_ADSETS = """
insert into raw.adsets (adset_id, campaign_id, account_id, collected_at)
select distinct on (adset_id) adset_id, campaign_id, %(account)s, %(read_at)s::timestamptz from incoming order by 1
on conflict do nothing;
"""
_STUB_ADS = """
insert into raw.ads (ad_id, adset_id, campaign_id, account_id, collected_at)
select distinct on (ad_id) ad_id, adset_id, campaign_id, %(account)s, %(read_at)s::timestamptz from incoming order by 1
on conflict do nothing;
"""
# Always parents first and ids in order: two levels of one account that commit side by side cannot wait in a circle.
STUBS = {
    "account": "select",
    "campaign": _STUB_CAMPAIGNS,
    "adset": _STUB_CAMPAIGNS + _STUB_ADSETS,
    "ad": _STUB_CAMPAIGNS + _STUB_ADSETS + _STUB_ADS,
}

# Last in its transaction, under a lock that ends with it: so `seq` becomes visible in the order of its numbers, and a
# reader that moves a watermark past the highest one never passes over a lower one that was still on its way.
MARK_CHANGED = """
select pg_advisory_xact_lock(1717723493, 0);
insert into raw.changed_days (account_id, day)
select account_id, day from raw.reading_runs
where account_id = %(account)s and level = %(level)s and breakdown = %(breakdown)s
  and day between %(since)s and %(until)s and read_at = %(read_at)s and run_id = %(run_id)s
  and rows_changed + rows_removed > 0
"""

QUARANTINE = """
insert into raw.quarantine (account_id, level, breakdown, day, reason, payload, run_id, read_at)
values (%(account)s, %(level)s, %(breakdown)s, %(day)s, %(reason)s, %(payload)s, %(run_id)s, %(read_at)s)
"""

SAVE_ACCOUNTS = """
insert into raw.accounts as a (account_id, name, currency, timezone_name, account_status, created_at, collected_at)
values (:account_id, :name, :currency, :timezone_name, :account_status, :created_at, :collected_at)
on conflict (account_id) do update set
    name = excluded.name, currency = excluded.currency, timezone_name = excluded.timezone_name,
    account_status = excluded.account_status, created_at = excluded.created_at, collected_at = excluded.collected_at
where (a.name, a.currency, a.timezone_name, a.account_status, a.created_at)
    is distinct from
    (excluded.name, excluded.currency, excluded.timezone_name, excluded.account_status, excluded.created_at)
"""

LAST_READINGS = """
select day, min(read_at) as read_at
from (
    select day, level, max(read_at) as read_at from raw.reading_runs
    where account_id = :account and breakdown = '' and day between :since and :until and ok and level = any(:levels)
    group by day, level
) latest
group by day having count(*) = :count
"""

RECORD_FAILURE = """
insert into raw.reading_runs (account_id, level, breakdown, day, read_at, run_id, ok, error)
select :account, :level, :breakdown, day::date, :read_at, :run_id, false, :error
from generate_series(cast(:since as date), cast(:until as date), interval '1 day') as day
on conflict do nothing
"""

SAVE_REPORT = """
insert into ops.collect_runs (run_id, account_id, status, error_kind, error, since, until, calls, bytes, rows_read,
    rows_changed, rows_removed, retries, waited_seconds, notes, started_at, ended_at, answers, latencies,
    answer_seconds)
values (:run_id, :account_id, :status, :error_kind, :error, :since, :until, :calls, :bytes, :rows_read,
    :rows_changed, :rows_removed, :retries, :waited_seconds, :notes, :started_at, :ended_at,
    cast(:answers as jsonb), cast(:latencies as jsonb), :answer_seconds)
on conflict (run_id, account_id) do update set
    status = excluded.status, error_kind = excluded.error_kind, error = excluded.error,
    calls = excluded.calls, bytes = excluded.bytes, rows_read = excluded.rows_read,
    rows_changed = excluded.rows_changed, rows_removed = excluded.rows_removed, retries = excluded.retries,
    waited_seconds = excluded.waited_seconds, notes = excluded.notes, ended_at = excluded.ended_at,
    answers = excluded.answers, latencies = excluded.latencies, answer_seconds = excluded.answer_seconds
"""

ADD_ACTIVITIES = """
insert into raw.activities
    (account_id, event_id, event_at, event_type, object_id, object_type, object_name, extra, collected_at)
values %s
on conflict do nothing
returning 1
"""

STALE_ACCOUNTS = """
select account_id, read_at
from raw.accounts
left join lateral (
    select max(read_at) as read_at from raw.reading_runs r
    where r.account_id = accounts.account_id and r.ok and r.breakdown = ''
      and r.day >= (cast(:read_before as timestamptz) - interval '3 days')::date
) newest on true
where read_at is null or read_at < :read_before
order by account_id
"""

# Days before yesterday only: fresher figures move between the two calls. Actions are held against each other by type.
CONTROL_MISMATCHES = """
with days as (
    select account_id, day from raw.reading_runs
    where run_id = :run_id and level in ('account', 'campaign') and breakdown = '' and ok
    group by account_id, day having count(distinct level) = 2
),
read as (
    select account_id, day, level, impressions, clicks, spend, actions
    from raw.insights join days using (account_id, day)
    where breakdown = '' and level in ('account', 'campaign')
),
figures as (
    select account_id, day, level, figure, sum(value) as value, count(*) as objects
    from read
    cross join lateral (
        values ('impressions', impressions), ('clicks', clicks), ('spend', spend)
    ) as plain (figure, value)
    group by account_id, day, level, figure
    union all
    select account_id, day, level, action ->> 'action_type', sum((action ->> 'value')::numeric), count(*)
    from read cross join lateral jsonb_array_elements(actions) as action
    group by account_id, day, level, action ->> 'action_type'
)
select account_id, day, figure, a.value as account, c.value as campaigns
from (select * from figures where level = 'account') a
full join (select * from figures where level = 'campaign') c using (account_id, day, figure)
join raw.accounts using (account_id)
where day < (cast(:now as timestamptz) at time zone timezone_name)::date - 1
  and coalesce(
      abs(a.value - c.value) > case figure when 'spend' then 0.01 * c.objects else 0 end,
      coalesce(a.value, c.value, 0) <> 0
  )
order by account_id, day, figure
limit 50
"""


def upsert_objects(table: str, columns: Sequence[str]) -> str:
    """Upsert of objects for psycopg2's execute_values; returns a row per object that was new or changed."""
    names = ", ".join(columns)
    figures = columns[1:]
    return f"""
insert into {table} as o ({names}, collected_at) values %s
on conflict ({columns[0]}) do update set
    {", ".join(f"{column} = excluded.{column}" for column in figures)}, collected_at = excluded.collected_at
where ({", ".join(f"o.{column}" for column in figures)})
    is distinct from ({", ".join(f"excluded.{column}" for column in figures)})
returning 1
"""
