-- Lists that a question can ask for. Every statement reads the accounts in :account_ids only; :campaign_ids, :adset_ids
-- and :ad_ids are null where the question names no such object. `groups` counts the rows before the limit.

-- name: accounts
select
    listed.account_id as account,
    listed.name as account_name,
    listed.status,
    listed.collected_at as as_of,
    count(*) over () as groups
from marts.accounts as listed
where
    listed.account_id = any(cast(:account_ids as text[]))
    and (cast(:statuses as text[]) is null or listed.status = any(cast(:statuses as text[])))
    and (
        cast(:statuses_left_out as text[]) is null
        or listed.status is null
        or listed.status <> all(cast(:statuses_left_out as text[]))
    )
order by listed.name, listed.account_id
limit :rows;

-- name: campaigns
select
    listed.campaign_id as campaign,
    listed.name as campaign_name,
    listed.effective_status as status,
    listed.collected_at as as_of,
    count(*) over () as groups
from marts.campaigns as listed
where
    listed.account_id = any(cast(:account_ids as text[]))
    and (cast(:campaign_ids as text[]) is null or listed.campaign_id = any(cast(:campaign_ids as text[])))
    and (cast(:statuses as text[]) is null or listed.effective_status = any(cast(:statuses as text[])))
    and (
        cast(:statuses_left_out as text[]) is null
        or listed.effective_status is null
        or listed.effective_status <> all(cast(:statuses_left_out as text[]))
    )
    and (
        cast(:campaign_ids_left_out as text[]) is null
        or listed.campaign_id <> all(cast(:campaign_ids_left_out as text[]))
    )
    and (cast(:objectives as text[]) is null or listed.objective = any(cast(:objectives as text[])))
order by listed.name, listed.campaign_id
limit :rows;

-- name: adsets
select
    listed.adset_id as adset,
    listed.name as adset_name,
    listed.effective_status as status,
    listed.collected_at as as_of,
    count(*) over () as groups
from marts.adsets as listed
where
    listed.account_id = any(cast(:account_ids as text[]))
    and (cast(:campaign_ids as text[]) is null or listed.campaign_id = any(cast(:campaign_ids as text[])))
    and (cast(:adset_ids as text[]) is null or listed.adset_id = any(cast(:adset_ids as text[])))
    and (cast(:statuses as text[]) is null or listed.effective_status = any(cast(:statuses as text[])))
    and (
        cast(:statuses_left_out as text[]) is null
        or listed.effective_status is null
        or listed.effective_status <> all(cast(:statuses_left_out as text[]))
    )
    and (
        cast(:campaign_ids_left_out as text[]) is null
        or listed.campaign_id <> all(cast(:campaign_ids_left_out as text[]))
    )
order by listed.name, listed.adset_id
limit :rows;

-- name: ads
select
    listed.ad_id as ad,
    listed.name as ad_name,
    listed.effective_status as status,
    listed.collected_at as as_of,
    count(*) over () as groups
from marts.ads as listed
where
    listed.account_id = any(cast(:account_ids as text[]))
    and (cast(:campaign_ids as text[]) is null or listed.campaign_id = any(cast(:campaign_ids as text[])))
    and (cast(:adset_ids as text[]) is null or listed.adset_id = any(cast(:adset_ids as text[])))
    and (cast(:ad_ids as text[]) is null or listed.ad_id = any(cast(:ad_ids as text[])))
    and (cast(:statuses as text[]) is null or listed.effective_status = any(cast(:statuses as text[])))
    and (
        cast(:statuses_left_out as text[]) is null
        or listed.effective_status is null
        or listed.effective_status <> all(cast(:statuses_left_out as text[]))
    )
    and (
        cast(:campaign_ids_left_out as text[]) is null
        or listed.campaign_id <> all(cast(:campaign_ids_left_out as text[]))
    )
order by listed.name, listed.ad_id
limit :rows;

-- name: pacing
-- One row per currency in which name is null: the sums of all of them, null where one of them is not known; then the
-- budgets, of which :only_overruns keeps those that run over.
with budgets as (
    select *
    from marts.budget_pacing
    where
        account_id = any(cast(:account_ids as text[]))
        and effective_status = 'ACTIVE'
        and (cast(:campaign_ids as text[]) is null or campaign_id = any(cast(:campaign_ids as text[])))
        and (cast(:adset_ids as text[]) is null or adset_id = any(cast(:adset_ids as text[])))
),

sums as (
    select
        currency,
        sum(daily_budget) as daily_budget,
        case when count(*) = count(spent_today) then sum(spent_today) end as spent_today,
        case when count(*) = count(planned_today) then sum(planned_today) end as planned_today,
        case when count(*) = count(projected_today) then sum(projected_today) end as projected_today,
        case when count(*) = count(spent_month) then sum(spent_month) end as spent_month,
        case when count(*) = count(planned_month) then sum(planned_month) end as planned_month,
        case when count(*) = count(projected_month) then sum(projected_month) end as projected_month,
        max(read_at) as as_of
    from budgets
    group by currency
),

everything as (
    select
        currency,
        null::text as name,
        daily_budget,
        spent_today,
        planned_today,
        projected_today,
        projected_today / nullif(planned_today, 0) as pacing_today,
        spent_month,
        planned_month,
        projected_month,
        projected_month / nullif(planned_month, 0) as pacing_month,
        null::text as why_no_pace,
        as_of
    from sums
    union all
    select
        currency,
        name,
        daily_budget,
        spent_today,
        planned_today,
        projected_today,
        pacing_today,
        spent_month,
        planned_month,
        projected_month,
        pacing_month,
        why_no_pace,
        read_at
    from budgets
    where not :only_overruns or pacing_month > 1
)

select
    *,
    planned_month - spent_month as left_month,
    count(*) over () as groups
from everything
order by name is not null asc, currency asc, pacing_month desc nulls last, name asc
limit :rows;

-- name: anomalies
-- Those that are open; with :first and :last those that were open on one of these local days.
select
    anomalies.anomaly_id,
    anomalies.campaign_id as campaign,
    campaigns.name as campaign_name,
    anomalies.metric,
    anomalies.severity,
    anomalies.status,
    anomalies.message,
    anomalies.currency,
    anomalies.money_at_stake_per_day,
    anomalies.detected_at as as_of,
    count(*) over () as groups
from analysis.anomalies as anomalies
inner join marts.accounts as accounts on anomalies.account_id = accounts.account_id
left join marts.campaigns as campaigns
    on anomalies.account_id = campaigns.account_id and anomalies.campaign_id = campaigns.campaign_id
where
    anomalies.account_id = any(cast(:account_ids as text[]))
    and (cast(:campaign_ids as text[]) is null or anomalies.campaign_id = any(cast(:campaign_ids as text[])))
    and case
        when cast(:first as date) is null then anomalies.status = 'OPEN'
        else
            (anomalies.since at time zone accounts.timezone_name)::date <= cast(:last as date)
            and coalesce((anomalies.closed_at at time zone accounts.timezone_name)::date, cast(:last as date))
            >= cast(:first as date)
    end
order by
    case anomalies.severity when 'critical' then 0 when 'warning' then 1 else 2 end asc,
    anomalies.money_at_stake_per_day desc,
    anomalies.anomaly_id asc
limit :rows;

-- name: suggestions
select
    suggestions.suggestion_id,
    suggestions.campaign_id as campaign,
    campaigns.name || coalesce(' › ' || (suggestions.evidence ->> 'adset_name'), '') as campaign_name,
    suggestions.kind,
    suggestions.confidence,
    suggestions.reason,
    suggestions.day,
    suggestions.updated_at as as_of,
    count(*) over () as groups
from ops.suggestions as suggestions
left join marts.campaigns as campaigns
    on suggestions.account_id = campaigns.account_id and suggestions.campaign_id = campaigns.campaign_id
where
    suggestions.account_id = any(cast(:account_ids as text[]))
    and suggestions.status = 'PENDING'
    and (cast(:campaign_ids as text[]) is null or suggestions.campaign_id = any(cast(:campaign_ids as text[])))
order by suggestions.created_at desc, suggestions.suggestion_id asc
limit :rows;

-- name: scores
-- The last score of each campaign; those without one say why.
with latest as (
    select distinct on (scores.account_id, scores.campaign_id)
        scores.campaign_id as campaign,
        campaigns.name as campaign_name,
        scores.day,
        scores.total as score,
        scores.low,
        scores.high,
        scores.why_not,
        scores.scored_at as as_of,
        count(*) over () as groups
    from analysis.scores as scores
    inner join marts.campaigns as campaigns
        on scores.account_id = campaigns.account_id and scores.campaign_id = campaigns.campaign_id
    where
        scores.account_id = any(cast(:account_ids as text[]))
        and (cast(:campaign_ids as text[]) is null or scores.campaign_id = any(cast(:campaign_ids as text[])))
        and (not :only_active or campaigns.effective_status = 'ACTIVE')
    order by scores.account_id asc, scores.campaign_id asc, scores.day desc
)

select *
from latest
order by case when :best_first then -score else score end nulls last, campaign
limit :rows;

-- name: targets
-- What a conversion may cost in each campaign, as of its last review, beside what it cost in the seven days up to that
-- one; the dearest against its target first. A sum is null where Meta did not report the figure on one of the days, or
-- a day was never read well: then nothing is compared.
with latest as (
    select distinct on (account_id, campaign_id)
        account_id,
        campaign_id,
        day,
        currency,
        target_cpa,
        scored_at
    from analysis.scores
    where
        account_id = any(cast(:account_ids as text[])) and target_cpa is not null
        and (cast(:campaign_ids as text[]) is null or campaign_id = any(cast(:campaign_ids as text[])))
    order by account_id asc, campaign_id asc, day desc
),

weeks as (
    select
        latest.account_id,
        latest.campaign_id,
        sum(daily.spend) as spend,
        case when count(*) = count(daily.conversions) then sum(daily.conversions) end as conversions
    from latest
    inner join marts.campaign_daily as daily
        on
            latest.account_id = daily.account_id
            and latest.campaign_id = daily.campaign_id
            and latest.currency = daily.currency
    where daily.day > latest.day - 7 and daily.day <= latest.day
    group by latest.account_id, latest.campaign_id
),

compared as (
    select
        latest.campaign_id as campaign,
        campaigns.name as campaign_name,
        latest.currency,
        latest.target_cpa,
        weeks.spend,
        weeks.conversions,
        weeks.spend / nullif(weeks.conversions, 0) as cpa,
        latest.day - 6 as first_day,
        latest.day,
        latest.scored_at as as_of,
        case
            when coverage.days < 7 then 'not read'
            when weeks.spend is null or weeks.spend = 0 then 'no spend'
            when weeks.conversions is null then 'not reported'
            when weeks.conversions = 0 then case when weeks.spend > latest.target_cpa then 'above' else 'too early' end
            when weeks.spend / weeks.conversions > latest.target_cpa then 'above'
            else 'within'
        end as state
    from latest
    inner join marts.campaigns as campaigns
        on latest.account_id = campaigns.account_id and latest.campaign_id = campaigns.campaign_id
    left join weeks on latest.account_id = weeks.account_id and latest.campaign_id = weeks.campaign_id
    cross join
        lateral (
            select count(*) as days from marts.day_coverage as one
            where
                one.account_id = latest.account_id and one.level = 'campaign' and one.is_read
                and one.day > latest.day - 7 and one.day <= latest.day
        ) as coverage
    where campaigns.effective_status = 'ACTIVE' or cast(:campaign_ids as text[]) is not null
)

select
    *,
    count(*) over () as groups,
    count(*) filter (where state = 'above') over () as above,
    count(*) filter (where state = 'within') over () as inside
from compared
order by
    case state when 'above' then 0 when 'within' then 1 else 2 end asc,
    cpa / target_cpa desc nulls first,
    spend desc nulls last,
    campaign asc
limit :rows;

-- name: freshness
select
    accounts.account_id as account,
    accounts.name as account_name,
    accounts.timezone_name,
    max(daily.day) as last_day,
    max(daily.collected_at) as as_of,
    count(*) over () as groups
from marts.accounts as accounts
left join marts.account_daily as daily on accounts.account_id = daily.account_id
where accounts.account_id = any(cast(:account_ids as text[]))
group by accounts.account_id, accounts.name, accounts.timezone_name
order by accounts.name, accounts.account_id
limit :rows;

-- name: edits
-- Changes of budget and status that readings found between the local days :first and :last, the latest first.
with states as (
    select
        history.*,
        accounts.timezone_name,
        lag(history.daily_budget) over state as budget_before,
        lag(history.effective_status) over state as status_before,
        row_number() over state as place
    from marts.campaign_history as history
    inner join marts.accounts as accounts on history.account_id = accounts.account_id
    where
        history.account_id = any(cast(:account_ids as text[]))
        and (cast(:campaign_ids as text[]) is null or history.campaign_id = any(cast(:campaign_ids as text[])))
    window state as (partition by history.account_id, history.campaign_id order by history.valid_from)
)

select
    currency,
    campaign_id,
    name as campaign_name,
    (valid_from at time zone timezone_name)::date as day,
    budget_before,
    daily_budget as budget,
    status_before,
    effective_status as status,
    count(*) over () as groups
from states
where
    place > 1
    and (valid_from at time zone timezone_name)::date between cast(:first as date) and cast(:last as date)
    and (budget_before is distinct from daily_budget or status_before is distinct from effective_status)
order by valid_from desc, campaign_id asc
limit :rows;

-- name: actors
-- What the change log says of budgets and states of campaigns between two local days, the latest first.
select
    activities.object_id as campaign_id,
    activities.object_name as campaign_name,
    (activities.event_at at time zone coalesce(accounts.timezone_name, 'UTC'))::date as day,
    activities.event_type,
    activities.actor_kind,
    activities.tool,
    count(*) over () as groups
from raw.activities as activities
inner join raw.accounts as accounts on activities.account_id = accounts.account_id
where
    activities.account_id = any(cast(:account_ids as text[]))
    and activities.object_id = any(cast(:campaign_ids as text[]))
    and activities.actor_kind is not null
    and (activities.event_at at time zone coalesce(accounts.timezone_name, 'UTC'))::date
    between cast(:first as date) and cast(:last as date)
order by activities.event_at desc, activities.event_id asc
limit :rows;

-- name: facts_account
select
    facts.account_id as object_id,
    facts.account_id as account,
    facts.name as account_name,
    facts.status,
    facts.currency,
    facts.timezone_name,
    facts.collected_at as as_of,
    facts.account_id as owner_id,
    (
        select owners.name
        from marts.accounts as owners
        where owners.account_id = facts.account_id
    ) as owner_name,
    null::numeric as daily_budget,
    null::numeric as lifetime_budget,
    null::text as objective,
    facts.created_at as start_at,
    null::timestamptz as stop_at,
    null::timestamptz as since,
    null::boolean as is_since_known,
    count(*) over () as groups
from marts.accounts as facts
where facts.account_id = any(cast(:account_ids as text[]))
order by facts.name asc, facts.account_id asc
limit :rows;

-- name: facts_campaign
-- since: the first reading of the state that it has now; is_since_known: whether another state was read before it.
with states as (
    select
        history.account_id,
        history.campaign_id,
        history.effective_status,
        history.valid_from,
        lag(history.effective_status) over (
            partition by history.account_id, history.campaign_id
            order by history.valid_from
        ) as status_before
    from marts.campaign_history as history
    where
        history.account_id = any(cast(:account_ids as text[]))
        and history.campaign_id = any(cast(:campaign_ids as text[]))
),

latest as (
    select distinct on (states.account_id, states.campaign_id)
        states.account_id,
        states.campaign_id,
        states.valid_from,
        states.status_before
    from states
    where states.status_before is distinct from states.effective_status
    order by states.account_id asc, states.campaign_id asc, states.valid_from desc
)

select
    facts.campaign_id as object_id,
    facts.campaign_id as campaign,
    facts.name as campaign_name,
    facts.effective_status as status,
    facts.currency,
    facts.timezone_name,
    facts.collected_at as as_of,
    facts.account_id as owner_id,
    (
        select owners.name
        from marts.accounts as owners
        where owners.account_id = facts.account_id
    ) as owner_name,
    facts.daily_budget,
    facts.lifetime_budget,
    facts.objective,
    facts.start_at,
    facts.stop_at,
    latest.valid_from as since,
    latest.status_before is not null as is_since_known,
    count(*) over () as groups
from marts.campaigns as facts
left join latest on facts.account_id = latest.account_id and facts.campaign_id = latest.campaign_id
where
    facts.account_id = any(cast(:account_ids as text[]))
    and facts.campaign_id = any(cast(:campaign_ids as text[]))
order by facts.name asc, facts.campaign_id asc
limit :rows;

-- name: facts_adset
select
    facts.adset_id as object_id,
    facts.adset_id as adset,
    facts.name as adset_name,
    facts.effective_status as status,
    facts.currency,
    facts.timezone_name,
    facts.collected_at as as_of,
    facts.account_id as owner_id,
    (
        select owners.name
        from marts.accounts as owners
        where owners.account_id = facts.account_id
    ) as owner_name,
    facts.daily_budget,
    facts.lifetime_budget,
    null::text as objective,
    facts.start_at,
    facts.end_at as stop_at,
    null::timestamptz as since,
    null::boolean as is_since_known,
    count(*) over () as groups
from marts.adsets as facts
where facts.account_id = any(cast(:account_ids as text[])) and facts.adset_id = any(cast(:adset_ids as text[]))
order by facts.name asc, facts.adset_id asc
limit :rows;

-- name: facts_ad
select
    facts.ad_id as object_id,
    facts.ad_id as ad,
    facts.name as ad_name,
    facts.effective_status as status,
    facts.currency,
    facts.timezone_name,
    facts.collected_at as as_of,
    facts.account_id as owner_id,
    (
        select owners.name
        from marts.accounts as owners
        where owners.account_id = facts.account_id
    ) as owner_name,
    null::numeric as daily_budget,
    null::numeric as lifetime_budget,
    null::text as objective,
    facts.created_at as start_at,
    null::timestamptz as stop_at,
    null::timestamptz as since,
    null::boolean as is_since_known,
    count(*) over () as groups
from marts.ads as facts
where facts.account_id = any(cast(:account_ids as text[])) and facts.ad_id = any(cast(:ad_ids as text[]))
order by facts.name asc, facts.ad_id asc
limit :rows;
