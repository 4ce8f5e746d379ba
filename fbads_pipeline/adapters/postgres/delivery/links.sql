-- name: due
-- Distinct links of ads that may deliver, those that were never looked at first.
select creatives.link
from raw.ad_creatives as creatives
inner join raw.ads as ads on creatives.ad_id = ads.ad_id
left join ops.link_checks as checks on creatives.link = checks.url
where
    creatives.link is not null
    and ads.effective_status = 'ACTIVE'
    and (checks.checked_at is null or checks.checked_at < :checked_before)
group by creatives.link
order by min(checks.checked_at) asc nulls first, creatives.link asc
limit :most;

-- name: keep
insert into ops.link_checks as known (url, state, detail, milliseconds, since, checked_at)
values (:url, :state, :detail, :milliseconds, :now, :now)
on conflict (url) do update set
    state = excluded.state,
    detail = excluded.detail,
    milliseconds = excluded.milliseconds,
    since = case when known.state = excluded.state then known.since else excluded.since end,
    checked_at = excluded.checked_at;

-- name: links
-- Per account and link that was looked at: how it is, and the ads that show it and may deliver.
select
    creatives.account_id,
    checks.url,
    checks.state,
    checks.detail,
    checks.milliseconds,
    checks.since,
    checks.checked_at,
    count(*) as ads,
    min(ads.campaign_id) as campaign_id
from ops.link_checks as checks
inner join raw.ad_creatives as creatives on checks.url = creatives.link
inner join raw.ads as ads on creatives.ad_id = ads.ad_id and ads.effective_status = 'ACTIVE'
where cast(:accounts as text[]) is null or creatives.account_id = any(cast(:accounts as text[]))
group by creatives.account_id, checks.url
order by case checks.state when 'down' then 0 when 'redirected' then 1 when 'slow' then 2 else 3 end, checks.url asc;

-- name: facts
-- Links of ads that spent on one of the last three days, with what they spent a day.
select
    creatives.account_id,
    'link:' || creatives.account_id || ':' || md5(checks.url) as entity,
    checks.url,
    checks.state,
    checks.detail,
    checks.since,
    min(ads.campaign_id) as campaign_id,
    min(campaigns.name) as campaign_name,
    count(distinct ads.ad_id) as ads,
    round(sum(insights.spend) / count(distinct insights.day), 2) as per_day,
    max(accounts.currency) as currency
from ops.link_checks as checks
inner join raw.ad_creatives as creatives on checks.url = creatives.link
inner join raw.ads as ads on creatives.ad_id = ads.ad_id and ads.effective_status = 'ACTIVE'
inner join raw.accounts as accounts on creatives.account_id = accounts.account_id
left join raw.campaigns as campaigns on ads.campaign_id = campaigns.campaign_id
inner join raw.insights as insights
    on
        ads.account_id = insights.account_id
        and insights.level = 'ad'
        and insights.breakdown = ''
        and ads.ad_id = insights.object_id
        and insights.day >= cast(:now as date) - 2
        and insights.spend > 0
where checks.checked_at >= cast(:now as timestamptz) - interval '3 hours'
group by creatives.account_id, checks.url;
