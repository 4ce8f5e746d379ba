"""The statements of the analytics. Days in another currency than the account's add up with nothing, and stay out."""

from fbads_pipeline.adapters.postgres.metrics.visible import only_seen

DEFAULT_DAYS = 28
SEEN = only_seen("accounts")
_TODAY = "(cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date"
_ONE_ACCOUNT = "(cast(:account_id as text) is null or accounts.account_id = :account_id)"

# Each account with the period that is asked for and the one that it is held against, in its own days.
_SCOPES = f"""
scopes as (
    select account_id, name, currency, timezone_name, first_day, last_day,
        coalesce(cast(:before_first as date), first_day - (last_day - first_day + 1)) as before_first,
        coalesce(cast(:before_last as date), first_day - 1) as before_last
    from (
        select accounts.account_id, accounts.name, accounts.currency, accounts.timezone_name,
            coalesce(cast(:first as date), {_TODAY} - {DEFAULT_DAYS}) as first_day,
            coalesce(cast(:last as date), {_TODAY} - 1) as last_day
        from marts.accounts as accounts
        where accounts.currency is not null and {_ONE_ACCOUNT} and {{seen}}
    ) as chosen
)
"""
_IN_PERIOD = "daily.day between scopes.first_day and scopes.last_day"
_IN_BEFORE = "daily.day between scopes.before_first and scopes.before_last"


def _joined(mart: str, period: str) -> str:
    return f"from scopes join marts.{mart} as daily on daily.account_id = scopes.account_id and " + (
        f"daily.currency = scopes.currency and {period}"
    )


TOTALS = f"""
with {_SCOPES},
now as (
    select scopes.account_id, {{figures}}, count(distinct daily.day) filter (where daily.is_provisional)
        as provisional_days, max(daily.collected_at) as as_of
    {_joined("account_daily", _IN_PERIOD)} group by scopes.account_id
),
before as (select scopes.account_id, {{figures}} {_joined("account_daily", _IN_BEFORE)} group by scopes.account_id)
select scopes.*, {{both}}, coalesce(now.provisional_days, 0) as provisional_days, now.as_of
from scopes left join now using (account_id) left join before using (account_id)
order by scopes.account_id
"""
DAYS = f"""
with {_SCOPES}
select scopes.account_id, scopes.currency, daily.day, bool_or(daily.is_provisional) as is_provisional, {{figures}}
{_joined("campaign_daily", _IN_PERIOD)}
where cast(:campaign_id as text) is null or daily.campaign_id = :campaign_id
group by scopes.account_id, scopes.currency, daily.day
order by scopes.account_id, daily.day
"""
CAMPAIGNS = f"""
with {_SCOPES},
now as (
    select scopes.account_id, scopes.currency, daily.campaign_id, sum(daily.spend) as biggest, {{figures}}
    {_joined("campaign_daily", _IN_PERIOD)} group by scopes.account_id, scopes.currency, daily.campaign_id
),
before as (
    select scopes.account_id, scopes.currency, daily.campaign_id, {{figures}}
    {_joined("campaign_daily", _IN_BEFORE)} group by scopes.account_id, scopes.currency, daily.campaign_id
)
select *
from (
    select account_id, both_periods.currency, campaign_id, campaigns.name, {{names}},
        row_number() over (partition by account_id order by biggest desc nulls last, campaign_id) as place
    from (
        select account_id, currency, campaign_id, now.biggest, {{both}}
        from now full join before using (account_id, currency, campaign_id)
    ) as both_periods
    left join marts.campaigns as campaigns using (account_id, campaign_id)
) as placed
where place <= :limit
order by account_id, place
"""
PARTS = f"""
with {_SCOPES}
select *
from (
    select scopes.account_id, scopes.currency, {{parts}}, {{expression}} as value, sum(daily.spend) as spend,
        row_number() over (partition by scopes.account_id order by sum(daily.spend) desc, {{parts}}) as place
    {_joined("campaign_breakdown_daily", _IN_PERIOD)}
    where daily.breakdown = :breakdown and (cast(:campaign_id as text) is null or daily.campaign_id = :campaign_id)
    group by scopes.account_id, scopes.currency, {{parts}}
) as placed
where place <= :limit
order by account_id, place
"""
TRENDS = f"""
select trends.account_id, trends.day, trends.level, trends.slope, trends.p_falling, trends.changed_on, trends.shift
from analysis.trends as trends
join marts.accounts as accounts on accounts.account_id = trends.account_id
where trends.metric = :metric and trends.campaign_id = coalesce(cast(:campaign_id as text), '')
    and {_ONE_ACCOUNT} and {SEEN}
order by trends.account_id
"""
PACING = f"""
select pacing.*
from marts.budget_pacing as pacing
join marts.accounts as accounts on accounts.account_id = pacing.account_id
where {_ONE_ACCOUNT} and (cast(:campaign_id as text) is null or pacing.campaign_id = :campaign_id) and {SEEN}
order by pacing.account_id, pacing.campaign_id, pacing.adset_id nulls first
"""
ANOMALIES = f"""
select found.anomaly_id, found.account_id, found.campaign_id, campaigns.name as campaign_name, found.kind, found.metric,
    found.severity, found.status, found.since, found.detected_at, found.observed, found.expected, found.low, found.high,
    found.money_at_stake_per_day, found.currency, found.causes, found.message,
    found.detector_version, found.closed_at, found.resolution
from analysis.anomalies as found
join marts.accounts as accounts on accounts.account_id = found.account_id
left join marts.campaigns as campaigns on campaigns.campaign_id = found.campaign_id
where {_ONE_ACCOUNT} and {SEEN}
    and (cast(:campaign_id as text) is null or found.campaign_id = :campaign_id)
    and (cast(:status as text) is null or found.status = :status)
    and (cast(:kind as text) is null or found.kind = :kind)
    and (cast(:severity as text) is null or found.severity = :severity)
    and (
        cast(:after_id as text) is null
        or (found.detected_at, found.anomaly_id) < (cast(:after_at as timestamptz), :after_id)
    )
order by found.detected_at desc, found.anomaly_id desc
limit :limit
"""
_SCORE_COLUMNS = """scores.account_id, scores.campaign_id, scores.day, scores.total, scores.low, scores.high,
    scores.efficiency_points, scores.trend_points, scores.attention_points, scores.delivery_points,
    scores.health_points, scores.conversions, scores.certainty, scores.why_not, scores.target_cpa, scores.currency,
    scores.model_version, scores.scored_at"""
SCORES = f"""
select distinct on (scores.campaign_id) {_SCORE_COLUMNS}
from analysis.scores as scores
join marts.accounts as accounts on accounts.account_id = scores.account_id
where {_ONE_ACCOUNT} and {SEEN}
    and (cast(:after as text) is null or scores.campaign_id > :after)
order by scores.campaign_id, scores.day desc
limit :limit
"""
SCORE_HISTORY = f"""
select {_SCORE_COLUMNS}
from analysis.scores as scores
join marts.accounts as accounts on accounts.account_id = scores.account_id
where scores.campaign_id = :campaign_id and scores.day >= :since and {SEEN}
order by scores.day
"""
HISTORY = f"""
select history.name, history.status, history.effective_status, history.currency, history.daily_budget,
    history.lifetime_budget, history.valid_from, history.valid_to, history.is_current
from marts.campaign_history as history
join marts.accounts as accounts on accounts.account_id = history.account_id
where history.campaign_id = :campaign_id and {SEEN}
order by history.valid_from desc
limit :limit
"""
