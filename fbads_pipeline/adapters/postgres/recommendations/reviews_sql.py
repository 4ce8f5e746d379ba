"""The statements of `decisions`. Rows come in as one JSON array, so that a review is a handful of statements."""

_ACCOUNTS = """
incoming as (
    select account_id, day from jsonb_to_recordset(cast(:accounts as jsonb)) as one (account_id text, day date)
)
"""

# Accounts whose last review was not of newer marts or a later day: a slow review never overwrites a fresh one.
ACCEPT_REVIEWS = f"""
with {_ACCOUNTS}
select incoming.account_id
from incoming
left join analysis.reviews as known on known.account_id = incoming.account_id
where known.account_id is null or (known.day, known.marts_version) <= (incoming.day, :marts_version)
order by 1
"""

NOTE_REVIEWS = f"""
with {_ACCOUNTS}
insert into analysis.reviews as known (account_id, day, marts_version, reviewed_at)
select account_id, day, :marts_version, :at from incoming where account_id = any(:ids)
on conflict (account_id) do update
set day = excluded.day, marts_version = excluded.marts_version, reviewed_at = excluded.reviewed_at
where (known.day, known.marts_version) <> (excluded.day, excluded.marts_version)
"""

FORGET_REVIEWS = "delete from analysis.reviews where account_id <> all(:reviewed)"

_BREACH_COLUMNS = {
    "account_id": "text",
    "campaign_id": "text",
    "rule": "text",
    "day": "date",
    "first_day": "date",
    "campaign_name": "text",
    "currency": "text",
    "observed": "numeric",
    "limit_value": "numeric",
    "impressions": "bigint",
    "clicks": "bigint",
    "spend": "numeric",
    "conversions": "numeric",
    "ctr": "numeric",
    "cpa": "numeric",
    "marts_version": "bigint",
}
_BREACH_KEY = ("account_id", "campaign_id", "rule", "day")
_BREACH_FIGURES = [name for name in _BREACH_COLUMNS if name not in (*_BREACH_KEY, "marts_version")]
_BREACHES = f"""
incoming as (
    select * from jsonb_to_recordset(cast(:rows as jsonb))
    as one ({", ".join(f"{name} {kind}" for name, kind in _BREACH_COLUMNS.items())})
)
"""

REMOVE_BREACHES = f"""
with {_BREACHES}
delete from analysis.breaches as known
using analysis.reviews as reviews
where
    reviews.account_id = known.account_id and reviews.day = known.day and known.account_id = any(:ids)
    and not exists (
        select from incoming
        where (incoming.account_id, incoming.campaign_id, incoming.rule, incoming.day)
            = (known.account_id, known.campaign_id, known.rule, known.day)
    )
"""

SAVE_BREACHES = f"""
with {_BREACHES}
insert into analysis.breaches as known ({", ".join(_BREACH_COLUMNS)}, found_at)
select {", ".join(_BREACH_COLUMNS)}, :at from incoming
on conflict ({", ".join(_BREACH_KEY)}) do update
set {", ".join(f"{name} = excluded.{name}" for name in (*_BREACH_FIGURES, "marts_version"))}, found_at = :at
where ({", ".join(f"known.{name}" for name in _BREACH_FIGURES)})
    is distinct from ({", ".join(f"excluded.{name}" for name in _BREACH_FIGURES)})
"""

CURRENT_BREACHES = f"""
select {", ".join(f"known.{name}" for name in _BREACH_COLUMNS)}
from analysis.breaches as known
join analysis.reviews as reviews on reviews.account_id = known.account_id and reviews.day = known.day
order by known.account_id, known.campaign_id, known.rule desc
"""

_SUGGESTION_COLUMNS = {
    "suggestion_id": "text",
    "account_id": "text",
    "campaign_id": "text",
    "kind": "text",
    "confidence": "text",
    "rules": "text[]",
    "reason_pt": "text",
    "reason_en": "text",
    "evidence": "jsonb",
    "day": "date",
    "marts_version": "bigint",
    "factor": "double precision",
    "effect_low": "double precision",
    "effect_expected": "double precision",
    "effect_high": "double precision",
    "p_better": "double precision",
    "note_pt": "text",
    "note_en": "text",
    "model_version": "text",
}
_RENEWED = [name for name in _SUGGESTION_COLUMNS if name not in ("suggestion_id", "account_id", "campaign_id", "kind")]
_SUGGESTIONS = f"""
incoming as (
    select * from jsonb_to_recordset(cast(:rows as jsonb))
    as one ({", ".join(f"{name} {kind}" for name, kind in _SUGGESTION_COLUMNS.items())})
)
"""
_SAME = "(incoming.account_id, incoming.campaign_id, incoming.kind) = (known.account_id, known.campaign_id, known.kind)"

# Who was asked answers for its own suggestions only; old ones end whoever made them.
EXPIRE_SUGGESTIONS = f"""
with {_SUGGESTIONS}
update ops.suggestions as known
set status = 'EXPIRED', version = version + 1, updated_at = :now
where
    known.status = 'PENDING'
    and (
        known.expires_at <= :now
        or (
            known.rules <@ cast(:answered as text[])
            and not exists (select from incoming where {_SAME})
        )
    )
"""

# The state of the marts alone is no news: the same figures keep the version in which they first stood. What the
# posterior says of one day is said once: figures that still move within the day would take the version from under the
# hand that decides.
RENEW_SUGGESTIONS = f"""
with {_SUGGESTIONS}
update ops.suggestions as known
set
    version = known.version + 1,
    {", ".join(f"{name} = incoming.{name}" for name in _RENEWED)},
    updated_at = :now
from incoming
where
    {_SAME} and known.status = 'PENDING'
    and (
        (known.rules, known.day) is distinct from (incoming.rules, incoming.day)
        or (
            not known.rules @> array['posterior']
            and (known.confidence, known.reason_pt, known.reason_en, known.evidence - 'marts_version')
            is distinct from (
                incoming.confidence, incoming.reason_pt, incoming.reason_en, incoming.evidence - 'marts_version'
            )
        )
    )
"""

OPEN_SUGGESTIONS = f"""
with {_SUGGESTIONS}
insert into ops.suggestions ({", ".join(_SUGGESTION_COLUMNS)}, created_at, updated_at, expires_at)
select {", ".join(_SUGGESTION_COLUMNS)}, :now, :now, :expires_at
from incoming
where not exists (
    select from ops.suggestions as known
    where
        {_SAME}
        and (known.status = 'PENDING' or (known.status <> 'EXPIRED' and known.updated_at > :decided_since))
)
order by account_id, campaign_id
on conflict (account_id, campaign_id, kind) where status = 'PENDING' do nothing
"""

# Complete days alone are drawn: today's figures would always look like a fall.
DRAWN_DAYS = 14

ANY_UNANNOUNCED = "select exists (select from ops.suggestions where status = 'PENDING' and alert_id is null)"

_LOCAL_DAY = "(cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date"
_WAITING = f"""
from ops.suggestions as waiting
left join marts.accounts as accounts on accounts.account_id = waiting.account_id
left join marts.campaigns as campaigns
    on campaigns.account_id = waiting.account_id and campaigns.campaign_id = waiting.campaign_id
where
    waiting.status = 'PENDING' and waiting.alert_id is null and waiting.expires_at > :now
    and not ops.is_muted(waiting.account_id, waiting.campaign_id, waiting.rules || array['suggestions'], :now)
    and not exists (
        select from ops.alerts as said
        where said.account_id = waiting.account_id and said.rule = 'breaches' and said.window_start = {_LOCAL_DAY}
    )
"""
ANNOUNCED = (
    "suggestion_id",
    "campaign_id",
    "campaign_name",
    "kind",
    "confidence",
    "reason_pt",
    "reason_en",
    "evidence",
    "note_pt",
    "note_en",
    "version",
)
ANNOUNCED_LISTS = ("rules", "daily_spend", "daily_results")
_COURSE = f"""left join lateral (
    select
        coalesce(array_agg(coalesce(spend, 0)::double precision order by day), '{{}}') as daily_spend,
        coalesce(
            array_agg(conversions::double precision order by day) filter (where conversions is not null), '{{}}'
        ) as daily_results
    from marts.campaign_daily as daily
    where
        daily.account_id = waiting.account_id and daily.campaign_id = waiting.campaign_id
        and daily.day >= {_LOCAL_DAY} - {DRAWN_DAYS} and daily.day < {_LOCAL_DAY}
) as course on true
"""
UNANNOUNCED = f"""
select
    waiting.account_id,
    accounts.name as account_name,
    {_LOCAL_DAY} as local_day,
    campaigns.name as campaign_name,
    waiting.suggestion_id,
    waiting.campaign_id,
    waiting.kind,
    waiting.confidence,
    waiting.rules,
    waiting.reason_pt,
    waiting.reason_en,
    waiting.evidence,
    waiting.note_pt,
    waiting.note_en,
    waiting.version,
    course.daily_spend,
    course.daily_results
{_WAITING.replace("where", _COURSE + "where", 1)}
order by waiting.account_id, waiting.campaign_id, waiting.kind
for update of waiting
"""
UNANNOUNCED_ACCOUNTS = f"select count(distinct waiting.account_id) {_WAITING}"

MARK_ANNOUNCED = "update ops.suggestions set alert_id = :alert_id where suggestion_id = any(:ids)"
