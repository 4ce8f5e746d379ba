-- name: accounts
-- Each account with its open anomalies, what they cost a day, and its waiting suggestions.
select
    accounts.account_id,
    accounts.name,
    accounts.currency,
    accounts.goal_family,
    accounts.has_several_goals,
    (cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date as today,
    coalesce(found.anomalies, 0) as anomalies,
    coalesce(found.critical, 0) as critical,
    coalesce(found.at_stake, 0) as at_stake,
    coalesce(made.suggestions, 0) as suggestions
from marts.accounts as accounts
left join (
    select
        account_id,
        count(*) as anomalies,
        count(*) filter (where severity = 'critical') as critical,
        round(cast(sum(money_at_stake_per_day) as numeric), 2) as at_stake
    from analysis.anomalies
    where status = 'OPEN'
    group by account_id
) as found on accounts.account_id = found.account_id
left join (
    select
        account_id,
        count(*) as suggestions
    from ops.suggestions
    where status = 'PENDING' and (snoozed_until is null or snoozed_until <= :now) and expires_at > :now
    group by account_id
) as made on accounts.account_id = made.account_id
where
    accounts.currency is not null
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
order by accounts.account_id;

-- name: days
-- A row per account, with one array per figure beside the array of its days.
select
    daily.account_id,
    array_agg(daily.day) as days,
    array_agg(daily.spend) as spends,
    array_agg(daily.cost) as cost_amounts,
    array_agg(daily.conversions) as conversion_counts,
    array_agg(daily.purchase_value) as purchase_values
from marts.account_daily as daily
inner join marts.accounts as accounts
    on daily.account_id = accounts.account_id and daily.currency = accounts.currency
where
    daily.day = any(cast(:days as date[]))
    and (cast(:accounts as text[]) is null or daily.account_id = any(cast(:accounts as text[])))
group by daily.account_id;

-- name: read_days
select
    account_id,
    array_agg(day) as days
from marts.day_coverage
where
    level = 'account'
    and is_read
    and day = any(cast(:days as date[]))
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
group by account_id;

-- name: curves
-- What an account had spent by each reading of a running day, in minutes since its midnight.
select
    readings.day,
    floor(
        extract(
            epoch from
            readings.read_at - cast(readings.day as timestamp) at time zone coalesce(accounts.timezone_name, 'UTC')
        ) / 60
    )::int as minutes,
    case when readings.is_removed then 0 else readings.spend end as spend
from raw.insight_readings as readings
inner join marts.accounts as accounts on readings.account_id = accounts.account_id
where
    readings.account_id = :account_id
    and readings.level = 'account'
    and readings.breakdown = ''
    and readings.day between :since and :until
    and readings.read_at < cast(readings.day + 1 as timestamp) at time zone coalesce(accounts.timezone_name, 'UTC')
order by readings.day, readings.read_at;
