-- name: without_picture
-- Creatives whose picture is neither kept nor was refused since :tried_before: of each account the newest, then of each
-- the next, so that a large account keeps none of the others waiting.
select
    wanted.account_id,
    wanted.creative_key,
    wanted.picture_url
from (
    select distinct on (account_id, creative_key)
        account_id,
        creative_key,
        picture_url,
        collected_at
    from raw.ad_creatives
    where picture_url is not null
    order by account_id asc, creative_key asc, collected_at desc
) as wanted
left join ops.creative_pictures as pictures
    on wanted.account_id = pictures.account_id and wanted.creative_key = pictures.creative_key
where pictures.fetched_at is null or (pictures.content is null and pictures.fetched_at < :tried_before)
order by
    row_number() over (partition by wanted.account_id order by wanted.collected_at desc, wanted.creative_key asc),
    wanted.account_id
limit :most;

-- name: keep_picture
insert into ops.creative_pictures as known (
    account_id, creative_key, media_type, width, height, content, refused, fetched_at
)
values (:account_id, :creative_key, :media_type, :width, :height, :content, :refused, :now)
on conflict (account_id, creative_key) do update set
    media_type = excluded.media_type,
    width = excluded.width,
    height = excluded.height,
    content = excluded.content,
    refused = excluded.refused,
    fetched_at = excluded.fetched_at
where known.content is null;

-- name: picture
select
    media_type,
    width,
    height,
    content
from ops.creative_pictures
where
    account_id = :account_id and creative_key = :creative_key and content is not null
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])));

-- name: pictures_of
select
    creatives.ad_id,
    creatives.account_id,
    creatives.creative_key
from raw.ad_creatives as creatives
inner join ops.creative_pictures as pictures
    on creatives.account_id = pictures.account_id and creatives.creative_key = pictures.creative_key
where pictures.content is not null and creatives.ad_id = any(cast(:ads as text[]));

-- name: creatives
select
    creatives.account_id,
    creatives.creative_key,
    (array_agg(creatives.title order by creatives.collected_at desc, creatives.ad_id asc))[1] as title,
    (array_agg(creatives.body order by creatives.collected_at desc, creatives.ad_id asc))[1] as body,
    (array_agg(creatives.call_to_action order by creatives.collected_at desc, creatives.ad_id asc))[1]
        as call_to_action,
    (array_agg(creatives.link order by creatives.collected_at desc, creatives.ad_id asc))[1] as link,
    (array_agg(creatives.object_type order by creatives.collected_at desc, creatives.ad_id asc))[1] as kind,
    max(creatives.instagram_permalink) as instagram_permalink,
    max(creatives.story_id) as story_id,
    count(*) as ads,
    bool_or(pictures.content is not null) as has_picture,
    max(accounts.currency) as currency,
    max(creatives.collected_at) as seen_at
from raw.ad_creatives as creatives
inner join raw.accounts as accounts on creatives.account_id = accounts.account_id
left join ops.creative_pictures as pictures
    on creatives.account_id = pictures.account_id and creatives.creative_key = pictures.creative_key
where cast(:accounts as text[]) is null or creatives.account_id = any(cast(:accounts as text[]))
group by creatives.account_id, creatives.creative_key
order by creatives.account_id, creatives.creative_key;

-- name: figures
-- Of each creative all days, and apart those of the last :recent_days and those before. A figure that Meta did not
-- report of one row is not known of the creative, nor are conversions of several goals. frequency: impressions per
-- person and day.
select
    creatives.account_id,
    creatives.creative_key,
    grouping(daily.day > cast(:until as date) - :recent_days) = 1 as is_whole,
    daily.day > cast(:until as date) - :recent_days as is_recent,
    sum(daily.spend) as spend,
    case when count(*) = count(daily.impressions) then sum(daily.impressions) end as impressions,
    case when count(*) = count(daily.clicks) then sum(daily.clicks) end as clicks,
    case
        when count(*) = count(daily.conversions) and min(daily.conversion_goal) = max(daily.conversion_goal)
            then sum(daily.conversions)
    end as conversions,
    case
        when count(*) = count(daily.impressions) and count(*) = count(daily.reach)
            then sum(daily.impressions)::numeric / nullif(sum(daily.reach), 0)
    end as frequency
from raw.ad_creatives as creatives
inner join marts.ad_daily as daily on creatives.account_id = daily.account_id and creatives.ad_id = daily.ad_id
where
    daily.day between :since and :until
    and (cast(:accounts as text[]) is null or daily.account_id = any(cast(:accounts as text[])))
    and (cast(:accounts as text[]) is null or creatives.account_id = any(cast(:accounts as text[])))
group by grouping sets (
    (creatives.account_id, creatives.creative_key),
    (creatives.account_id, creatives.creative_key, daily.day > cast(:until as date) - :recent_days)
);
