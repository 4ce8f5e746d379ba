-- name: suggestion
select
    account_id,
    kind
from ops.suggestions
where
    suggestion_id = :subject_id
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])));

-- name: anomaly
select
    account_id,
    kind
from analysis.anomalies
where
    anomaly_id = :subject_id
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])));

-- name: alert
select
    account_id,
    rule as kind
from ops.alerts
where
    alert_id = :subject_id
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])));

-- name: mark
-- A person's newer mark takes the place of the older one; whether anything changed is the number of rows.
insert into ops.feedback as known (subject, subject_id, user_id, account_id, kind, is_useful, via, marked_at)
values (:subject, :subject_id, :user_id, :account_id, :kind, :is_useful, :via, :now)
on conflict (subject, subject_id, user_id) do update
    set is_useful = excluded.is_useful, via = excluded.via, marked_at = excluded.marked_at
    where known.is_useful <> excluded.is_useful;

-- name: own_marks
select
    subject_id,
    is_useful
from ops.feedback
where subject = :subject and user_id = :user_id and subject_id = any(cast(:ids as text[]));

-- name: precision
select
    subject,
    account_id,
    kind,
    marks,
    useful
from analysis.perceived_precision
where
    (cast(:account_id as text) is null or account_id = :account_id)
    and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
order by subject, account_id, kind;
