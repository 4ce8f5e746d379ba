-- name: newest
select coalesce(max(version), 0) as newest
from ops.chat_synonyms;

-- name: current
select distinct on (phrase)
    version,
    phrase,
    kind,
    meaning,
    account_id,
    set_by,
    set_at
from ops.chat_synonyms
order by phrase asc, version desc;

-- name: versions
select
    version,
    phrase,
    kind,
    meaning,
    account_id,
    set_by,
    set_at
from ops.chat_synonyms
order by version desc
limit :most;

-- name: one_before
-- What the phrase of a version stood for before it.
select
    earlier.kind,
    earlier.meaning,
    earlier.account_id
from ops.chat_synonyms as chosen
inner join ops.chat_synonyms as earlier on chosen.phrase = earlier.phrase and chosen.version > earlier.version
where chosen.version = :version
order by earlier.version desc
limit 1;

-- name: version
select
    version,
    phrase,
    kind,
    meaning,
    account_id,
    set_by,
    set_at
from ops.chat_synonyms
where version = :version;

-- name: set
insert into ops.chat_synonyms (phrase, kind, meaning, account_id, set_by, set_at)
values (:phrase, :kind, :meaning, :account_id, :actor, :now)
returning version;

-- name: keep_miss
-- Without whoever asked; nothing of a user who refuses that questions are kept.
insert into ops.chat_misses (at, reason, kind, language, question)
select
    cast(:now as timestamptz) as at,
    cast(:reason as text) as reason,
    cast(:kind as text) as kind,
    cast(:language as text) as language_code,
    cast(:question as bytea) as question
where
    coalesce((
        select state
        from ops.consents
        where user_id = :user_id and document = 'chat_history'
        order by consent_id desc
        limit 1
    ), 'allowed') = 'allowed';

-- name: misses
select
    at,
    reason,
    kind,
    language,
    question
from ops.chat_misses
order by at desc
limit :most;

-- name: verified
select distinct on (asked)
    version,
    asked,
    plan,
    account_ids,
    language,
    as_of,
    set_by,
    set_at
from ops.chat_verified_questions
order by asked asc, version desc;

-- name: set_verified
insert into ops.chat_verified_questions (asked, plan, account_ids, language, as_of, set_by, set_at)
values (:asked, cast(:plan as jsonb), cast(:account_ids as text[]), :language, :as_of, :actor, :now)
returning version;
