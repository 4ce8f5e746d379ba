-- name: anomalies
-- Open ones; with :campaign_id also those that are over and began after :since.
select
    found.anomaly_id,
    found.account_id,
    found.campaign_id,
    campaigns.name as campaign_name,
    found.kind,
    found.metric,
    found.severity,
    found.message,
    found.causes,
    found.currency,
    round(cast(found.money_at_stake_per_day as numeric), 2) as at_stake,
    found.since at time zone coalesce(accounts.timezone_name, 'UTC') as since,
    found.closed_at at time zone coalesce(accounts.timezone_name, 'UTC') as closed_at,
    cast(found.since at time zone coalesce(accounts.timezone_name, 'UTC') as date) as day
from analysis.anomalies as found
inner join marts.accounts as accounts on found.account_id = accounts.account_id
left join marts.campaigns as campaigns on found.campaign_id = campaigns.campaign_id
where
    (cast(:accounts as text[]) is null or found.account_id = any(cast(:accounts as text[])))
    and (cast(:account_id as text) is null or found.account_id = :account_id)
    and (cast(:campaign_id as text) is null or found.campaign_id = :campaign_id)
    and (found.status = 'OPEN' or (cast(:campaign_id as text) is not null and found.since > :since))
order by
    case found.severity when 'critical' then 0 when 'warning' then 1 else 2 end asc,
    found.money_at_stake_per_day desc,
    found.anomaly_id asc
limit 50;

-- name: accounts
-- Each account with its client, and with the instant of the newest good reading of its newest day that was read.
select
    accounts.account_id,
    accounts.name,
    accounts.currency,
    accounts.timezone_name,
    accounts.status,
    clients.client_id,
    clients.name as client_name,
    readings.read_at
from marts.accounts as accounts
left join ops.client_accounts as owners on accounts.account_id = owners.account_id
left join ops.clients as clients on owners.client_id = clients.client_id
left join
    lateral (
        select states.read_at
        from raw.day_states as states
        where
            states.account_id = accounts.account_id
            and states.level = 'campaign'
            and states.breakdown = ''
            and states.read_at is not null
        order by states.day desc
        limit 1
    ) as readings
    on true
where
    accounts.currency is not null
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
order by accounts.name asc nulls last, accounts.account_id asc;

-- name: history
select
    history.status,
    history.effective_status,
    history.name,
    history.daily_budget,
    history.valid_from at time zone coalesce(accounts.timezone_name, 'UTC') as at_local
from marts.campaign_history as history
inner join marts.accounts as accounts on history.account_id = accounts.account_id
where
    history.campaign_id = :campaign_id
    and (cast(:accounts as text[]) is null or history.account_id = any(cast(:accounts as text[])))
order by history.valid_from desc
limit 20;

-- name: score
select
    scores.total,
    scores.low,
    scores.high,
    scores.efficiency_points,
    scores.trend_points,
    scores.attention_points,
    scores.delivery_points,
    scores.health_points,
    scores.why_not,
    scores.target_cpa,
    scores.currency
from analysis.scores as scores
where
    scores.campaign_id = :campaign_id
    and (cast(:accounts as text[]) is null or scores.account_id = any(cast(:accounts as text[])))
order by scores.day desc
limit 1;

-- name: waiting
select count(*) as waiting
from ops.suggestions as made
where
    made.status = 'PENDING'
    and (cast(:accounts as text[]) is null or made.account_id = any(cast(:accounts as text[])))
    and (made.snoozed_until is null or made.snoozed_until <= :now)
    and (cast(:account_id as text) is null or made.account_id = :account_id);

-- name: names
select
    campaign_id,
    name
from marts.campaigns
where campaign_id = any(cast(:ids as text[]));

-- name: days
select
    day,
    currency,
    impressions,
    clicks,
    spend,
    conversions,
    purchase_value,
    ctr,
    cpa,
    roas,
    is_provisional
from marts.campaign_daily
where campaign_id = :campaign_id and account_id = :account_id and day between :first and :last
order by day;

-- name: week_hours
-- What came in within each hour of the account's own days, of steps between readings that are no longer than :longest
-- minutes; a step belongs to the hour of its middle. Null where Meta did not report it.
select
    steps.day,
    extract(
        hour from (steps.from_at + (steps.until_at - steps.from_at) / 2)
        at time zone coalesce(accounts.timezone_name, 'UTC')
    )::int as hour_of_day,
    sum(steps.minutes)::int as minutes,
    case when count(*) = count(steps.spend) then sum(steps.spend) end as spend
from marts.campaign_intraday as steps
inner join marts.accounts as accounts on steps.account_id = accounts.account_id
where
    steps.account_id = :account_id
    and steps.campaign_id = :campaign_id
    and steps.day between :first and :last
    and steps.minutes <= :longest
group by steps.day, hour_of_day;

-- name: is_account
select count(*) > 0 as is_there from raw.accounts
where account_id = :account_id;

-- name: unread_of_each
-- Days of each account's own period that were not read well at the level.
select
    asked.account_id,
    cast(days.day as date) as day
from
    unnest(cast(:ids as text[]), cast(:firsts as date[]), cast(:lasts as date[]))
        as asked (
            account_id, first_day, last_day
        )
cross join lateral generate_series(asked.first_day, asked.last_day, interval '1 day') as days (day)
left join marts.day_coverage as coverage
    on
        asked.account_id = coverage.account_id
        and coverage.level = :level
        and coverage.day = cast(days.day as date)
        and coverage.is_read
where coverage.account_id is null
order by asked.account_id, days.day;

-- name: matching
select
    found.level,
    found.account_id,
    found.campaign_id,
    found.object_id,
    found.name
from (
    select
        named.level,
        named.account_id,
        named.campaign_id,
        named.object_id,
        named.name,
        row_number() over (partition by named.level order by lower(named.name), named.object_id) as place
    from (
        select
            'campaign' as level,
            account_id,
            campaign_id,
            campaign_id as object_id,
            name
        from marts.campaigns
        union all
        select
            'adset' as level,
            account_id,
            campaign_id,
            adset_id as object_id,
            name
        from marts.adsets
        union all
        select
            'ad' as level,
            account_id,
            campaign_id,
            ad_id as object_id,
            name
        from marts.ads
    ) as named
    where
        (strpos(lower(named.name), :text) > 0 or named.object_id = :text)
        and (cast(:accounts as text[]) is null or named.account_id = any(cast(:accounts as text[])))
) as found
where found.place <= cast(:most as int)
order by case found.level when 'campaign' then 0 when 'adset' then 1 else 2 end, found.place;

-- name: anomaly_list
-- Open ones by severity and money, the others newest first; alerted_at, channels: of the alert that announced it.
select
    found.anomaly_id,
    found.account_id,
    found.campaign_id,
    campaigns.name as campaign_name,
    accounts.name as account_name,
    found.kind,
    found.metric,
    found.severity,
    found.status,
    found.message,
    found.recovery,
    found.causes,
    found.currency,
    found.observed,
    found.expected,
    found.low,
    found.high,
    round(cast(found.money_at_stake_per_day as numeric), 2) as at_stake,
    found.since at time zone coalesce(accounts.timezone_name, 'UTC') as since,
    found.closed_at at time zone coalesce(accounts.timezone_name, 'UTC') as closed_at,
    alerts.created_at at time zone coalesce(accounts.timezone_name, 'UTC') as alerted_at,
    array(
        select distinct deliveries.channel
        from ops.deliveries as deliveries
        where deliveries.alert_id = alerts.alert_id and deliveries.state = 'sent'
        order by deliveries.channel
    ) as channels,
    count(*) over () as total
from analysis.anomalies as found
inner join marts.accounts as accounts on found.account_id = accounts.account_id
left join marts.campaigns as campaigns
    on found.account_id = campaigns.account_id and found.campaign_id = campaigns.campaign_id
left join ops.alerts as alerts on found.announced_alert_id = alerts.alert_id
where
    (cast(:accounts as text[]) is null or found.account_id = any(cast(:accounts as text[])))
    and found.status = :status
order by
    case when found.status = 'OPEN' then case found.severity when 'critical' then 0 when 'warning' then 1 else 2 end end
    asc,
    case when found.status = 'OPEN' then found.money_at_stake_per_day end desc,
    found.closed_at desc,
    found.anomaly_id asc
limit cast(:most as int) offset cast(:skipped as int);
