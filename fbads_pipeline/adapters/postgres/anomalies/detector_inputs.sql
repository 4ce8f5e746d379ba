-- name: account
select
    currency,
    timezone_name
from marts.accounts
where account_id = :account and currency is not null;

-- name: newest_reading
select max(read_at) from raw.reading_runs
where account_id = :account and level = 'campaign' and breakdown = '' and ok;

-- name: reading_days
-- One row per good reading of the campaign level and day that it covered.
select distinct
    read_at,
    day
from raw.reading_runs
where
    account_id = :account and level = 'campaign' and breakdown = '' and ok
    and read_at > :since
order by read_at, day;

-- name: campaign_day_versions
-- Every version of those days: the ones before :since hold where a later reading found nothing new.
select
    campaign_id,
    day,
    known_from,
    impressions::double precision,
    clicks::double precision,
    spend::double precision,
    conversions::double precision,
    is_removed
from marts.campaign_daily_versions
where
    account_id = :account and day = any(:days)
    and (known_to > :since or known_to is null) and known_from <= :until
order by known_from, campaign_id, day;

-- name: object_states
-- The schedule is the one that is known now.
select
    history.campaign_id as object_id,
    history.campaign_id,
    history.valid_from,
    history.effective_status = 'ACTIVE' as is_active,
    history.daily_budget::double precision,
    history.effective_status in ('PAUSED', 'ARCHIVED', 'DELETED') as is_paused,
    campaigns.start_at as starts_at,
    campaigns.stop_at as ends_at
from marts.campaign_history as history
left join marts.campaigns as campaigns
    on history.account_id = campaigns.account_id and history.campaign_id = campaigns.campaign_id
where history.account_id = :account
union all
select
    history.adset_id as object_id,
    history.campaign_id,
    history.valid_from,
    history.effective_status = 'ACTIVE' as is_active,
    history.daily_budget::double precision,
    history.effective_status in ('PAUSED', 'ADSET_PAUSED', 'CAMPAIGN_PAUSED', 'ARCHIVED', 'DELETED') as is_paused,
    adsets.start_at as starts_at,
    adsets.end_at as ends_at
from marts.adset_history as history
left join marts.adsets as adsets on history.account_id = adsets.account_id and history.adset_id = adsets.adset_id
where history.account_id = :account
order by valid_from, object_id;

-- name: creation_times
select
    campaign_id,
    created_at
from marts.campaigns
where account_id = :account and created_at is not null;

-- name: learning_campaigns
-- Campaigns whose active ad sets are all in Meta's learning phase.
select campaign_id
from marts.adsets
where account_id = :account and effective_status = 'ACTIVE' and learning_status is not null
group by campaign_id
having bool_and(learning_status = 'LEARNING');

-- name: ads_edited
-- What changes who sees what: new ads and ad sets, creatives, audiences, placements, goals of delivery, bids. Rules
-- switch ads on and off daily, so that their status is not among them. Meta's log names ad sets and ads by their ids.
-- The day before counts too, because the log is read later than figures.
select
    edited.campaign_id,
    activities.event_at
from raw.activities as activities
inner join (
    select
        adset_id as object_id,
        campaign_id
    from raw.adsets
    where account_id = :account
    union all
    select
        ad_id as object_id,
        campaign_id
    from raw.ads
    where account_id = :account
) as edited on activities.object_id = edited.object_id
where
    activities.account_id = :account
    and activities.event_at > cast(:since as timestamptz) - interval '24 hours' and activities.event_at <= :until
    and activities.event_type in (
        'create_ad', 'update_ad_creative', 'edit_and_update_ad_creative', 'edit_images', 'update_ad_targets_spec',
        'update_ad_bid_info', 'update_ad_bid_type', 'create_ad_set', 'update_ad_set_target_spec',
        'update_ad_set_optimization_goal', 'update_ad_set_bidding', 'update_ad_set_bid_strategy'
    )
order by activities.event_at, edited.campaign_id;

-- name: own_goals
-- Goals that campaigns have by today's targets instead of the account's.
select
    campaign_id,
    goal_family
from ops.campaign_goals
where account_id = :account;

-- name: delivery_problems
-- Rejections of some ads among many stop nothing.
select
    kind,
    campaign_id,
    since,
    facts
from ops.delivery_problems
where account_id = :account and ended_at is null and severity = 'critical'
order by opened_at, problem_id;

-- name: detector_state
select
    version,
    state,
    read_until,
    days_known
from analysis.detector_states
where account_id = :account;

-- name: save_detector_state
-- The state moves on only from where it was read: of two runs at once the second writes nothing.
insert into analysis.detector_states as known (account_id, version, state, read_until, days_known)
values (:account, :version, :state, :read_until, :days_known)
on conflict (account_id) do update
    set
        version = excluded.version, state = excluded.state, read_until = excluded.read_until,
        days_known = excluded.days_known
    where known.version = :version_before and known.read_until = :read_until_before;

-- name: learning
-- Days that the day-level and the half-hour detectors know, of the accounts named, or of all.
select
    accounts.account_id,
    coalesce(watches.days_read, 0) as days,
    coalesce(states.days_known, 0) as half_hour_days
from marts.accounts as accounts
left join analysis.day_watches as watches on accounts.account_id = watches.account_id
left join analysis.detector_states as states on accounts.account_id = states.account_id
where accounts.account_id = any(cast(:accounts as text[])) or cast(:accounts as text[]) is null
order by accounts.account_id;

-- name: accounts_behind
select count(*)
from (
    select
        account_id,
        max(read_at) as read_at
    from raw.reading_runs
    where
        level = 'campaign' and breakdown = '' and ok
        and read_at <= :read_before and day >= :since_day
    group by account_id
) as newest
inner join marts.accounts as accounts
    on newest.account_id = accounts.account_id and accounts.currency is not null
left join analysis.detector_states as known on newest.account_id = known.account_id
where known.read_until is null or known.read_until < newest.read_at;

-- name: has_days
-- Before the first build of the marts there are no days to assess.
select to_regclass('marts.day_coverage') is not null and to_regclass('marts.campaign_daily') is not null;

-- name: day_watch
select
    fingerprint,
    days_read,
    days_needed
from analysis.day_watches
where account_id = :account;

-- name: save_day_watch
-- The watch moves on only from where it was read: of two runs at once the second writes nothing.
insert into analysis.day_watches as known (account_id, fingerprint, days_read, days_needed, updated_at)
values (:account, :fingerprint, :days_read, :days_needed, :now)
on conflict (account_id) do update
    set
        fingerprint = excluded.fingerprint, days_read = excluded.days_read, days_needed = excluded.days_needed,
        updated_at = excluded.updated_at
    where known.fingerprint = :fingerprint_before;

-- name: days_read
-- Days that were read well after they had ended, and when last.
select
    day,
    read_at
from marts.day_coverage
where account_id = :account and level = 'campaign' and is_read and day between :since and :until
order by day;

-- name: campaign_days
select
    campaign_id,
    day,
    impressions::double precision,
    clicks::double precision,
    spend::double precision,
    conversions::double precision,
    conversion_value::double precision,
    link_clicks::double precision,
    landing_page_views::double precision
from marts.campaign_daily
where account_id = :account and day between :since and :until
order by day, campaign_id;

-- name: known_anomalies
-- Open ones, and those that ended within the last two weeks; notices are no incidents.
select
    anomaly_id,
    campaign_id,
    kind,
    metric,
    grain,
    since,
    closed_at as ended_at,
    resolution
from analysis.anomalies
where
    account_id = :account and resolution is distinct from 'notice'
    and (status = 'OPEN' or closed_at > :ended_after)
order by since, anomaly_id;
