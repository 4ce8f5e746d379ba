-- name: accounts
select
    account_id,
    name,
    currency,
    coalesce(timezone_name, 'UTC') as timezone_name,
    goal_family as goal,
    has_several_goals,
    cast(cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC') as date) as today
from marts.accounts
where currency is not null and (cast(:ids as text[]) is null or account_id = any(cast(:ids as text[])))
order by account_id;

-- name: anomalies
select
    campaigns.name as campaign_name,
    found.since,
    found.severity,
    found.message,
    found.money_at_stake_per_day as at_stake,
    found.status,
    case
        when found.announced_alert_id is not null then 'alert'
        when found.digest_alert_id is not null then 'digest'
        else 'none'
    end as notified
from analysis.anomalies as found
inner join marts.accounts as accounts on found.account_id = accounts.account_id
left join marts.campaigns as campaigns on found.campaign_id = campaigns.campaign_id
where
    found.account_id = :account
    and cast(found.since at time zone coalesce(accounts.timezone_name, 'UTC') as date) between :first and :last
order by found.severity asc, found.money_at_stake_per_day desc, found.anomaly_id asc;

-- name: suggestions
select
    campaigns.name || coalesce(' › ' || (made.evidence ->> 'adset_name'), '') as campaign_name,
    made.day,
    made.kind,
    made.status,
    made.reason
from ops.suggestions as made
inner join marts.accounts as accounts on made.account_id = accounts.account_id
left join marts.campaigns as campaigns on made.campaign_id = campaigns.campaign_id
where
    made.account_id = :account and made.status <> 'SUPERSEDED'
    and cast(made.created_at at time zone coalesce(accounts.timezone_name, 'UTC') as date) between :first and :last
order by made.status asc, made.day desc, made.suggestion_id asc;

-- name: hit_rates
-- As analysis.hit_rates, of one account.
select
    kind,
    count(*) as followed,
    count(is_hit) as evaluated,
    count(*) filter (where is_hit) as hits
from analysis.suggestion_outcomes
where account_id = :account
group by kind
order by kind;

-- name: read_days
select coverage.day
from marts.day_coverage as coverage
where
    coverage.account_id = :account
    and coverage.level = :level
    and coverage.is_read
    and coverage.day between :first and :last;
