-- name: campaigns
-- Per campaign: what Meta says and what the shops say, strict sums over the days; null: not known of one of them.
select
    sales.account_id,
    sales.campaign_id,
    max(campaigns.name) as name,
    sales.currency,
    case when count(*) = count(sales.spend) then sum(sales.spend) end as spend,
    case when count(*) = count(sales.purchases) then sum(sales.purchases) end as purchases,
    case when count(*) = count(sales.purchase_value) then sum(sales.purchase_value) end as purchase_value,
    case when count(*) = count(sales.real_purchases) then sum(sales.real_purchases) end as real_purchases,
    case when count(*) = count(sales.real_purchase_value) then sum(sales.real_purchase_value) end
        as real_purchase_value
from marts.campaign_sales_daily as sales
left join marts.campaigns as campaigns on sales.campaign_id = campaigns.campaign_id
where sales.account_id = :account_id and sales.day between :first and :last
group by sales.account_id, sales.campaign_id, sales.currency
order by coalesce(sum(sales.real_purchase_value), 0) desc, coalesce(sum(sales.spend), 0) desc, sales.campaign_id asc;

-- name: apart
-- Orders of these shops that belong to no campaign, by reason and currency.
select
    daily.source,
    daily.unattributed_reason as reason,
    daily.currency,
    sum(daily.orders) as orders,
    sum(daily.real_purchases) as real_purchases,
    case when count(*) = count(daily.real_purchase_value) then sum(daily.real_purchase_value) end
        as real_purchase_value
from marts.orders_daily as daily
where
    daily.source = any(cast(:sources as text[])) and daily.day between :first and :last
    and daily.unattributed_reason is not null
group by daily.source, daily.unattributed_reason, daily.currency
order by sum(daily.real_purchases) desc, daily.source asc, daily.unattributed_reason asc, daily.currency asc;
