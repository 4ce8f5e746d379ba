"""The statements of scores, models and outcomes. Rows come in through COPY into a table of the session."""

ACCOUNT = """
select
    accounts.currency,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name,
    accounts.goal_family,
    (select max(collected_at) from marts.campaign_daily where account_id = accounts.account_id) as as_of,
    (select coalesce(max(version), 0) from intermediate.publications) as marts_version
from marts.accounts as accounts
where accounts.account_id = :account and accounts.currency is not null
"""

# Only amounts in the account's currency of today: a change of currency starts a new history.
HISTORY = """
copy (
    select campaign_id, day, impressions, clicks, spend, conversions
    from marts.campaign_daily
    where account_id = {account} and day between {since} and {until} and currency = {currency}
    order by campaign_id, day
) to stdout with (format csv)
"""

CAMPAIGNS = """
select campaign_id, coalesce(effective_status, '') as status, coalesce(objective, '') as objective
from marts.campaigns where account_id = :account
"""

BUDGET_STATES = """
select object_id, campaign_id, (valid_from at time zone :zone)::date as day, daily_budget::double precision, is_active
from (
    select campaign_id as object_id, campaign_id, valid_from, daily_budget, effective_status = 'ACTIVE' as is_active
    from marts.campaign_history where account_id = :account
    union all
    select adset_id, campaign_id, valid_from, daily_budget, effective_status = 'ACTIVE'
    from marts.adset_history where account_id = :account
) as objects
order by valid_from, object_id
"""

# Meta writes an amount plainly or inside an object; lifetime budgets are no daily ones.
BUDGET_EDITS = """
select object_id, day, old_minor / :minor_units as old_budget
from (
    select
        object_id,
        event_at,
        (event_at at time zone :zone)::date as day,
        case jsonb_typeof(extra -> 'old_value')
            when 'number' then (extra ->> 'old_value')::double precision
            when 'object' then substring(extra -> 'old_value' ->> 'old_value' from '^[0-9]+$')::double precision
            when 'string' then substring(extra ->> 'old_value' from '^[0-9]+$')::double precision
        end as old_minor
    from raw.activities
    where
        account_id = :account and event_type in ('update_campaign_budget', 'update_ad_set_budget')
        and coalesce(extra ->> 'budget_type', 'daily_budget') = 'daily_budget'
) as edits
where old_minor >= 0
order by event_at
"""

HAS_LOG = "select exists (select from raw.activities where account_id = :account)"

ANOMALIES = """
select campaign_id, kind, severity, since from analysis.anomalies
where account_id = :account and status = 'OPEN'
order by campaign_id, metric
"""

STANDING = """
select campaign_id, kind from ops.suggestions
where account_id = :account and status = 'PENDING' and rules @> array['posterior']
order by campaign_id
"""

_SCORE_FIGURES = {
    "total": "numeric",
    "low": "numeric",
    "high": "numeric",
    "efficiency_points": "numeric",
    "trend_points": "numeric",
    "attention_points": "numeric",
    "delivery_points": "numeric",
    "health_points": "numeric",
    "efficiency": "double precision",
    "trend": "double precision",
    "attention": "double precision",
    "delivery": "double precision",
    "health": "double precision",
    "conversions": "double precision",
    "certainty": "double precision",
    "why_not": "text",
    "target_cpa": "numeric",
    "currency": "text",
    "model_version": "text",
}
SCORE_COLUMNS = ("account_id", "campaign_id", "day", *_SCORE_FIGURES, "marts_version")
TREND_COLUMNS = ("account_id", "campaign_id", "metric", "day", "level", "slope", "p_falling", "changed_on", "shift")
VERDICT_COLUMNS = (
    *("account_id", "campaign_id", "kind", "factor", "effect_low", "effect_expected", "effect_high", "p_better"),
    *("confidence", "reason_pt", "reason_en", "would_change_pt", "would_change_en", "evidence", "is_proposed", "day"),
    *("currency", "model_version", "marts_version"),
)

INCOMING = "create temporary table incoming_{name} (like analysis.{name}) on commit drop"
COPY = "copy incoming_{name} ({columns}) from stdin with (format csv, force_not_null (campaign_id))"
RELAX = "alter table incoming_scores alter column scored_at drop not null"

# The newest marts have the last word; the same figures of newer marts are no new score.
SAVE_SCORES = f"""
insert into analysis.scores as known ({", ".join(SCORE_COLUMNS)}, scored_at)
select {", ".join(SCORE_COLUMNS)}, :now from incoming_scores
on conflict (account_id, campaign_id, day) do update
set {", ".join(f"{name} = excluded.{name}" for name in (*_SCORE_FIGURES, "marts_version", "scored_at"))}
where
    known.marts_version <= excluded.marts_version
    and ({", ".join(f"known.{name}" for name in _SCORE_FIGURES)})
    is distinct from ({", ".join(f"excluded.{name}" for name in _SCORE_FIGURES)})
"""

_TREND_FIGURES = ("day", "level", "slope", "p_falling", "changed_on", "shift")
SAVE_TRENDS = f"""
insert into analysis.trends as known ({", ".join(TREND_COLUMNS)})
select {", ".join(TREND_COLUMNS)} from incoming_trends
on conflict (account_id, campaign_id, metric) do update
set {", ".join(f"{name} = excluded.{name}" for name in _TREND_FIGURES)}
where ({", ".join(f"known.{name}" for name in _TREND_FIGURES)})
    is distinct from ({", ".join(f"excluded.{name}" for name in _TREND_FIGURES)})
"""
FORGET_TRENDS = """
delete from analysis.trends as known
where
    account_id = :account
    and not exists (
        select from incoming_trends as incoming
        where (incoming.campaign_id, incoming.metric) = (known.campaign_id, known.metric)
    )
"""

NEWEST_VERDICTS = "select coalesce(max(marts_version), 0) from analysis.verdicts where account_id = :account"
FORGET_VERDICTS = "delete from analysis.verdicts where account_id = :account"
SAVE_VERDICTS = f"""
insert into analysis.verdicts ({", ".join(VERDICT_COLUMNS)})
select {", ".join(VERDICT_COLUMNS)} from incoming_verdicts
"""
CURRENT_VERDICTS = f"""
select {", ".join(VERDICT_COLUMNS)} from analysis.verdicts order by account_id, campaign_id, kind
"""

CURRENT_SCORES = """
select distinct on (account_id, campaign_id)
    account_id, campaign_id, day, total, low, high,
    jsonb_build_object(
        'efficiency', efficiency_points, 'trend', trend_points, 'attention', attention_points,
        'delivery', delivery_points, 'health', health_points
    ) as points,
    conversions, why_not, model_version
from analysis.scores
where account_id = any(:accounts) and day >= cast(:since as date)
order by account_id, campaign_id, day desc
"""

MODEL = "select content from analysis.models where account_id = :account and {which}"
RETIRE_MODEL = "update analysis.models set is_current = false where account_id = :account and is_current"
KEEP_MODEL = """
insert into analysis.models (
    account_id, version, first_day, last_day, campaigns, seed, content, evaluation, is_current, reason, fitted_at
)
values (
    :account, :version, :first_day, :last_day, :campaigns, :seed, cast(:content as jsonb), cast(:evaluation as jsonb),
    :is_current, :reason, :now
)
on conflict (account_id, version) do update
set is_current = excluded.is_current, reason = excluded.reason, evaluation = excluded.evaluation
"""

DECIDED = """
select
    suggestions.suggestion_id,
    suggestions.account_id,
    suggestions.campaign_id,
    suggestions.kind,
    suggestions.factor,
    suggestions.effect_low,
    suggestions.effect_high,
    (suggestions.updated_at at time zone coalesce(accounts.timezone_name, 'UTC'))::date as decided_on,
    accounts.currency
from ops.suggestions as suggestions
join marts.accounts as accounts on accounts.account_id = suggestions.account_id and accounts.currency is not null
left join analysis.suggestion_outcomes as known on known.suggestion_id = suggestions.suggestion_id
where
    suggestions.account_id = :account and suggestions.status in ('ACCEPTED', 'APPLIED')
    and suggestions.effect_low is not null and (known.state is null or known.state = 'waiting')
order by suggestions.suggestion_id
"""
SAVE_OUTCOME = """
insert into analysis.suggestion_outcomes as known (
    suggestion_id, account_id, campaign_id, kind, applied_on, promised_low, promised_high, state,
    observed, observed_low, observed_high, is_hit, currency, judged_at
)
values (
    :suggestion_id, :account_id, :campaign_id, :kind, :applied_on, :promised_low, :promised_high, :state,
    :observed, :observed_low, :observed_high, :is_hit, :currency, :now
)
on conflict (suggestion_id) do update
set state = excluded.state, observed = excluded.observed, observed_low = excluded.observed_low,
    observed_high = excluded.observed_high, is_hit = excluded.is_hit, judged_at = excluded.judged_at
where known.state <> excluded.state
"""
HIT_RATES = "select kind, followed, judged, hits, hit_rate from analysis.hit_rates order by kind"
