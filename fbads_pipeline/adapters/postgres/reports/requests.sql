-- name: add
insert into ops.report_requests (
    request_id,
    user_id,
    kind,
    account_id,
    language,
    formats,
    day,
    asked_at,
    visible_accounts
)
values (
    :request_id,
    :user_id,
    :kind,
    :account_id,
    :language,
    :formats,
    :day,
    :asked_at,
    :visible_accounts
);

-- name: forget
delete from ops.report_requests
where asked_at < cast(:before as timestamptz);

-- name: settle
update ops.report_requests set state = :state, reason = :reason, files = cast(:files as jsonb), ended_at = :now
where request_id = :request_id and state = 'waiting';

-- name: one
select
    request_id,
    user_id,
    kind,
    account_id,
    language,
    formats,
    day,
    asked_at,
    state,
    reason,
    files,
    ended_at,
    visible_accounts
from ops.report_requests
where user_id = :user_id and request_id = :request_id;

-- name: newest
select
    request_id,
    user_id,
    kind,
    account_id,
    language,
    formats,
    day,
    asked_at,
    state,
    reason,
    files,
    ended_at,
    visible_accounts
from ops.report_requests
where user_id = :user_id
order by asked_at desc, request_id asc
limit :last;
