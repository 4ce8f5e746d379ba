-- name: with_budget
-- Ad sets that hold their campaign's budget, daily or lifetime.
select
    adset_id,
    campaign_id,
    name,
    coalesce(effective_status, '') as status,
    daily_budget is not null as has_daily_budget,
    coalesce(learning_status = 'LEARNING', false) as is_learning
from marts.adsets
where account_id = :account and (daily_budget is not null or lifetime_budget is not null)
order by adset_id;

-- name: copy_history
-- Only amounts in the account's currency of today, of ad sets that hold a budget.
copy (
    select
        daily.adset_id,
        daily.day,
        daily.impressions,
        daily.clicks,
        daily.spend,
        daily.conversions
    from marts.adset_daily as daily
    inner join marts.adsets as adsets on daily.account_id = adsets.account_id and daily.adset_id = adsets.adset_id
    where
        daily.account_id = :account and daily.day between :since and :until and daily.currency = :currency
        and (adsets.daily_budget is not null or adsets.lifetime_budget is not null)
    order by daily.adset_id, daily.day
) to stdout with (format csv);

-- name: pending
-- The posterior's suggestions of ad sets that wait for a decision.
select
    adset_id,
    kind
from ops.suggestions
where
    account_id = :account and adset_id <> '' and status in ('PENDING', 'WAITING')
    and rules @> array['posterior']
order by adset_id;

-- name: delete_other_scores
delete from analysis.adset_scores
where account_id = :account and adset_id <> all(cast(:adsets as text[]));

-- name: save_score
insert into analysis.adset_scores as known (
    account_id, adset_id, campaign_id, day, total, low, high, conversions, why_not, target_cpa, currency, marts_version
)
values (
    :account_id, :adset_id, :campaign_id, :day, :total, :low, :high, :conversions, :why_not, :target_cpa, :currency,
    :marts_version
)
on conflict (account_id, adset_id) do update
    set
        campaign_id = excluded.campaign_id,
        day = excluded.day,
        total = excluded.total,
        low = excluded.low,
        high = excluded.high,
        conversions = excluded.conversions,
        why_not = excluded.why_not,
        target_cpa = excluded.target_cpa,
        currency = excluded.currency,
        marts_version = excluded.marts_version
    where
    (known.day, known.total, known.low, known.high, known.conversions, known.why_not, known.target_cpa)
    is distinct from (
        excluded.day, excluded.total, excluded.low, excluded.high, excluded.conversions, excluded.why_not,
        excluded.target_cpa
    );
