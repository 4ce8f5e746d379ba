-- The chat's memory: one row per exchange of a user's session.

-- name: last_plans
-- The plans of the latest exchanges, the newest first; null for an exchange without one.
select plan
from ops.conversations
where user_id = :user_id and session_id = :session_id and at > :oldest
order by turn desc
limit :remembered;

-- name: lock_session
select pg_advisory_xact_lock(hashtextextended(:user_id || chr(31) || :session_id, 17));

-- name: keep
-- Without the question where its user refuses that questions are kept.
insert into ops.conversations (user_id, session_id, turn, plan, outcome, queries, question, at)
select
    cast(:user_id as text) as user_id,
    cast(:session_id as text) as session_id,
    coalesce(max(turn), 0) + 1 as turn,
    cast(:plan as jsonb) as plan,
    cast(:outcome as text) as outcome,
    cast(:queries as jsonb) as queries,
    case
        when
            coalesce((
                select state
                from ops.consents
                where user_id = :user_id and document = 'chat_history'
                order by consent_id desc
                limit 1
            ), 'allowed') = 'allowed' then cast(:question as bytea)
    end as question,
    cast(:at as timestamptz) as at
from ops.conversations
where user_id = :user_id and session_id = :session_id;

-- name: forget_older
delete from ops.conversations
where at < :oldest;

-- name: query
select query
from ops.conversations, jsonb_array_elements(queries) as query
where user_id = :user_id and queries @> cast(:wanted as jsonb) and query ->> 'query_id' = :query_id
order by at desc
limit 1;

-- name: sessions
-- The user's conversations, the newest first, each with its first question that was kept.
select
    session_id,
    max(at) as newest_at,
    count(*) as exchanges,
    (array_agg(question order by turn) filter (where question is not null))[1] as question
from ops.conversations
where user_id = :user_id and at > :oldest
group by session_id
order by newest_at desc
limit :most;

-- name: exchanges
-- The latest of a conversation, the oldest first.
select
    latest.plan,
    latest.question,
    latest.at,
    latest.outcome
from (
    select
        turn,
        plan,
        question,
        at,
        outcome
    from ops.conversations
    where user_id = :user_id and session_id = :session_id and at > :oldest
    order by turn desc
    limit :most
) as latest
order by latest.turn;

-- name: forget_user
delete from ops.conversations
where user_id = :user_id;
