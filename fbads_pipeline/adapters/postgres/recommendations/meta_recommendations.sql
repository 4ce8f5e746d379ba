-- name: current
-- What the newest list of each account shows, with the campaigns that it is about.
select
    made.account_id,
    accounts.name as account_name,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name,
    made.recommendation_key,
    made.kind,
    made.object_ids,
    about.campaign_ids,
    made.lift_estimate,
    made.body,
    made.score_lift,
    made.url,
    made.made_at,
    made.first_seen_at,
    made.last_seen_at
from raw.meta_recommendations as made
inner join raw.recommendation_readings as listed
    on made.account_id = listed.account_id and listed.part = 'list' and made.last_seen_at >= listed.read_at
left join raw.accounts as accounts on made.account_id = accounts.account_id
cross join
    lateral (
        select array(
            select campaigns.campaign_id
            from raw.campaigns as campaigns
            where campaigns.account_id = made.account_id and campaigns.campaign_id = any(made.object_ids)
            union
            select adsets.campaign_id
            from raw.adsets as adsets
            where adsets.account_id = made.account_id and adsets.adset_id = any(made.object_ids)
            union
            select ads.campaign_id
            from raw.ads as ads
            where ads.account_id = made.account_id and ads.ad_id = any(made.object_ids)
            order by campaign_id
        ) as campaign_ids
    ) as about
where
    (cast(:accounts as text[]) is null or made.account_id = any(cast(:accounts as text[])))
    and (cast(:campaign_id as text) is null or :campaign_id = any(about.campaign_ids))
order by made.account_id asc, made.score_lift desc nulls last, made.recommendation_key asc;

-- name: accounts
-- Each account that was asked about; score: of its newest reading that was answered, null where Meta has none.
select
    asked.account_id,
    accounts.name as account_name,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name,
    newest.score,
    newest.read_at as score_read_at,
    max(asked.refused) filter (where asked.part = 'score') as score_refused,
    max(asked.read_at) filter (where asked.part = 'list') as list_read_at,
    max(asked.refused) filter (where asked.part = 'list') as list_refused
from raw.recommendation_readings as asked
left join raw.accounts as accounts on asked.account_id = accounts.account_id
left join lateral (
    select
        scores.score,
        scores.read_at
    from raw.opportunity_scores as scores
    where scores.account_id = asked.account_id
    order by scores.read_at desc
    limit 1
) as newest on true
where cast(:accounts as text[]) is null or asked.account_id = any(cast(:accounts as text[]))
group by asked.account_id, accounts.name, accounts.timezone_name, newest.score, newest.read_at
order by accounts.name asc, asked.account_id asc;
