-- name: was_asked
select exists(
    select 1
    from raw.recommendation_readings
    where account_id = :account and attempted_at > :asked_since
);

-- name: note_part
insert into raw.recommendation_readings as known (account_id, part, attempted_at, read_at, refused)
values (
    :account,
    :part,
    :read_at,
    case when cast(:refused as text) is null then cast(:read_at as timestamptz) end,
    :refused
)
on conflict (account_id, part) do update set
    attempted_at = excluded.attempted_at,
    read_at = coalesce(excluded.read_at, known.read_at),
    refused = excluded.refused;

-- name: keep_score
insert into raw.opportunity_scores (account_id, read_at, score)
values (:account, :read_at, :score)
on conflict (account_id, read_at) do update set score = excluded.score;

-- name: keep_recommendations
insert into raw.meta_recommendations as known (
    account_id, recommendation_key, kind, object_ids, lift_estimate, body, score_lift, url, made_at,
    first_seen_at, last_seen_at
)
select
    :account,
    shown.key,
    shown.kind,
    array(select jsonb_array_elements_text(shown.object_ids)) as object_ids,
    shown.lift_estimate,
    shown.body,
    shown.score_lift,
    shown.url,
    shown.made_at,
    :read_at as first_seen_at,
    :read_at as last_seen_at
from
    jsonb_to_recordset(cast(:rows as jsonb))
        as shown (
            key text,
            kind text,
            object_ids jsonb,
            lift_estimate text,
            body text,
            score_lift numeric,
            url text,
            made_at timestamptz
        )
on conflict (account_id, recommendation_key) do update set
    kind = excluded.kind,
    object_ids = excluded.object_ids,
    lift_estimate = excluded.lift_estimate,
    body = excluded.body,
    score_lift = excluded.score_lift,
    url = excluded.url,
    made_at = excluded.made_at,
    last_seen_at = excluded.last_seen_at;

-- name: forget_scores
delete from raw.opportunity_scores
where account_id = :account and read_at < :kept_since;

-- name: forget_recommendations
delete from raw.meta_recommendations
where account_id = :account and last_seen_at < :kept_since;
