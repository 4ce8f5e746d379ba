-- name: lock
select pg_advisory_xact_lock(:key);

-- name: sync_token
select sync_token
from raw.calendar_states
where calendar = :calendar and full_read_at > :since and covers_until >= :covers;

-- name: write
insert into raw.calendar_events as known (
    calendar, event_id, starts_on, ends_on, title, kind, country, read_at, removed
)
values (:calendar, :event_id, :starts_on, :ends_on, cast(:title as jsonb), :kind, :country, :read_at, false)
on conflict (calendar, event_id) do update set
    starts_on = excluded.starts_on,
    ends_on = excluded.ends_on,
    title = excluded.title,
    kind = excluded.kind,
    country = excluded.country,
    read_at = excluded.read_at,
    removed = false
where (
    known.removed
    or known.starts_on <> excluded.starts_on
    or known.ends_on <> excluded.ends_on
    or known.title <> excluded.title
    or known.kind <> excluded.kind
    or known.country is distinct from excluded.country
);

-- name: remove
update raw.calendar_events
set
    removed = true,
    read_at = :read_at
where calendar = :calendar and event_id = any(:ids) and not removed;

-- name: remove_others
update raw.calendar_events
set
    removed = true,
    read_at = :read_at
where calendar = :calendar and not removed and event_id <> all(:ids) and ends_on >= :first and starts_on <= :last;

-- name: save_state
insert into raw.calendar_states as known (calendar, sync_token, read_at, full_read_at, covers_until)
values (:calendar, :sync_token, :read_at, :read_at, :last)
on conflict (calendar) do update set
    sync_token = excluded.sync_token,
    read_at = excluded.read_at,
    full_read_at = case when :is_full then excluded.full_read_at else known.full_read_at end,
    covers_until = case when :is_full then excluded.covers_until else known.covers_until end;

-- name: zone_of_account
select coalesce(timezone_name, 'UTC')
from raw.accounts
where account_id = :account_id;

-- name: between
-- Events of that country's holidays and of the team's calendars.
select
    calendar,
    event_id,
    starts_on,
    ends_on,
    title,
    kind,
    country
from raw.calendar_events
where
    not removed
    and starts_on <= :last
    and ends_on >= :first
    and (country is null or country = :country)
    and (calendar = :holidays or calendar not like 'holidays:%')
order by starts_on, calendar, event_id;
