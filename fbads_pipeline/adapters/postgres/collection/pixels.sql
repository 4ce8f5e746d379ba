-- name: parts
-- How each part of an account's pixels was last read.
select
    pixel_id,
    part,
    attempted_at,
    known_until
from raw.pixel_readings
where account_id = :account;

-- name: note_part
-- An attempt, good or refused; hours that lie between two good readings and were in neither begin anew what is known.
insert into raw.pixel_readings as known (
    account_id, pixel_id, part, attempted_at, read_at, refused, known_since, known_until
)
values (
    :account,
    :pixel,
    :part,
    :at,
    case when cast(:refused as text) is null then cast(:at as timestamptz) end,
    :refused,
    cast(:since as timestamptz),
    case when cast(:since as timestamptz) is not null then cast(:at as timestamptz) end
)
on conflict (account_id, pixel_id, part) do update set
    attempted_at = excluded.attempted_at,
    read_at = coalesce(excluded.read_at, known.read_at),
    refused = excluded.refused,
    known_since = case
        when excluded.known_since is null or excluded.known_since <= known.known_until then known.known_since
        else excluded.known_since
    end,
    known_until = coalesce(excluded.known_until, known.known_until);

-- name: known_pixels
select
    pixel_id,
    name,
    last_fired_at,
    is_unavailable,
    data_use_setting,
    created_at
from raw.pixels
where account_id = :account
order by pixel_id;

-- name: has_pixels
select exists(
    select 1
    from raw.pixels
    where account_id = :account
);

-- name: keep_pixels
insert into raw.pixels (
    account_id, pixel_id, name, last_fired_at, is_unavailable, data_use_setting, created_at, collected_at
)
select
    :account,
    shown.pixel_id,
    shown.name,
    shown.last_fired_at,
    shown.is_unavailable,
    shown.data_use_setting,
    shown.created_at,
    :read_at
from
    jsonb_to_recordset(cast(:rows as jsonb))
        as shown (
            pixel_id text,
            name text,
            last_fired_at timestamptz,
            is_unavailable boolean,
            data_use_setting text,
            created_at timestamptz
        )
on conflict (account_id, pixel_id) do update set
    name = excluded.name,
    last_fired_at = excluded.last_fired_at,
    is_unavailable = excluded.is_unavailable,
    data_use_setting = excluded.data_use_setting,
    created_at = excluded.created_at,
    collected_at = excluded.collected_at;

-- name: has_events
select exists(
    select 1
    from raw.pixel_events
    where account_id = :account and pixel_id = :pixel and hour_at >= :since
);

-- name: drop_hours
-- Events of hours that the reading covers and does not show.
delete from raw.pixel_events as known
where
    known.account_id = :account and known.pixel_id = :pixel and known.hour_at >= :since
    and not exists (
        select 1
        from jsonb_to_recordset(cast(:rows as jsonb)) as shown (event text, hour_at timestamptz)
        where shown.event = known.event and shown.hour_at = known.hour_at
    );

-- name: keep_hours
insert into raw.pixel_events as known (account_id, pixel_id, event, hour_at, events, collected_at)
select
    :account,
    :pixel,
    shown.event,
    shown.hour_at,
    shown.events,
    :read_at
from jsonb_to_recordset(cast(:rows as jsonb)) as shown (event text, hour_at timestamptz, events bigint)
on conflict (account_id, pixel_id, event, hour_at) do update set
    events = excluded.events,
    collected_at = excluded.collected_at
where known.events <> excluded.events;

-- name: forget_hours
delete from raw.pixel_events
where account_id = :account and hour_at < :kept_since;

-- name: drop_quality
delete from raw.pixel_quality
where account_id = :account and pixel_id = :pixel;

-- name: keep_quality
insert into raw.pixel_quality (
    account_id, pixel_id, event, match_quality, coverage, browser_key, server_key, freshness, collected_at
)
select
    :account,
    :pixel,
    shown.event,
    shown.match_quality,
    shown.coverage,
    shown.browser_key,
    shown.server_key,
    shown.freshness,
    :read_at
from jsonb_to_recordset(cast(:rows as jsonb)) as shown (
    event text,
    match_quality numeric,
    coverage numeric,
    browser_key numeric,
    server_key numeric,
    freshness text
);
