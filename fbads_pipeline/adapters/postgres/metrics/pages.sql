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
-- Each account with the instant of its newest complete reading.
select
    accounts.account_id,
    accounts.name,
    accounts.currency,
    accounts.timezone_name,
    accounts.status,
    max(runs.read_at) as read_at
from marts.accounts as accounts
left join raw.reading_runs as runs
    on accounts.account_id = runs.account_id and runs.level = 'campaign' and runs.breakdown = '' and runs.ok
where
    accounts.currency is not null
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
group by accounts.account_id, accounts.name, accounts.currency, accounts.timezone_name, accounts.status
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

-- name: is_account
select count(*) > 0 as is_there from raw.accounts
where account_id = :account_id;
