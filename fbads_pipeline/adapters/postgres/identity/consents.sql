-- What people were informed of and what they refused, one row per statement.

-- name: state
insert into ops.consents (user_id, document, version, state, at, via)
values (:user_id, :document, :version, :state, :now, :via);

-- name: acknowledge_at_login
-- Once for each version.
insert into ops.consents (user_id, document, version, state, at, via)
select
    cast(:user_id as text) as user_id,
    cast(:document as text) as document,
    cast(:version as text) as version,
    'acknowledged' as state,
    cast(:now as timestamptz) as at,
    'login' as via
where
    not exists (
        select from ops.consents
        where user_id = :user_id and document = :document and version = :version and state = 'acknowledged'
    );

-- name: newest
-- The newest statement about each document.
select distinct on (document)
    document,
    version,
    state,
    at,
    via
from ops.consents
where user_id = :user_id
order by document asc, consent_id desc;

-- name: forget_questions
update ops.conversations set question = null
where user_id = :user_id and question is not null;
