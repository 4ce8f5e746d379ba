-- Pixels and the events that Meta received from them.

-- name: pixels
-- One row per pixel that the newest list shows and event that it received between :first and :last, on the account's
-- own days; a pixel without such events has one row. events_known_since and _until: between them every hour was read.
select
    pixels.account_id as account,
    accounts.name as account_name,
    pixels.pixel_id,
    coalesce(pixels.name, pixels.pixel_id) as pixel_name,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name,
    pixels.last_fired_at,
    pixels.events_known_since,
    pixels.events_known_until,
    pixels.events_refused,
    received.event,
    received.events,
    received.last_hour_at,
    pixels.events_known_until as as_of,
    count(*) over () as groups
from marts.pixels as pixels
inner join marts.accounts as accounts on pixels.account_id = accounts.account_id
left join lateral (
    select
        hours.event,
        sum(hours.events) as events,
        max(hours.hour_at) as last_hour_at
    from marts.pixel_events_hourly as hours
    where
        hours.account_id = pixels.account_id
        and hours.pixel_id = pixels.pixel_id
        and hours.events > 0
        and hours.day between cast(:first as date) and cast(:last as date)
        and (cast(:events as text[]) is null or hours.event = any(cast(:events as text[])))
    group by hours.event
) as received on true
where pixels.account_id = any(cast(:account_ids as text[])) and pixels.is_listed
order by
    accounts.name asc, pixels.last_fired_at desc nulls last, pixels.pixel_id asc,
    received.events desc nulls last, received.event asc
limit :rows;
