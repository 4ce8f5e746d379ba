-- name: recent_days
-- The :days days of each campaign up to the day that is asked for, or the last complete one where it is null or later,
-- by its account's calendar, oldest first; without has_row the marts have no row of the day.
select
    asked.account_id,
    asked.campaign_id,
    asked.last_day,
    cast(dates.day as date) as day,
    coalesce(coverage.is_read, false) as is_read,
    coalesce(daily.is_provisional, false) as is_provisional,
    daily.campaign_id is not null as has_row,
    daily.spend,
    daily.impressions,
    daily.clicks,
    daily.conversions,
    daily.purchase_value,
    daily.ctr,
    daily.cpm,
    daily.cpa,
    daily.roas,
    daily.conversion_rate
from
    unnest(cast(:accounts as text[]), cast(:campaigns as text[]), cast(:last_days as date[]))
        as asked (account_id, campaign_id, last_day)
inner join (
    select
        account_id,
        (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date as local_today
    from marts.accounts
) as accounts on asked.account_id = accounts.account_id
cross join
    lateral (select least(coalesce(asked.last_day, accounts.local_today - 1), accounts.local_today - 1) as day) as ends
cross join
    lateral generate_series(ends.day - cast(:days as int) + 1, ends.day, interval '1 day') as dates (day)
left join marts.campaign_daily as daily
    on
        asked.account_id = daily.account_id
        and asked.campaign_id = daily.campaign_id
        and daily.day = cast(dates.day as date)
left join marts.day_coverage as coverage
    on
        asked.account_id = coverage.account_id
        and coverage.level = 'campaign'
        and coverage.day = cast(dates.day as date)
order by asked.account_id, asked.campaign_id, asked.last_day, dates.day;
