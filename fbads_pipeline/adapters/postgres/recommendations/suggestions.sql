-- name: close_contradicted
-- Open suggestions that their own estimate speaks against, from before a review refused them.
with before as (
    select
        suggestion_id,
        status
    from ops.suggestions
    where
        status in ('PENDING', 'WAITING') and effect_expected is not null
        and not coalesce(p_better >= :even_chance and effect_expected >= 0, false)
)

update ops.suggestions as known
set status = 'SUPERSEDED', version = known.version + 1, closing = cast(:contradicted as jsonb), updated_at = :now
from before
where known.suggestion_id = before.suggestion_id
returning known.suggestion_id, known.campaign_id, known.kind, before.status, known.closing;

-- name: contradicting
select suggestion_id
from ops.suggestions
where
    status in ('PENDING', 'WAITING') and effect_expected is not null
    and not coalesce(p_better >= :even_chance and effect_expected >= 0, false)
order by suggestion_id;

-- name: close_observed
-- Open suggestions of campaigns that are only observed now. One that is proposed again stays.
with before as (
    select
        known.suggestion_id,
        known.status,
        observed.closing
    from ops.suggestions as known
    inner join
        jsonb_to_recordset(cast(:observed as jsonb)) as observed (account_id text, campaign_id text, closing jsonb)
        on known.account_id = observed.account_id and known.campaign_id = observed.campaign_id
    left join
        jsonb_to_recordset(cast(:rows as jsonb)) as again (
            account_id text, campaign_id text, adset_id text, kind text
        )
        on
            known.account_id = again.account_id
            and known.campaign_id = again.campaign_id
            and known.adset_id = again.adset_id
            and known.kind = again.kind
    where
        known.status in ('PENDING', 'WAITING') and known.rules <@ cast(:answered as text[])
        and again.account_id is null
)

update ops.suggestions as known
set status = 'SUPERSEDED', version = known.version + 1, closing = before.closing, updated_at = :now
from before
where known.suggestion_id = before.suggestion_id
returning known.suggestion_id, known.campaign_id, known.kind, before.status, known.closing;

-- name: expire_suggestions
-- Each rule of :answered has given its suggestions for :accounts (null: all): those of these rules alone that are not
-- among them end. Old ones end whatever their rules.
with incoming as (
    select one.*
    from jsonb_to_recordset(cast(:rows as jsonb)) as one (account_id text, campaign_id text, adset_id text, kind text)
)

update ops.suggestions as known
set status = 'EXPIRED', version = known.version + 1, updated_at = :now
where
    known.status in ('PENDING', 'WAITING')
    and (
        known.expires_at <= :now
        or (
            known.rules <@ cast(:answered as text[])
            and (cast(:accounts as text[]) is null or known.account_id = any(cast(:accounts as text[])))
            and not exists (
                select from incoming
                where
                    (incoming.account_id, incoming.campaign_id, incoming.adset_id, incoming.kind)
                    = (known.account_id, known.campaign_id, known.adset_id, known.kind)
            )
        )
    );

-- name: renew_suggestions
-- The state of the marts alone renews nothing: the same figures keep the version in which they first stood. What the
-- posterior says of one day is kept for that day: figures that still move would change the version while a person
-- decides about it. Evidence of an older form, without what is projected, is replaced at once.
with incoming as (
    select one.*
    from jsonb_to_recordset(cast(:rows as jsonb)) as one (
        account_id text,
        campaign_id text,
        adset_id text,
        kind text,
        confidence text,
        rules text[],
        reason jsonb,
        evidence jsonb,
        day date,
        marts_version bigint,
        factor double precision,
        effect_low double precision,
        effect_expected double precision,
        effect_high double precision,
        p_better double precision,
        note jsonb,
        model_version text
    )
)

update ops.suggestions as known
set
    version = known.version + 1,
    confidence = incoming.confidence,
    rules = incoming.rules,
    reason = incoming.reason,
    evidence = incoming.evidence,
    day = incoming.day,
    marts_version = incoming.marts_version,
    factor = incoming.factor,
    effect_low = incoming.effect_low,
    effect_expected = incoming.effect_expected,
    effect_high = incoming.effect_high,
    p_better = incoming.p_better,
    note = incoming.note,
    model_version = incoming.model_version,
    updated_at = :now
from incoming
where
    (incoming.account_id, incoming.campaign_id, incoming.adset_id, incoming.kind)
    = (known.account_id, known.campaign_id, known.adset_id, known.kind)
    and known.status in ('PENDING', 'WAITING')
    and (
        (known.rules, known.day, known.evidence ? 'projected')
        is distinct from (incoming.rules, incoming.day, incoming.evidence ? 'projected')
        or (
            not known.rules @> array['posterior']
            and (known.confidence, known.evidence - 'marts_version')
            is distinct from (incoming.confidence, incoming.evidence - 'marts_version')
        )
    );

-- name: open_suggestions
-- One that a person decided after :decided_since is not opened again.
with incoming as (
    select one.*
    from jsonb_to_recordset(cast(:rows as jsonb)) as one (
        suggestion_id text,
        account_id text,
        campaign_id text,
        adset_id text,
        kind text,
        confidence text,
        rules text[],
        reason jsonb,
        evidence jsonb,
        day date,
        marts_version bigint,
        factor double precision,
        effect_low double precision,
        effect_expected double precision,
        effect_high double precision,
        p_better double precision,
        note jsonb,
        model_version text
    )
)

insert into ops.suggestions (
    suggestion_id, account_id, campaign_id, adset_id, kind, confidence, rules, reason, evidence, day, marts_version,
    factor, effect_low, effect_expected, effect_high, p_better, note, model_version, created_at, updated_at, expires_at
)
select
    suggestion_id,
    account_id,
    campaign_id,
    adset_id,
    kind,
    confidence,
    rules,
    reason,
    evidence,
    day,
    marts_version,
    factor,
    effect_low,
    effect_expected,
    effect_high,
    p_better,
    note,
    model_version,
    :now as created_at,
    :now as updated_at,
    :expires_at
from incoming
where
    not exists (
        select from ops.suggestions as known
        where
            (incoming.account_id, incoming.campaign_id, incoming.adset_id, incoming.kind)
            = (known.account_id, known.campaign_id, known.adset_id, known.kind)
            and (
                known.status in ('PENDING', 'WAITING')
                or (known.status not in ('EXPIRED', 'SUPERSEDED') and known.updated_at > :decided_since)
            )
    )
order by account_id, campaign_id, adset_id
on conflict (account_id, campaign_id, adset_id, kind) where status in ('PENDING', 'WAITING') do nothing
returning suggestion_id;

-- name: open_to_present
select
    suggestion_id,
    account_id,
    effect_low,
    effect_expected,
    coalesce((evidence ->> 'spend')::double precision, 0) as spend,
    coalesce(snoozed_until > :now, false) as is_snoozed
from ops.suggestions
where status in ('PENDING', 'WAITING')
order by suggestion_id;

-- name: decided_today
-- What people decided on each account's local day, their own requests left out.
select
    made.account_id,
    count(*) as decided
from ops.suggestions as made
inner join marts.accounts as accounts on made.account_id = accounts.account_id
where
    made.status in ('ACCEPTED', 'REJECTED', 'APPLIED', 'FAILED') and not made.rules @> array['person']
    and (made.decided_at at time zone coalesce(accounts.timezone_name, 'UTC'))::date
    = (cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date
group by made.account_id;

-- name: present_suggestions
-- The place and the status of each open suggestion; neither makes a new version of it.
update ops.suggestions as known
set rank = placed.rank, status = placed.status
from
    jsonb_to_recordset(cast(:placed as jsonb)) as placed (suggestion_id text, rank integer, status text)
where
    known.suggestion_id = placed.suggestion_id and known.status in ('PENDING', 'WAITING')
    and (known.rank, known.status) is distinct from (placed.rank, placed.status);

-- name: remove_observations
with incoming as (
    select one.*
    from jsonb_to_recordset(cast(:observed as jsonb)) as one (account_id text, campaign_id text)
)

delete from analysis.observations as known
where
    (cast(:accounts as text[]) is null or known.account_id = any(cast(:accounts as text[])))
    and not exists (
        select from incoming
        where (incoming.account_id, incoming.campaign_id) = (known.account_id, known.campaign_id)
    );

-- name: save_observations
-- The estimate behind one still moves within a day, and alone changes nothing.
with incoming as (
    select one.*
    from jsonb_to_recordset(cast(:observed as jsonb)) as one (
        account_id text,
        campaign_id text,
        rules text[],
        against text,
        reason jsonb,
        evidence jsonb,
        day date,
        marts_version bigint
    )
)

insert into analysis.observations as known (
    account_id, campaign_id, rules, against, reason, evidence, day, marts_version, since, updated_at
)
select
    account_id,
    campaign_id,
    rules,
    against,
    reason,
    evidence,
    day,
    marts_version,
    :now as since,
    :now as updated_at
from incoming
on conflict (account_id, campaign_id) do update
    set
        rules = excluded.rules,
        against = excluded.against,
        reason = excluded.reason,
        evidence = excluded.evidence,
        day = excluded.day,
        marts_version = excluded.marts_version,
        updated_at = excluded.updated_at
    where
    (known.rules, known.against, known.day, known.evidence - 'marts_version' - 'pausing')
    is distinct from (excluded.rules, excluded.against, excluded.day, excluded.evidence - 'marts_version' - 'pausing')
returning account_id, campaign_id, since = updated_at as is_new;

-- name: current_observations
select
    account_id,
    campaign_id,
    rules,
    against,
    reason,
    evidence,
    day,
    marts_version
from analysis.observations
order by account_id, campaign_id;

-- name: any_unannounced
-- None before the marts are first built: messages about suggestions name what the marts know.
select
    to_regclass('marts.accounts') is not null and exists (
        select from ops.suggestions
        where status = 'PENDING' and alert_id is null
    );

-- name: unannounced
-- Suggestions of accounts that have had no alert about suggestions on their local day, muted ones left out.
select
    waiting.suggestion_id,
    waiting.account_id
from ops.suggestions as waiting
left join marts.accounts as accounts on waiting.account_id = accounts.account_id
where
    waiting.status = 'PENDING' and waiting.alert_id is null and waiting.expires_at > :now
    and not ops.is_muted(waiting.account_id, waiting.campaign_id, waiting.rules || array['suggestions'], :now)
    and not exists (
        select from ops.alerts as alerts
        where
            alerts.account_id = waiting.account_id and alerts.rule = 'breaches'
            and alerts.window_start
            = (cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date
    )
order by waiting.account_id, waiting.campaign_id, waiting.kind;

-- name: suggestions_to_announce
-- Those of :ids that are open still; the rows are locked.
select
    waiting.account_id,
    accounts.name as account_name,
    (cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date as local_day,
    campaigns.name as campaign_name,
    waiting.suggestion_id,
    waiting.campaign_id,
    waiting.adset_id,
    waiting.kind,
    waiting.confidence,
    waiting.rules,
    waiting.reason,
    waiting.evidence,
    waiting.note,
    waiting.version,
    waiting.effect_low,
    waiting.effect_expected,
    (
        select count(*) from ops.suggestions as later
        where later.account_id = waiting.account_id and later.status = 'WAITING'
    ) as held_back
from ops.suggestions as waiting
left join marts.accounts as accounts on waiting.account_id = accounts.account_id
left join marts.campaigns as campaigns
    on waiting.account_id = campaigns.account_id and waiting.campaign_id = campaigns.campaign_id
where waiting.suggestion_id = any(:ids) and waiting.status = 'PENDING'
order by waiting.account_id, waiting.rank, waiting.campaign_id, waiting.kind
for update of waiting;

-- name: mark_announced
update ops.suggestions set alert_id = :alert_id
where suggestion_id = any(:ids);
