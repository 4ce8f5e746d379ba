-- name: lock
select pg_advisory_xact_lock(:key);

-- name: money
-- The newest reading of each account; topped_up_at: when its prepaid money last rose within a week before.
select
    accounts.account_id,
    accounts.name as account_name,
    newest.currency,
    accounts.timezone_name,
    newest.read_at,
    newest.is_prepaid,
    newest.funding_type,
    newest.money_left,
    newest.funding_shape,
    newest.spend_cap_minor,
    newest.amount_spent_minor,
    raised.topped_up_at
from raw.accounts as accounts
inner join lateral (
    select readings.*
    from raw.account_money_readings as readings
    where readings.account_id = accounts.account_id
    order by readings.read_at desc
    limit 1
) as newest on true
left join lateral (
    select max(steps.read_at) as topped_up_at
    from (
        select
            earlier.read_at,
            earlier.money_left,
            lag(earlier.money_left) over (order by earlier.read_at) as money_before
        from raw.account_money_readings as earlier
        where
            earlier.account_id = accounts.account_id and earlier.money_left is not null
            and earlier.read_at >= newest.read_at - interval '7 days'
    ) as steps
    where steps.money_left > steps.money_before
) as raised on newest.is_prepaid
where
    (cast(:accounts as text[]) is null or accounts.account_id = any(cast(:accounts as text[])))
    and (newest.is_prepaid or newest.spend_cap_minor > 0 or newest.funding_type = :stored_balance or :with_others)
order by accounts.account_id;

-- name: account_spend
-- A day that was read well and has no row had no spend.
select
    coverage.account_id,
    coverage.day,
    coalesce(daily.spend, 0) as spend
from marts.day_coverage as coverage
left join marts.account_daily as daily on coverage.account_id = daily.account_id and coverage.day = daily.day
where
    coverage.account_id = any(cast(:accounts as text[])) and coverage.level = 'account' and coverage.is_read
    and coverage.day >= :since;

-- name: campaign_caps
-- Active campaigns with a cap. spent: in all, null where a day since the campaign began was not read.
select
    campaigns.account_id,
    campaigns.campaign_id,
    campaigns.name,
    campaigns.spend_cap_minor,
    accounts.currency,
    case
        when read_days.days = days.today - days.first_day + 1 then coalesce(spent.amount, 0)
    end as spent
from raw.campaigns as campaigns
inner join raw.accounts as accounts on campaigns.account_id = accounts.account_id
cross join
    lateral (
        select
            cast(campaigns.created_at at time zone coalesce(accounts.timezone_name, 'UTC') as date) as first_day,
            cast(cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC') as date) as today
    ) as days
left join lateral (
    select count(*) as days
    from marts.day_coverage as coverage
    where
        coverage.account_id = campaigns.account_id and coverage.level = 'campaign' and coverage.is_read
        and coverage.day between days.first_day and days.today
) as read_days on true
left join lateral (
    select sum(daily.spend) as amount
    from marts.campaign_daily as daily
    where daily.account_id = campaigns.account_id and daily.campaign_id = campaigns.campaign_id
) as spent on true
where
    campaigns.spend_cap_minor > 0 and campaigns.spend_cap_minor < :no_cap and campaigns.effective_status = 'ACTIVE'
    and (cast(:accounts as text[]) is null or campaigns.account_id = any(cast(:accounts as text[])))
order by campaigns.account_id, campaigns.campaign_id;

-- name: campaign_spend
-- A day that was read well and has no row had no spend.
select
    capped.campaign_id,
    coverage.day,
    coalesce(daily.spend, 0) as spend
from raw.campaigns as capped
inner join marts.day_coverage as coverage
    on capped.account_id = coverage.account_id and coverage.level = 'campaign' and coverage.is_read
left join marts.campaign_daily as daily
    on
        capped.account_id = daily.account_id and capped.campaign_id = daily.campaign_id
        and coverage.day = daily.day
where capped.campaign_id = any(cast(:campaigns as text[])) and coverage.day >= :since;

-- name: objects
-- Objects with a problem, and those that have an open one. A parent that is paused or over wants nothing delivered.
with found as (
    select
        'ad' as kind,
        ads.ad_id as object_id,
        ads.account_id,
        ads.campaign_id,
        ads.name,
        ads.effective_status,
        coalesce(ads.status_since, least(ads.updated_at, ads.collected_at)) as since,
        ads.issues,
        ads.review_feedback as feedback,
        cast(null as text) as learning_status,
        coalesce(adsets.status, 'ACTIVE') = 'ACTIVE' and coalesce(adsets.end_at > :now, true) as is_wanted
    from raw.ads as ads
    left join raw.adsets as adsets on ads.adset_id = adsets.adset_id
    where ads.effective_status = any(cast(:statuses as text[])) or ads.ad_id = any(cast(:open_ads as text[]))
    union all
    select
        'adset' as kind,
        adset_id as object_id,
        account_id,
        campaign_id,
        name,
        effective_status,
        coalesce(status_since, least(updated_at, collected_at)) as since,
        issues,
        null as feedback,
        learning_status,
        coalesce(end_at > :now, true) as is_wanted
    from raw.adsets
    where
        effective_status = any(cast(:statuses as text[]))
        or (learning_status = :learning_failed and effective_status = 'ACTIVE')
        or adset_id = any(cast(:open_adsets as text[]))
    union all
    select
        'campaign' as kind,
        campaign_id as object_id,
        account_id,
        campaign_id,
        name,
        effective_status,
        coalesce(status_since, least(updated_at, collected_at)) as since,
        issues,
        null as feedback,
        null as learning_status,
        true as is_wanted
    from raw.campaigns
    where effective_status = any(cast(:statuses as text[])) or campaign_id = any(cast(:open_campaigns as text[]))
),

active as (
    select
        campaign_id,
        count(*) as ads
    from raw.ads
    where effective_status = 'ACTIVE' and campaign_id in (select found.campaign_id from found)
    group by campaign_id
)

select
    found.kind,
    found.object_id,
    found.account_id,
    found.campaign_id,
    found.name,
    coalesce(found.effective_status, 'UNKNOWN') as effective_status,
    found.since,
    cast(found.issues as text) as issues,
    cast(found.feedback as text) as feedback,
    found.learning_status,
    found.is_wanted and coalesce(campaigns.status, 'ACTIVE') = 'ACTIVE' and coalesce(campaigns.stop_at > :now, true)
        as is_wanted,
    case
        when found.kind = 'ad'
            then coalesce(active.ads, 0) - case when found.effective_status = 'ACTIVE' then 1 else 0 end
    end as other_active_ads,
    accounts.currency,
    campaigns.name as campaign_name
from found
inner join raw.accounts as accounts on found.account_id = accounts.account_id
left join raw.campaigns as campaigns on found.campaign_id = campaigns.campaign_id
left join active on found.campaign_id = active.campaign_id
order by found.account_id, found.kind, found.object_id;

-- name: ad_spend
-- What each ad spent on a day on which it delivered, over its newest two weeks.
select
    ad_id,
    avg(spend) as per_day
from marts.ad_daily
where account_id = any(cast(:accounts as text[])) and ad_id = any(cast(:ads as text[])) and day >= :since and spend > 0
group by ad_id;

-- name: open_keys
select
    kind,
    entity
from ops.delivery_problems
where ended_at is null;

-- name: open
insert into ops.delivery_problems (
    problem_id, kind, entity, account_id, campaign_id, name, severity, facts, since, opened_at
)
values (
    :problem_id, :kind, :entity, :account_id, :campaign_id, :name, :severity, cast(:facts as jsonb), :since, :now
)
on conflict do nothing;

-- name: end
update ops.delivery_problems
set
    ended_at = :now,
    state = :how,
    ending = cast(:ending as jsonb)
where kind = :kind and entity = :entity and ended_at is null;

-- name: problems
-- waiting: those whose beginning or end no alert has announced; one that ended before that is not announced at all.
select
    problems.problem_id,
    problems.kind,
    problems.entity,
    problems.account_id,
    problems.campaign_id,
    problems.name,
    problems.severity,
    problems.state,
    problems.facts,
    problems.since,
    problems.opened_at,
    problems.acknowledged_at,
    problems.acknowledged_by,
    problems.ended_at,
    problems.ending,
    problems.alert_id,
    accounts.name as account_name,
    accounts.currency,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name
from ops.delivery_problems as problems
left join raw.accounts as accounts on problems.account_id = accounts.account_id
where
    case
        when :waiting
            then
                (problems.ended_at is null and problems.alert_id is null)
                or (problems.state = 'fixed' and problems.alert_id is not null and problems.ending_alert_id is null)
        else problems.ended_at is null or problems.ended_at >= :ended_since
    end
    and (cast(:accounts as text[]) is null or problems.account_id = any(cast(:accounts as text[])))
    and (cast(:problem_id as text) is null or problems.problem_id = :problem_id)
order by
    problems.ended_at is not null asc,
    case problems.severity when 'critical' then 0 when 'warning' then 1 else 2 end asc,
    problems.opened_at desc,
    problems.problem_id asc;

-- name: mark_announced
update ops.delivery_problems
set
    alert_id = coalesce(alert_id, :alert_id),
    ending_alert_id = case when ended_at is not null then :alert_id end
where problem_id = any(cast(:ids as text[]));

-- name: acknowledge
update ops.delivery_problems
set
    state = 'acknowledged',
    acknowledged_at = :now,
    acknowledged_by = :actor
where problem_id = :problem_id and state = 'open';
