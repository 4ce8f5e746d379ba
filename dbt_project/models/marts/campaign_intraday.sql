select
    steps.account_id,
    steps.campaign_id,
    steps.day,
    steps.from_at,
    steps.until_at,
    steps.minutes,
    steps.currency,
    steps.impressions - coalesce(lag(steps.impressions) over by_campaign, 0) as impressions,
    steps.clicks - coalesce(lag(steps.clicks) over by_campaign, 0) as clicks,
    steps.link_clicks - coalesce(lag(steps.link_clicks) over by_campaign, 0) as link_clicks,
    steps.spend - coalesce(lag(steps.spend) over by_campaign, 0) as spend,
    steps.purchases - coalesce(lag(steps.purchases) over by_campaign, 0) as purchases,
    steps.purchase_value - coalesce(lag(steps.purchase_value) over by_campaign, 0) as purchase_value,
    steps.leads - coalesce(lag(steps.leads) over by_campaign, 0) as leads,
    steps.conversions - coalesce(lag(steps.conversions) over by_campaign, 0) as conversions,
    steps.conversion_value - coalesce(lag(steps.conversion_value) over by_campaign, 0) as conversion_value,
    steps.is_last
from (
    select
        intervals.account_id,
        campaigns.campaign_id,
        intervals.day,
        intervals.from_at,
        intervals.until_at,
        intervals.minutes,
        intervals.read_at,
        intervals.is_last,
        max(readings.currency) over by_campaign as currency,
        -- The highest figure so far: it stays where nothing new was found; a correction downwards takes nothing back.
        -- From a reading on that does not report it, it is unknown.
        {{ highest_so_far('readings.impressions') }} as impressions,
        {{ highest_so_far('readings.clicks') }} as clicks,
        {{ highest_so_far('readings.link_clicks') }} as link_clicks,
        {{ highest_so_far('readings.spend') }} as spend,
        {{ highest_so_far('readings.purchases') }} as purchases,
        {{ highest_so_far('readings.purchase_value') }} as purchase_value,
        {{ highest_so_far('readings.leads') }} as leads,
        {{ highest_so_far('readings.conversions') }} as conversions,
        {{ highest_so_far('readings.conversion_value') }} as conversion_value
    from {{ ref('int_reading_intervals') }} as intervals
    inner join (
        select distinct
            account_id,
            day,
            object_id as campaign_id
        from {{ ref('stg_insight_readings') }}
        where level = 'campaign'
    ) as campaigns
        on
            intervals.account_id = campaigns.account_id
            and intervals.day = campaigns.day
    -- Each looked up by itself (`offset 0`), by the key: there is one. PostgreSQL expects one interval where there are
    -- hundreds, and read all readings again for each of them.
    left join lateral (
        select
            facts.collected_at as read_at,
            {{ currency_of('facts') }} as currency,
            facts.impressions,
            facts.clicks,
            facts.link_clicks,
            facts.spend,
            facts.purchase_count as purchases,
            facts.purchase_value,
            facts.lead_count as leads,
            goal.conversions,
            goal.conversion_value
        from {{ ref('int_reading_measures') }} as facts
        left join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
        {{ goal_of_row('facts.object_id') }}
        where
            facts.level = 'campaign'
            and not facts.is_removed
            and facts.account_id = campaigns.account_id
            and facts.day = campaigns.day
            and facts.object_id = campaigns.campaign_id
            and facts.collected_at = intervals.read_at
        offset 0 -- noqa: AM09
    ) as readings on true
    window by_campaign as (
        partition by intervals.account_id, intervals.day, campaigns.campaign_id
        order by intervals.read_at
    )
) as steps
window by_campaign as (partition by steps.account_id, steps.day, steps.campaign_id order by steps.read_at)
