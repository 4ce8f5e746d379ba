-- name: figures
-- Per account and objective over complete days; null where a day does not report the figure, and conversions where
-- campaigns have several goals. Of all accounts: the percentiles name none.
select
    daily.account_id,
    campaigns.objective,
    accounts.country,
    daily.currency,
    count(*) as rows_summed,
    case when count(*) = count(daily.impressions) then sum(daily.impressions) end as impressions,
    case when count(*) = count(daily.clicks) then sum(daily.clicks) end as clicks,
    case when count(*) = count(daily.spend) then sum(daily.spend) end as spend,
    case
        when count(*) = count(daily.conversions) and min(daily.conversion_goal) = max(daily.conversion_goal)
            then sum(daily.conversions)
    end as conversions,
    case when count(*) = count(daily.purchase_value) then sum(daily.purchase_value) end as purchase_value
from marts.campaign_daily as daily
inner join marts.campaigns as campaigns
    on daily.account_id = campaigns.account_id and daily.campaign_id = campaigns.campaign_id
inner join raw.accounts as accounts on daily.account_id = accounts.account_id
where
    daily.day >= :since
    and daily.day < :until
    and campaigns.objective is not null
    and accounts.country is not null
group by daily.account_id, campaigns.objective, accounts.country, daily.currency;
