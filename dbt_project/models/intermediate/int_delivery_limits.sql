-- By object: the hours of an ad set or, of a campaign, those of any of its active ad sets; what its ad sets may spend
-- in a day together; and which cap is reached: its own, its campaign's or the account's;
-- what is left of the latter two.
with adsets as (

    select
        adsets.account_id,
        adsets.campaign_id,
        adsets.adset_id,
        adsets.effective_status = 'ACTIVE' as is_active,
        adsets.schedule is not null and coalesce(adsets.pacing_type ~ 'day_parting', true) as is_scheduled,
        coalesce(adsets.schedule @? '$[*] ? (@.timezone_type != "ADVERTISER")', false) as has_other_hours,
        adsets.schedule,
        {{ major_units('adsets.daily_spend_cap_minor', 'accounts.minor_units') }} as daily_cap,
        {{ major_units('adsets.lifetime_spend_cap_minor', 'accounts.minor_units') }} as lifetime_cap,
        adsets.end_at,
        accounts.timezone_name
    from {{ ref('stg_adsets') }} as adsets
    inner join {{ ref('stg_accounts') }} as accounts on adsets.account_id = accounts.account_id

),

limited as materialized (

    select
        adsets.account_id,
        adsets.campaign_id,
        adsets.adset_id,
        adsets.is_active,
        adsets.is_scheduled,
        adsets.is_scheduled and adsets.has_other_hours as has_other_hours,
        adsets.daily_cap,
        hours.delivering,
        adsets.lifetime_cap is not null and coalesce(spent.amount >= adsets.lifetime_cap, false) as is_capped
    from adsets
    left join lateral (
        -- Those of last week too: what was spent in them says what the next ones will cost.
        select range_agg(tstzrange(bounds.starts_at, greatest(bounds.starts_at, bounds.ends_at))) as delivering
        from (select {{ local_today('adsets.timezone_name') }} as local_day) as today
        cross join
            lateral generate_series(
                least(today.local_day - 7, date_trunc('month', today.local_day)::date)::timestamp,
                greatest(today.local_day + 31, (adsets.end_at at time zone adsets.timezone_name)::date)::timestamp,
                interval '1 day'
            ) as series (local_day)
        cross join
            lateral jsonb_to_recordset(adsets.schedule)
                as parts (days jsonb, start_minute integer, end_minute integer)
        cross join
            lateral (
                select
                    (series.local_day + parts.start_minute * interval '1 minute')
                    at time zone adsets.timezone_name as starts_at,
                    (series.local_day + parts.end_minute * interval '1 minute')
                    at time zone adsets.timezone_name as ends_at
            ) as bounds
        where
            adsets.is_scheduled
            and not adsets.has_other_hours
            -- Sunday is 0, for Meta and here.
            and parts.days @> to_jsonb(extract(dow from series.local_day)::integer)
    ) as hours on adsets.is_scheduled
    left join lateral (
        -- What the days that were read make at least.
        select sum(days.spend) as amount
        from {{ ref('int_spend_by_day') }} as days
        where
            days.account_id = adsets.account_id
            and days.budget_level = 'adset'
            and days.object_id = adsets.adset_id
    ) as spent on adsets.lifetime_cap is not null

),

by_campaign as (

    select
        account_id,
        campaign_id,
        bool_and(is_scheduled) as is_scheduled,
        bool_or(has_other_hours) and bool_and(is_scheduled) as has_other_hours,
        case when bool_and(is_scheduled) and not bool_or(has_other_hours) then range_agg(delivering) end as delivering,
        {{ sum_reported('daily_cap') }} as daily_cap,
        bool_and(is_capped) as is_capped
    from limited
    where is_active
    group by account_id, campaign_id

),

campaign_caps as materialized (

    select
        campaigns.campaign_id,
        {{ major_units('campaigns.spend_cap_minor', 'accounts.minor_units') }} as spend_cap,
        spent.amount,
        spent.before_today,
        -- What is left is known where each day since the campaign began was read.
        days_read.days >= today.local_day
        - (campaigns.created_at at time zone accounts.timezone_name)::date as is_whole
    from {{ ref('stg_campaigns') }} as campaigns
    inner join {{ ref('stg_accounts') }} as accounts on campaigns.account_id = accounts.account_id
    cross join lateral (select {{ local_today('accounts.timezone_name') }} as local_day) as today
    cross join
        lateral (
            select
                coalesce(sum(days.spend), 0) as amount,
                case
                    when bool_or(days.spend is null) is not true
                        then coalesce(sum(days.spend) filter (where days.day < today.local_day), 0)
                end as before_today
            from {{ ref('int_spend_by_day') }} as days
            where
                days.account_id = campaigns.account_id
                and days.budget_level = 'campaign'
                and days.object_id = campaigns.campaign_id
        ) as spent
    cross join
        lateral (
            select count(*) as days
            from {{ ref('stg_day_states') }} as states
            where
                states.account_id = campaigns.account_id
                and states.level = 'campaign'
                and states.breakdown = ''
                and states.day >= (campaigns.created_at at time zone accounts.timezone_name)::date
                and states.day < today.local_day
                and states.read_at is not null
        ) as days_read
    where campaigns.spend_cap_minor is not null

),

account_caps as materialized (

    select
        caps.account_id,
        caps.amount_spent_minor >= caps.spend_cap_minor as is_full,
        {{ major_units(
            'greatest(caps.spend_cap_minor - caps.amount_spent_minor, 0)', 'accounts.minor_units'
        ) }} as amount_left,
        {{ local_today('accounts.timezone_name') }} as local_day
    from {{ ref('stg_account_caps') }} as caps
    inner join {{ ref('stg_accounts') }} as accounts
        on
            caps.account_id = accounts.account_id
            and caps.currency = accounts.currency
    where caps.spend_cap_minor is not null

),

spent_today as materialized (

    select
        days.account_id,
        days.budget_level,
        days.object_id,
        {{ sum_reported('days.spend') }} as amount
    from account_caps
    inner join {{ ref('int_spend_by_day') }} as days
        on
            account_caps.account_id = days.account_id
            and account_caps.local_day = days.day
    group by days.account_id, days.budget_level, days.object_id

)

select
    owners.account_id,
    owners.budget_level,
    owners.object_id,
    coalesce(owners.has_other_hours, false) as has_other_hours,
    case
        when owners.is_scheduled and not owners.has_other_hours
            then coalesce(owners.delivering, '{}'::tstzmultirange)
    end as delivering,
    owners.daily_cap,
    least(
        case
            when owners.budget_level = 'campaign' and caps.is_whole
                then greatest(caps.spend_cap - caps.before_today, 0)
        end,
        -- Its campaigns share what is left of the cap of the account: none can spend more today than it has and that.
        case when spent_today.object_id is null then 0 else spent_today.amount end + account_caps.amount_left
    ) as left_of_cap,
    case
        when account_caps.is_full then 'account'
        when caps.amount >= caps.spend_cap then 'campaign'
        when owners.is_capped then 'adset'
    end as full_cap
from (
    select
        account_id,
        'adset' as budget_level,
        adset_id as object_id,
        campaign_id,
        is_scheduled,
        has_other_hours,
        delivering,
        daily_cap,
        is_capped
    from limited
    union all
    select
        campaigns.account_id,
        'campaign' as budget_level,
        campaigns.campaign_id as object_id,
        campaigns.campaign_id,
        by_campaign.is_scheduled,
        by_campaign.has_other_hours,
        by_campaign.delivering,
        by_campaign.daily_cap,
        by_campaign.is_capped
    from {{ ref('stg_campaigns') }} as campaigns
    left join by_campaign
        on campaigns.account_id = by_campaign.account_id and campaigns.campaign_id = by_campaign.campaign_id
) as owners
left join campaign_caps as caps on owners.campaign_id = caps.campaign_id
left join account_caps on owners.account_id = account_caps.account_id
left join spent_today
    on
        owners.account_id = spent_today.account_id
        and owners.budget_level = spent_today.budget_level
        and owners.object_id = spent_today.object_id
where
    owners.is_scheduled
    or owners.daily_cap is not null
    or owners.is_capped
    or caps.campaign_id is not null
    or account_caps.account_id is not null
