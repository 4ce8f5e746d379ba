select
    levels.account_id,
    levels.day,
    case when levels.currencies <= 1 then levels.currency end as currency,
    levels.account_impressions,
    levels.campaigns_impressions,
    levels.ads_impressions,
    levels.account_clicks,
    levels.campaigns_clicks,
    levels.ads_clicks,
    levels.account_spend,
    levels.campaigns_spend,
    levels.ads_spend,
    levels.account_purchases,
    levels.campaigns_purchases,
    levels.ads_purchases,
    levels.account_impressions - levels.campaigns_impressions as impressions_missing_in_campaigns,
    levels.account_impressions - levels.ads_impressions as impressions_missing_in_ads,
    levels.account_clicks - levels.campaigns_clicks as clicks_missing_in_campaigns,
    levels.account_clicks - levels.ads_clicks as clicks_missing_in_ads,
    levels.account_spend - levels.campaigns_spend as spend_missing_in_campaigns,
    levels.account_spend - levels.ads_spend as spend_missing_in_ads,
    levels.account_purchases - levels.campaigns_purchases as purchases_missing_in_campaigns,
    levels.account_purchases - levels.ads_purchases as purchases_missing_in_ads,
    case
        when levels.account_days = 1
            then
                levels.currencies <= 1
                and levels.campaigns_rows > 0
                and {{ adds_up('levels.campaigns_impressions', 'levels.account_impressions') }}
                and {{ adds_up('levels.campaigns_spend', 'levels.account_spend') }}
                and (
                    levels.ads_rows = 0
                    or (
                        {{ adds_up('levels.ads_impressions', 'levels.account_impressions') }}
                        and {{ adds_up('levels.ads_spend', 'levels.account_spend') }}
                    )
                )
    end as is_reconciled
from (
    select
        facts.account_id,
        facts.day,
        min(facts.currency) as currency,
        count(distinct facts.currency) as currencies,
        count(*) filter (where facts.level = 'account') as account_days,
        count(*) filter (where facts.level = 'campaign') as campaigns_rows,
        count(*) filter (where facts.level = 'ad') as ads_rows,
        (sum(facts.impressions) filter (where facts.level = 'account'))::bigint as account_impressions,
        (sum(facts.impressions) filter (where facts.level = 'campaign'))::bigint as campaigns_impressions,
        (sum(facts.impressions) filter (where facts.level = 'ad'))::bigint as ads_impressions,
        (sum(facts.clicks) filter (where facts.level = 'account'))::bigint as account_clicks,
        (sum(facts.clicks) filter (where facts.level = 'campaign'))::bigint as campaigns_clicks,
        (sum(facts.clicks) filter (where facts.level = 'ad'))::bigint as ads_clicks,
        (sum(facts.spend) filter (where facts.level = 'account')) as account_spend,
        (sum(facts.spend) filter (where facts.level = 'campaign')) as campaigns_spend,
        (sum(facts.spend) filter (where facts.level = 'ad')) as ads_spend,
        (sum(facts.purchase_count) filter (where facts.level = 'account')) as account_purchases,
        (sum(facts.purchase_count) filter (where facts.level = 'campaign')) as campaigns_purchases,
        (sum(facts.purchase_count) filter (where facts.level = 'ad')) as ads_purchases
    from (
        select
            account_id,
            day,
            'account' as level,
            currency,
            impressions,
            clicks,
            spend,
            purchase_count
        from {{ ref('int_account_daily') }}
        union all
        select
            account_id,
            day,
            'campaign' as level,
            currency,
            impressions,
            clicks,
            spend,
            purchase_count
        from {{ ref('int_campaign_daily') }}
        union all
        select
            account_id,
            day,
            'ad' as level,
            currency,
            impressions,
            clicks,
            spend,
            purchase_count
        from {{ ref('int_ad_daily') }}
    ) as facts
    group by facts.account_id, facts.day
) as levels
