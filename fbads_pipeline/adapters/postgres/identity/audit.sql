-- name: lock
select pg_advisory_xact_lock(:key);

-- name: last
select
    seq,
    hash
from ops.audit_log
order by seq desc
limit 1;

-- name: append
insert into ops.audit_log (seq, at, actor, action, subject, details, previous_hash, hash)
values (:seq, :at, :actor, :action, :subject, cast(:details as jsonb), :previous, :hash);

-- name: entries
select
    seq,
    at,
    actor,
    action,
    subject,
    details,
    previous_hash,
    hash
from ops.audit_log
order by seq;
