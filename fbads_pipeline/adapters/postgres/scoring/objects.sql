-- name: adsets
-- The ad sets of a campaign that hold its budget, with their score and their open suggestion, the best score first.
select
    adsets.adset_id,
    adsets.name,
    adsets.effective_status as status,
    adsets.currency,
    adsets.daily_budget,
    adsets.lifetime_budget,
    scores.day,
    scores.total,
    scores.low,
    scores.high,
    scores.why_not,
    scores.conversions,
    scores.target_cpa,
    made.suggestion_id,
    made.kind as suggested
from marts.adsets as adsets
left join analysis.adset_scores as scores
    on adsets.account_id = scores.account_id and adsets.adset_id = scores.adset_id
left join lateral (
    select
        one.suggestion_id,
        one.kind
    from ops.suggestions as one
    where
        one.account_id = adsets.account_id and one.adset_id = adsets.adset_id and one.status in ('PENDING', 'WAITING')
    order by one.rank, one.suggestion_id
    limit 1
) as made on true
where
    adsets.account_id = :account_id and adsets.campaign_id = :campaign_id
    and (adsets.daily_budget is not null or adsets.lifetime_budget is not null)
order by scores.total desc nulls last, adsets.adset_id asc;

-- name: ads
-- Each ad of a campaign with delivery in the last 28 complete days, in the last 7 and in the 21 before: sums are null
-- where a figure was not reported on one of the rows. frequency: impressions per person and day.
select
    daily.ad_id,
    max(ads.name) as name,
    daily.day > cast(:last_day as date) - :recent_days as is_recent,
    case when count(*) = count(daily.impressions) then sum(daily.impressions) end as impressions,
    case when count(*) = count(daily.clicks) then sum(daily.clicks) end as clicks,
    sum(daily.spend) as spend,
    case when count(*) = count(daily.conversions) then sum(daily.conversions) end as conversions,
    case
        when count(*) = count(daily.impressions) and count(*) = count(daily.reach)
            then sum(daily.impressions)::numeric / nullif(sum(daily.reach), 0)
    end as frequency
from marts.ad_daily as daily
left join marts.ads as ads on daily.account_id = ads.account_id and daily.ad_id = ads.ad_id
where
    daily.account_id = :account_id and daily.campaign_id = :campaign_id
    and daily.day > cast(:last_day as date) - :days and daily.day <= :last_day
group by daily.ad_id, daily.day > cast(:last_day as date) - :recent_days
order by daily.ad_id;
