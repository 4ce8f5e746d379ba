-- name: recent_days
-- The last :days complete days of each campaign by its account's calendar, oldest first, each once; without has_row the
-- marts have no row of the day.
select
    asked.account_id,
    asked.campaign_id,
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
from unnest(cast(:accounts as text[]), cast(:campaigns as text[])) as asked (account_id, campaign_id)
inner join (
    select
        account_id,
        (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date as local_today
    from marts.accounts
) as accounts on asked.account_id = accounts.account_id
cross join
    lateral generate_series(
        accounts.local_today - cast(:days as int), accounts.local_today - 1, interval '1 day'
    ) as dates (day)
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
order by asked.account_id, asked.campaign_id, dates.day;
