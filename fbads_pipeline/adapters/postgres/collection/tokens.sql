-- name: add
insert into ops.tokens (name, token_encrypted, app_id, app_secret_encrypted, added_at)
values (:name, :token, :app_id, :app_secret, :now)
on conflict (name) do update set
    token_encrypted = excluded.token_encrypted,
    app_id = excluded.app_id,
    app_secret_encrypted = excluded.app_secret_encrypted,
    added_at = excluded.added_at,
    rotated_at = null;

-- name: remove
delete from ops.tokens
where name = :name;

-- name: forget_accounts
delete from ops.account_tokens
where token_name = :name;

-- name: forget_checks
delete from ops.token_checks
where name = :name;

-- name: load
select
    name,
    token_encrypted,
    app_id,
    app_secret_encrypted
from ops.tokens
order by added_at, name;

-- name: load_for_update
select
    name,
    token_encrypted,
    app_id,
    app_secret_encrypted
from ops.tokens
order by added_at, name
for update;

-- name: rotate
update ops.tokens set
    token_encrypted = :token,
    app_secret_encrypted = :app_secret,
    rotated_at = :now
where name = :name;

-- name: entries
select
    tokens.name,
    tokens.app_id,
    tokens.app_secret_encrypted is not null as has_app_secret,
    tokens.added_at,
    newest.checked_at,
    newest.is_valid,
    newest.expires_at,
    newest.data_access_expires_at,
    newest.scopes,
    newest.error
from ops.tokens as tokens
left join lateral (
    select
        checks.checked_at,
        checks.is_valid,
        checks.expires_at,
        checks.data_access_expires_at,
        checks.scopes,
        checks.error
    from ops.token_checks as checks
    where checks.name = tokens.name
    order by checks.checked_at desc
    limit 1
) as newest on true
order by tokens.added_at, tokens.name;

-- name: remember
-- Only changes are written: a tick in which every token sees what it saw before writes nothing.
insert into ops.account_tokens as known (account_id, token_name, seen_at)
values (:account_id, :token_name, :seen_at)
on conflict (account_id) do update set
    token_name = excluded.token_name,
    seen_at = excluded.seen_at
where known.token_name <> excluded.token_name;

-- name: accounts_of
select
    known.account_id,
    accounts.name,
    coalesce(accounts.currency, '') as currency,
    coalesce(accounts.timezone_name, 'UTC') as timezone_name,
    accounts.account_status,
    accounts.created_at
from ops.account_tokens as known
left join raw.accounts as accounts on known.account_id = accounts.account_id
where known.token_name = :name
order by known.account_id;

-- name: token_of
select token_name from ops.account_tokens
where account_id = :account_id;

-- name: save_check
insert into ops.token_checks (name, checked_at, is_valid, expires_at, data_access_expires_at, scopes, error)
values (:name, :checked_at, :is_valid, :expires_at, :data_access_expires_at, :scopes, :error)
on conflict (name, checked_at) do nothing;

-- name: last_checks
select distinct on (name)
    name,
    checked_at,
    is_valid,
    expires_at,
    data_access_expires_at,
    scopes,
    error
from ops.token_checks
order by name asc, checked_at desc;
