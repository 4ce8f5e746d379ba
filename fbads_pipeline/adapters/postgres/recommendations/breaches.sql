-- name: lock
-- Reviews write one after another: breaches, suggestions and their alerts.
select pg_advisory_xact_lock(:key);

-- name: accept_reviews
-- Accounts whose last review was not of newer marts or a later day: a slow review never overwrites a fresh one.
with incoming as (
    select
        one.account_id,
        one.day
    from jsonb_to_recordset(cast(:accounts as jsonb)) as one (account_id text, day date)
)

select incoming.account_id
from incoming
left join analysis.reviews as known on incoming.account_id = known.account_id
where known.account_id is null or (known.day, known.marts_version) <= (incoming.day, :marts_version)
order by incoming.account_id;

-- name: save_reviews
with incoming as (
    select
        one.account_id,
        one.day
    from jsonb_to_recordset(cast(:accounts as jsonb)) as one (account_id text, day date)
)

insert into analysis.reviews as known (account_id, day, marts_version, reviewed_at)
select
    account_id,
    day,
    :marts_version,
    :at
from incoming
where account_id = any(:ids)
on conflict (account_id) do update
    set day = excluded.day, marts_version = excluded.marts_version, reviewed_at = excluded.reviewed_at
    where (known.day, known.marts_version) <> (excluded.day, excluded.marts_version);

-- name: remove_reviews
-- Accounts that are no longer reviewed.
delete from analysis.reviews
where account_id <> all(:reviewed);

-- name: remove_breaches
-- Breaches of the reviewed day that were not found again.
with incoming as (
    select one.*
    from jsonb_to_recordset(cast(:rows as jsonb)) as one (account_id text, campaign_id text, rule text, day date)
)

delete from analysis.breaches as known
using analysis.reviews as reviews
where
    reviews.account_id = known.account_id and reviews.day = known.day and known.account_id = any(:ids)
    and not exists (
        select from incoming
        where
            (incoming.account_id, incoming.campaign_id, incoming.rule, incoming.day)
            = (known.account_id, known.campaign_id, known.rule, known.day)
    );

-- name: save_breaches
-- The same figures of newer marts are not written again.
with incoming as (
    select one.*
    from jsonb_to_recordset(cast(:rows as jsonb)) as one (
        account_id text,
        campaign_id text,
        rule text,
        day date,
        first_day date,
        campaign_name text,
        currency text,
        observed numeric,
        limit_value numeric,
        impressions bigint,
        clicks bigint,
        spend numeric,
        conversions numeric,
        ctr numeric,
        cpa numeric,
        marts_version bigint,
        target_cpa numeric,
        target_roas numeric
    )
)

insert into analysis.breaches as known (
    account_id, campaign_id, rule, day, first_day, campaign_name, currency, observed, limit_value, impressions, clicks,
    spend, conversions, ctr, cpa, marts_version, target_cpa, target_roas, found_at
)
select
    account_id,
    campaign_id,
    rule,
    day,
    first_day,
    campaign_name,
    currency,
    observed,
    limit_value,
    impressions,
    clicks,
    spend,
    conversions,
    ctr,
    cpa,
    marts_version,
    target_cpa,
    target_roas,
    :at
from incoming
on conflict (account_id, campaign_id, rule, day) do update
    set
        first_day = excluded.first_day,
        campaign_name = excluded.campaign_name,
        currency = excluded.currency,
        observed = excluded.observed,
        limit_value = excluded.limit_value,
        impressions = excluded.impressions,
        clicks = excluded.clicks,
        spend = excluded.spend,
        conversions = excluded.conversions,
        ctr = excluded.ctr,
        cpa = excluded.cpa,
        marts_version = excluded.marts_version,
        target_cpa = excluded.target_cpa,
        target_roas = excluded.target_roas,
        found_at = excluded.found_at
    where
    (
        known.first_day, known.campaign_name, known.currency, known.observed, known.limit_value, known.impressions,
        known.clicks, known.spend, known.conversions, known.ctr, known.cpa, known.target_cpa,
        known.target_roas
    )
    is distinct from (
        excluded.first_day, excluded.campaign_name, excluded.currency, excluded.observed, excluded.limit_value,
        excluded.impressions, excluded.clicks, excluded.spend, excluded.conversions, excluded.ctr, excluded.cpa,
        excluded.target_cpa,
        excluded.target_roas
    );

-- name: current_breaches
-- Of each account's last review, CTR before CPA.
select
    known.account_id,
    known.campaign_id,
    known.rule,
    known.day,
    known.first_day,
    known.campaign_name,
    known.currency,
    known.observed,
    known.limit_value,
    known.impressions,
    known.clicks,
    known.spend,
    known.conversions,
    known.ctr,
    known.cpa,
    known.marts_version,
    known.target_cpa,
    known.target_roas
from analysis.breaches as known
inner join analysis.reviews as reviews on known.account_id = reviews.account_id and known.day = reviews.day
order by known.account_id asc, known.campaign_id asc, known.rule desc;

-- name: reviewed_accounts
select account_id from analysis.reviews
order by account_id;
