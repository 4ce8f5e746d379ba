-- name: lock
-- One process at a time writes scores, trends and verdicts.
select pg_advisory_xact_lock(:key);

-- name: create_incoming_scores
create temporary table incoming_scores (like analysis.scores) on commit drop;

-- name: relax_incoming_scores
-- The time of scoring is added when the rows are saved.
alter table incoming_scores alter column scored_at drop not null;

-- name: copy_incoming_scores
copy incoming_scores (
    account_id, campaign_id, day, total, low, high, efficiency_points, trend_points, attention_points,
    delivery_points, health_points, efficiency, trend, attention, delivery, health, conversions, certainty, why_not,
    target_cpa, currency, model_version, marts_version
) from stdin with (format csv, force_not_null (campaign_id));

-- name: save_scores
-- The newest marts win; the same figures from newer marts are no new score.
insert into analysis.scores as known (
    account_id, campaign_id, day, total, low, high, efficiency_points, trend_points, attention_points,
    delivery_points, health_points, efficiency, trend, attention, delivery, health, conversions, certainty, why_not,
    target_cpa, currency, model_version, marts_version, scored_at
)
select
    account_id,
    campaign_id,
    day,
    total,
    low,
    high,
    efficiency_points,
    trend_points,
    attention_points,
    delivery_points,
    health_points,
    efficiency,
    trend,
    attention,
    delivery,
    health,
    conversions,
    certainty,
    why_not,
    target_cpa,
    currency,
    model_version,
    marts_version,
    :now as scored_at
from incoming_scores
on conflict (account_id, campaign_id, day) do update
    set
        total = excluded.total,
        low = excluded.low,
        high = excluded.high,
        efficiency_points = excluded.efficiency_points,
        trend_points = excluded.trend_points,
        attention_points = excluded.attention_points,
        delivery_points = excluded.delivery_points,
        health_points = excluded.health_points,
        efficiency = excluded.efficiency,
        trend = excluded.trend,
        attention = excluded.attention,
        delivery = excluded.delivery,
        health = excluded.health,
        conversions = excluded.conversions,
        certainty = excluded.certainty,
        why_not = excluded.why_not,
        target_cpa = excluded.target_cpa,
        currency = excluded.currency,
        model_version = excluded.model_version,
        marts_version = excluded.marts_version,
        scored_at = excluded.scored_at
    where
    known.marts_version <= excluded.marts_version
    and (
        known.total, known.low, known.high, known.efficiency_points, known.trend_points, known.attention_points,
        known.delivery_points, known.health_points, known.efficiency, known.trend, known.attention, known.delivery,
        known.health, known.conversions, known.certainty, known.why_not, known.target_cpa, known.currency,
        known.model_version
    ) is distinct from (
        excluded.total, excluded.low, excluded.high, excluded.efficiency_points, excluded.trend_points,
        excluded.attention_points, excluded.delivery_points, excluded.health_points, excluded.efficiency,
        excluded.trend, excluded.attention, excluded.delivery, excluded.health, excluded.conversions,
        excluded.certainty, excluded.why_not, excluded.target_cpa, excluded.currency, excluded.model_version
    );

-- name: create_incoming_trends
create temporary table incoming_trends (like analysis.trends) on commit drop;

-- name: copy_incoming_trends
copy incoming_trends (
    account_id, campaign_id, metric, day, level, slope, p_falling, changed_on, shift
) from stdin with (format csv, force_not_null (campaign_id));

-- name: save_trends
insert into analysis.trends as known (
    account_id, campaign_id, metric, day, level, slope, p_falling, changed_on, shift
)
select
    account_id,
    campaign_id,
    metric,
    day,
    level,
    slope,
    p_falling,
    changed_on,
    shift
from incoming_trends
on conflict (account_id, campaign_id, metric) do update
    set
        day = excluded.day,
        level = excluded.level,
        slope = excluded.slope,
        p_falling = excluded.p_falling,
        changed_on = excluded.changed_on,
        shift = excluded.shift
    where
    (known.day, known.level, known.slope, known.p_falling, known.changed_on, known.shift)
    is distinct from (
        excluded.day, excluded.level, excluded.slope, excluded.p_falling, excluded.changed_on, excluded.shift
    );

-- name: delete_other_trends
delete from analysis.trends as known
where
    known.account_id = :account
    and not exists (
        select from incoming_trends as incoming
        where (incoming.campaign_id, incoming.metric) = (known.campaign_id, known.metric)
    );

-- name: create_incoming_verdicts
create temporary table incoming_verdicts (like analysis.verdicts) on commit drop;

-- name: copy_incoming_verdicts
copy incoming_verdicts (
    account_id, campaign_id, kind, factor, effect_low, effect_expected, effect_high, p_better, confidence,
    evidence, is_proposed, day, currency, model_version, marts_version, adset_id
) from stdin with (format csv, force_not_null (campaign_id, adset_id));

-- name: newest_verdicts
select coalesce(max(marts_version), 0) from analysis.verdicts
where account_id = :account;

-- name: delete_verdicts
delete from analysis.verdicts
where account_id = :account;

-- name: save_verdicts
insert into analysis.verdicts (
    account_id, campaign_id, kind, factor, effect_low, effect_expected, effect_high, p_better, confidence,
    evidence, is_proposed, day, currency, model_version, marts_version, adset_id
)
select
    account_id,
    campaign_id,
    kind,
    factor,
    effect_low,
    effect_expected,
    effect_high,
    p_better,
    confidence,
    evidence,
    is_proposed,
    day,
    currency,
    model_version,
    marts_version,
    adset_id
from incoming_verdicts;

-- name: current_verdicts
select
    account_id,
    campaign_id,
    kind,
    factor,
    effect_low,
    effect_expected,
    effect_high,
    p_better,
    confidence,
    evidence,
    is_proposed,
    day,
    currency,
    model_version,
    marts_version,
    adset_id
from analysis.verdicts
order by account_id, campaign_id, adset_id, kind;

-- name: create_incoming_withheld_verdicts
create temporary table incoming_withheld_verdicts (like analysis.withheld_verdicts) on commit drop;

-- name: copy_incoming_withheld_verdicts
copy incoming_withheld_verdicts (account_id, campaign_id, reason, day, marts_version)
from stdin with (format csv, force_not_null (campaign_id));

-- name: save_withheld_verdicts
insert into analysis.withheld_verdicts as known (account_id, campaign_id, reason, day, marts_version)
select
    account_id,
    campaign_id,
    reason,
    day,
    marts_version
from incoming_withheld_verdicts
on conflict (account_id, campaign_id) do update
    set reason = excluded.reason, day = excluded.day, marts_version = excluded.marts_version
    where (known.reason, known.day) is distinct from (excluded.reason, excluded.day);

-- name: delete_other_withheld_verdicts
delete from analysis.withheld_verdicts as known
where
    known.account_id = :account
    and not exists (
        select from incoming_withheld_verdicts as incoming
        where incoming.campaign_id = known.campaign_id
    );

-- name: current_withheld_verdicts
select
    account_id,
    campaign_id,
    reason,
    day,
    marts_version
from analysis.withheld_verdicts
order by account_id, campaign_id;

-- name: current_scores
select distinct on (account_id, campaign_id)
    account_id,
    campaign_id,
    day,
    total,
    low,
    high,
    jsonb_build_object(
        'efficiency', efficiency_points, 'trend', trend_points, 'attention', attention_points,
        'delivery', delivery_points, 'health', health_points
    ) as points,
    conversions,
    why_not,
    model_version
from analysis.scores
where account_id = any(:accounts) and day >= cast(:since as date)
order by account_id asc, campaign_id asc, day desc;
