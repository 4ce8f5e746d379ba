-- name: changes
-- Events of the change log of a campaign, its ad sets and its ads, or of a whole account; the newest first.
select
    activities.account_id,
    activities.event_at,
    activities.event_type,
    activities.object_id,
    activities.object_type,
    activities.object_name,
    activities.actor_kind,
    activities.tool,
    activities.extra ->> 'old_value' as old_value,
    activities.extra ->> 'new_value' as new_value
from raw.activities as activities
where
    (cast(:accounts as text[]) is null or activities.account_id = any(cast(:accounts as text[])))
    and (
        cast(:campaign_id as text) is null
        or activities.object_id = :campaign_id
        or activities.object_id in (
            select adsets.adset_id
            from raw.adsets as adsets
            where adsets.campaign_id = :campaign_id
        )
        or activities.object_id in (
            select ads.ad_id
            from raw.ads as ads
            where ads.campaign_id = :campaign_id
        )
    )
order by activities.event_at desc, activities.event_id asc
limit :rows;
