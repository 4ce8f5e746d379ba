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

-- name: seal
-- The entry that closes the part of a home from before pseudonyms.
select
    seq,
    details
from ops.audit_log
where action = 'audit.sealed'
order by seq
limit 1;

-- name: entries
-- With what an entry of the sealed part said before its persons became pseudonyms, as long as that is kept.
select
    entry.seq,
    entry.at,
    entry.actor,
    entry.action,
    entry.subject,
    entry.details,
    entry.previous_hash,
    entry.hash,
    original.seq is not null as has_original,
    original.actor as original_actor,
    original.subject as original_subject,
    original.details as original_details
from ops.audit_log as entry
left join ops.audit_originals as original on entry.seq = original.seq
order by entry.seq;

-- name: newest
select
    entry.seq,
    entry.at,
    coalesce(original.actor, entry.actor) as actor,
    entry.action,
    coalesce(original.subject, entry.subject) as subject,
    coalesce(original.details, entry.details) as details
from ops.audit_log as entry
left join ops.audit_originals as original on entry.seq = original.seq
where cast(:before as bigint) is null or entry.seq < cast(:before as bigint)
order by entry.seq desc
limit :last;

-- name: withheld
select count(*) from ops.audit_originals
where actor is null;
