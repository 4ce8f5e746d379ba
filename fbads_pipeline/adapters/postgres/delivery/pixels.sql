-- name: events
-- Watched events of the pixels that the newest list shows, hour by hour, with the pixel's newest hour of any event.
select
    pixels.account_id,
    pixels.pixel_id,
    pixels.name,
    accounts.currency,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name,
    readings.known_since,
    readings.known_until,
    newest.hour_at as newest_hour,
    hours.event,
    jsonb_object_agg(hours.hour_at, hours.events) as hours
from raw.pixels as pixels
inner join raw.accounts as accounts on pixels.account_id = accounts.account_id
inner join raw.pixel_readings as listed
    on
        pixels.account_id = listed.account_id and listed.part = 'list'
        and pixels.collected_at >= listed.read_at
inner join raw.pixel_readings as readings
    on
        pixels.account_id = readings.account_id and pixels.pixel_id = readings.pixel_id
        and readings.part = 'events' and readings.known_until is not null
inner join raw.pixel_events as hours
    on
        pixels.account_id = hours.account_id and pixels.pixel_id = hours.pixel_id
        and hours.event = any(cast(:watched as text[])) and hours.hour_at >= :since and hours.events > 0
inner join lateral (
    select max(every.hour_at) as hour_at
    from raw.pixel_events as every
    where every.account_id = pixels.account_id and every.pixel_id = pixels.pixel_id and every.events > 0
) as newest on true
group by
    pixels.account_id, pixels.pixel_id, pixels.name, accounts.currency, accounts.timezone_name,
    readings.known_since, readings.known_until, newest.hour_at, hours.event
order by pixels.account_id, pixels.pixel_id, hours.event;

-- name: traffic
-- Clicks and spend of an account's campaigns since an instant, by readings of the day so far: those of a day's newest
-- reading less those of the last one before the instant, or of the first one that is known of that day.
with of_days as (
    select
        readings.object_id,
        readings.day,
        (array_agg(readings.clicks order by readings.read_at desc))[1] as clicks_now,
        (array_agg(readings.spend order by readings.read_at desc))[1] as spend_now,
        (array_agg(readings.clicks order by readings.read_at desc) filter (where readings.read_at <= :since))[1]
            as clicks_before,
        (array_agg(readings.spend order by readings.read_at desc) filter (where readings.read_at <= :since))[1]
            as spend_before,
        (array_agg(readings.clicks order by readings.read_at asc))[1] as clicks_first,
        (array_agg(readings.spend order by readings.read_at asc))[1] as spend_first,
        bool_or(readings.read_at <= :since) as has_before
    from raw.insight_readings as readings
    where
        readings.account_id = :account and readings.level = 'campaign' and readings.breakdown = ''
        and readings.day >= :first_day and readings.read_at <= :now
    group by readings.object_id, readings.day
),

gained as (
    select
        case
            when day > :first_day then clicks_now
            when has_before then clicks_now - clicks_before
            else clicks_now - clicks_first
        end as clicks,
        case
            when day > :first_day then spend_now
            when has_before then spend_now - spend_before
            else spend_now - spend_first
        end as spend
    from of_days
),

usual as (
    select
        case when count(*) = count(insights.clicks) then cast(sum(insights.clicks) as bigint) end as clicks,
        count(*) filter (
            where
            exists (
                select 1
                from jsonb_array_elements(raw.unpacked(insights.actions)) as action
                where action ->> 'action_type' = any(cast(:actions as text[]))
            )
        ) > 0 as is_credited
    from raw.insights as insights
    where
        insights.account_id = :account and insights.level = 'campaign' and insights.breakdown = ''
        and insights.day >= cast(:first_day as date) - 7 and insights.day < :first_day
)

select
    case when count(*) = count(gained.clicks) then cast(sum(gained.clicks) as bigint) end as clicks,
    case when count(*) = count(gained.spend) then sum(gained.spend) end as spend,
    max(usual.clicks) as usual_clicks,
    coalesce(bool_or(usual.is_credited), false) as is_credited
from usual
left join gained on true;

-- name: pixels
-- Pixels of the visible accounts with how their events were last read.
select
    pixels.account_id,
    accounts.name as account_name,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name,
    pixels.pixel_id,
    pixels.name,
    pixels.last_fired_at,
    pixels.is_unavailable,
    pixels.collected_at,
    listed.refused as list_refused,
    events.read_at as events_read_at,
    events.refused as events_refused,
    quality.refused as quality_refused
from raw.pixels as pixels
left join raw.accounts as accounts on pixels.account_id = accounts.account_id
left join raw.pixel_readings as listed
    on pixels.account_id = listed.account_id and listed.part = 'list'
left join raw.pixel_readings as events
    on pixels.account_id = events.account_id and pixels.pixel_id = events.pixel_id and events.part = 'events'
left join raw.pixel_readings as quality
    on pixels.account_id = quality.account_id and pixels.pixel_id = quality.pixel_id and quality.part = 'quality'
where cast(:accounts as text[]) is null or pixels.account_id = any(cast(:accounts as text[]))
order by accounts.name asc, pixels.last_fired_at desc nulls last, pixels.pixel_id asc;

-- name: pixel_events
-- Events of each pixel over the last 24 hours and seven days that were read, the newest hour of each, its quality.
select
    counted.account_id,
    counted.pixel_id,
    counted.event,
    counted.last_at,
    counted.last_day,
    counted.last_week,
    quality.match_quality,
    quality.coverage as server_coverage,
    quality.browser_key,
    quality.server_key,
    quality.freshness
from (
    select
        hours.account_id,
        hours.pixel_id,
        hours.event,
        max(hours.hour_at) filter (where hours.events > 0) as last_at,
        case
            when min(readings.known_since) <= max(readings.known_until) - interval '24 hours'
                then
                    coalesce(
                        sum(hours.events) filter (where hours.hour_at >= readings.known_until - interval '24 hours'), 0
                    )
        end as last_day,
        case
            when min(readings.known_since) <= max(readings.known_until) - interval '167 hours'
                then
                    coalesce(
                        sum(hours.events) filter (where hours.hour_at >= readings.known_until - interval '7 days'), 0
                    )
        end as last_week
    from raw.pixel_events as hours
    inner join raw.pixel_readings as readings
        on
            hours.account_id = readings.account_id and hours.pixel_id = readings.pixel_id
            and readings.part = 'events'
    where cast(:accounts as text[]) is null or hours.account_id = any(cast(:accounts as text[]))
    group by hours.account_id, hours.pixel_id, hours.event
) as counted
left join raw.pixel_quality as quality
    on
        counted.account_id = quality.account_id and counted.pixel_id = quality.pixel_id
        and counted.event = quality.event
order by counted.account_id asc, counted.pixel_id asc, counted.last_week desc nulls last, counted.event asc;

-- name: refused_lists
-- Accounts whose list Meta refused at the newest attempt.
select
    readings.account_id,
    accounts.name as account_name,
    readings.refused
from raw.pixel_readings as readings
left join raw.accounts as accounts on readings.account_id = accounts.account_id
where
    readings.part = 'list' and readings.refused is not null
    and (cast(:accounts as text[]) is null or readings.account_id = any(cast(:accounts as text[])))
order by accounts.name, readings.account_id;
