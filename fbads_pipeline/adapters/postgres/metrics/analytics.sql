-- name: scopes
-- Each account with the period that is asked for and the one that it is compared with, in its own days.
select
    chosen.account_id,
    chosen.name,
    chosen.currency,
    chosen.timezone_name,
    chosen.has_several_goals,
    chosen.today,
    chosen.first_day,
    chosen.last_day,
    coalesce(
        cast(:before_first as date), chosen.first_day - (chosen.last_day - chosen.first_day + 1)
    ) as before_first,
    coalesce(cast(:before_last as date), chosen.first_day - 1) as before_last
from (
    select
        accounts.account_id,
        accounts.name,
        accounts.currency,
        accounts.timezone_name,
        accounts.has_several_goals,
        clocks.today,
        coalesce(
            cast(:first as date),
            case
                when :is_month then cast(date_trunc('month', clocks.today) as date)
                else clocks.today - cast(:default_days as int)
            end
        ) as first_day,
        coalesce(cast(:last as date), case when :is_month then clocks.today else clocks.today - 1 end) as last_day
    from marts.accounts as accounts
    cross join
        lateral (
            select (cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date as today
        ) as clocks
    where
        accounts.currency is not null
        and (cast(:account_id as text) is null or accounts.account_id = :account_id)
        and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
) as chosen;

-- name: read_days
select
    account_id,
    day
from marts.day_coverage
where level = :level and is_read;

-- name: read_days_of_breakdown
-- As marts.day_coverage, of rows with that breakdown: read once after the day's end, or, of a day that is not over, at
-- all.
select
    states.account_id,
    states.day
from raw.day_states as states
inner join marts.accounts as accounts on states.account_id = accounts.account_id
where
    states.level = :level
    and states.breakdown = :breakdown
    and (
        states.read_at >= cast(states.day + 1 as timestamp) at time zone coalesce(accounts.timezone_name, 'UTC')
        or (
            states.read_at is not null
            and states.day
            >= cast(cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC') as date)
        )
    );

-- name: trends
select
    trends.account_id,
    trends.day,
    trends.level,
    trends.slope,
    trends.p_falling,
    trends.changed_on,
    trends.shift
from analysis.trends as trends
inner join marts.accounts as accounts on trends.account_id = accounts.account_id
where
    trends.metric = :metric
    and trends.campaign_id = coalesce(cast(:campaign_id as text), '')
    and (cast(:account_id as text) is null or accounts.account_id = :account_id)
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
order by trends.account_id;

-- name: pacing
select pacing.* -- noqa: AM04
from marts.budget_pacing as pacing
inner join marts.accounts as accounts on pacing.account_id = accounts.account_id
where
    (cast(:account_id as text) is null or accounts.account_id = :account_id)
    and (cast(:campaign_id as text) is null or pacing.campaign_id = :campaign_id)
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
order by pacing.account_id asc, pacing.campaign_id asc, pacing.adset_id asc nulls first;

-- name: anomalies
select
    found.anomaly_id,
    found.account_id,
    found.campaign_id,
    campaigns.name as campaign_name,
    found.kind,
    found.metric,
    found.severity,
    found.status,
    found.since,
    found.detected_at,
    found.observed,
    found.expected,
    found.low,
    found.high,
    found.money_at_stake_per_day,
    found.currency,
    found.causes,
    found.message,
    found.detector_version,
    found.closed_at,
    found.resolution
from analysis.anomalies as found
inner join marts.accounts as accounts on found.account_id = accounts.account_id
left join marts.campaigns as campaigns on found.campaign_id = campaigns.campaign_id
where
    (cast(:account_id as text) is null or accounts.account_id = :account_id)
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
    and (cast(:campaign_id as text) is null or found.campaign_id = :campaign_id)
    and (cast(:status as text) is null or found.status = :status)
    and (cast(:kind as text) is null or found.kind = :kind)
    and (cast(:severity as text) is null or found.severity = :severity)
    and (
        cast(:after_id as text) is null
        or (found.detected_at, found.anomaly_id) < (cast(:after_at as timestamptz), :after_id)
    )
order by found.detected_at desc, found.anomaly_id desc
limit cast(:most as int);

-- name: scores
select distinct on (scores.campaign_id)
    scores.account_id,
    scores.campaign_id,
    scores.day,
    scores.total,
    scores.low,
    scores.high,
    scores.efficiency_points,
    scores.trend_points,
    scores.attention_points,
    scores.delivery_points,
    scores.health_points,
    scores.conversions,
    scores.certainty,
    scores.why_not,
    scores.target_cpa,
    scores.currency,
    scores.model_version,
    scores.scored_at
from analysis.scores as scores
inner join marts.accounts as accounts on scores.account_id = accounts.account_id
where
    (cast(:account_id as text) is null or accounts.account_id = :account_id)
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
    and (cast(:after as text) is null or scores.campaign_id > :after)
order by scores.campaign_id asc, scores.day desc
limit cast(:most as int);

-- name: score_history
select
    scores.account_id,
    scores.campaign_id,
    scores.day,
    scores.total,
    scores.low,
    scores.high,
    scores.efficiency_points,
    scores.trend_points,
    scores.attention_points,
    scores.delivery_points,
    scores.health_points,
    scores.conversions,
    scores.certainty,
    scores.why_not,
    scores.target_cpa,
    scores.currency,
    scores.model_version,
    scores.scored_at
from analysis.scores as scores
inner join marts.accounts as accounts on scores.account_id = accounts.account_id
where
    scores.campaign_id = :campaign_id
    and scores.day >= :since
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
order by scores.day;

-- name: history
select
    history.name,
    history.status,
    history.effective_status,
    history.currency,
    history.daily_budget,
    history.lifetime_budget,
    history.valid_from,
    history.valid_to,
    history.is_current
from marts.campaign_history as history
inner join marts.accounts as accounts on history.account_id = accounts.account_id
where
    history.campaign_id = :campaign_id
    and (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
order by history.valid_from desc
limit cast(:most as int);
