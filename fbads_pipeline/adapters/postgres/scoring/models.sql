-- name: model
-- Without :version the one in use.
select content from analysis.models
where
    account_id = :account
    and case when cast(:version as text) is null then is_current else version = :version end;

-- name: retire_model
update analysis.models set is_current = false
where account_id = :account and is_current;

-- name: save_model
insert into analysis.models (
    account_id, version, first_day, last_day, campaigns, seed, content, evaluation, is_current, reason, fitted_at
)
values (
    :account, :version, :first_day, :last_day, :campaigns, :seed, cast(:content as jsonb), cast(:evaluation as jsonb),
    :is_current, :reason, :now
)
on conflict (account_id, version) do update
    set is_current = excluded.is_current, reason = excluded.reason, evaluation = excluded.evaluation;

-- name: suggestions_to_evaluate
-- Accepted suggestions of the posterior whose outcome is not known yet.
select
    suggestions.suggestion_id,
    suggestions.account_id,
    suggestions.campaign_id,
    suggestions.adset_id,
    suggestions.kind,
    suggestions.factor,
    suggestions.evidence -> 'moves' as moves,
    suggestions.effect_low,
    suggestions.effect_high,
    (suggestions.updated_at at time zone coalesce(accounts.timezone_name, 'UTC'))::date as decided_on,
    accounts.currency
from ops.suggestions as suggestions
inner join marts.accounts as accounts
    on suggestions.account_id = accounts.account_id and accounts.currency is not null
left join analysis.suggestion_outcomes as known on suggestions.suggestion_id = known.suggestion_id
where
    suggestions.account_id = :account and suggestions.status in ('ACCEPTED', 'APPLIED')
    and suggestions.effect_low is not null and (known.state is null or known.state = 'waiting')
order by suggestions.suggestion_id;

-- name: save_outcome
insert into analysis.suggestion_outcomes as known (
    suggestion_id, account_id, campaign_id, kind, applied_on, promised_low, promised_high, state,
    observed, observed_low, observed_high, is_hit, currency, judged_at
)
values (
    :suggestion_id, :account_id, :campaign_id, :kind, :applied_on, :promised_low, :promised_high, :state,
    :observed, :observed_low, :observed_high, :is_hit, :currency, :now
)
on conflict (suggestion_id) do update
    set
        state = excluded.state,
        observed = excluded.observed,
        observed_low = excluded.observed_low,
        observed_high = excluded.observed_high,
        is_hit = excluded.is_hit,
        judged_at = excluded.judged_at
    where known.state <> excluded.state;

-- name: hit_rates
select
    kind,
    followed,
    judged,
    hits,
    hit_rate
from analysis.hit_rates
order by kind;
