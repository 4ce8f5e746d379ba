-- name: recent_days
-- The :days days of each campaign up to the day that is asked for, or the last complete one where it is null or later,
-- by its account's calendar, oldest first; without has_row the marts have no row of the day. The days of each campaign
-- are looked up by themselves: joined as a whole, all days of all campaigns would be read.
select
    asked.account_id,
    asked.campaign_id,
    asked.last_day,
    days.day,
    days.is_read,
    days.is_provisional,
    days.has_row,
    days.spend,
    days.impressions,
    days.clicks,
    days.conversions,
    days.purchase_value,
    days.ctr,
    days.cpm,
    days.cpa,
    days.roas,
    days.conversion_rate
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
    lateral (
        select least(coalesce(asked.last_day, accounts.local_today - 1), accounts.local_today - 1) as last_day
    ) as ends
cross join
    lateral (
        select
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
        from generate_series(ends.last_day - cast(:days as int) + 1, ends.last_day, interval '1 day') as dates (day)
        left join (
            select
                facts.day,
                facts.campaign_id,
                facts.is_provisional,
                facts.spend,
                facts.impressions,
                facts.clicks,
                facts.conversions,
                facts.purchase_value,
                facts.ctr,
                facts.cpm,
                facts.cpa,
                facts.roas,
                facts.conversion_rate
            from marts.campaign_daily as facts
            where
                facts.account_id = asked.account_id
                and facts.campaign_id = asked.campaign_id
                and facts.day between ends.last_day - cast(:days as int) + 1 and ends.last_day
        ) as daily on cast(dates.day as date) = daily.day
        left join (
            select
                states.day,
                states.is_read
            from marts.day_coverage as states
            where
                states.account_id = asked.account_id
                and states.level = 'campaign'
                and states.day between ends.last_day - cast(:days as int) + 1 and ends.last_day
        ) as coverage on cast(dates.day as date) = coverage.day
    ) as days
order by asked.account_id, asked.campaign_id, asked.last_day, days.day;
