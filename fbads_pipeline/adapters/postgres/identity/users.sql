-- Users, and what proves who asks. A user's accounts are an array, empty where they see all or none.

-- name: any_user
select count(*) > 0 as has_users
from ops.users;

-- name: users
select
    known_user.user_id,
    known_user.email,
    known_user.name,
    known_user.role,
    known_user.language,
    known_user.timezone,
    known_user.password_hash,
    known_user.disabled_at is not null as is_disabled,
    known_user.sees_all_accounts,
    array(
        select account_grant.account_id
        from ops.user_accounts as account_grant
        where account_grant.user_id = known_user.user_id
        order by account_grant.account_id
    ) as accounts
from ops.users as known_user
where
    (cast(:user_id as text) is null or known_user.user_id = :user_id)
    and (cast(:email as text) is null or known_user.email = :email)
order by known_user.email;

-- name: user_of_session
select
    known_user.user_id,
    known_user.email,
    known_user.name,
    known_user.role,
    known_user.language,
    known_user.timezone,
    known_user.disabled_at is not null as is_disabled,
    known_user.sees_all_accounts,
    array(
        select account_grant.account_id
        from ops.user_accounts as account_grant
        where account_grant.user_id = known_user.user_id
        order by account_grant.account_id
    ) as accounts,
    sessions.csrf_token,
    sessions.session_hash
from ops.sessions as sessions
inner join ops.users as known_user on sessions.user_id = known_user.user_id
where
    sessions.session_hash = :hash
    and sessions.revoked_at is null
    and sessions.expires_at > :now
    and known_user.disabled_at is null;

-- name: user_of_key
select
    known_user.user_id,
    known_user.email,
    known_user.name,
    known_user.role,
    known_user.language,
    known_user.timezone,
    known_user.disabled_at is not null as is_disabled,
    known_user.sees_all_accounts,
    array(
        select account_grant.account_id
        from ops.user_accounts as account_grant
        where account_grant.user_id = known_user.user_id
        order by account_grant.account_id
    ) as accounts,
    api_keys.scopes
from ops.api_keys as api_keys
inner join ops.users as known_user on api_keys.user_id = known_user.user_id
where
    api_keys.key_id = :key
    and api_keys.secret_hash = :hash
    and api_keys.revoked_at is null
    and api_keys.expires_at > :now
    and known_user.disabled_at is null;

-- name: add_user
insert into ops.users (user_id, email, name, password_hash, role, language, sees_all_accounts, created_at)
values (:user_id, :email, :name, :password_hash, :role, :language, :sees_all, :now)
on conflict (email) do nothing;

-- name: lock_users
lock table ops.users in share row exclusive mode;

-- name: change_user
update ops.users set
    role = coalesce(:role, role),
    name = coalesce(cast(:name as text), name),
    sees_all_accounts = coalesce(:sees_all, sees_all_accounts),
    disabled_at = case when :disabled is null then disabled_at when :disabled then :now end
where user_id = :user_id;

-- name: set_password
update ops.users set password_hash = :password_hash
where user_id = :user_id;

-- name: change_locale
update ops.users set
    language = coalesce(:language, language),
    timezone = coalesce(:timezone, timezone)
where user_id = :user_id;

-- name: grant_account
insert into ops.account_grants (user_id, account_id, granted_at)
values (:user_id, :account_id, :now);

-- name: revoke_accounts
delete from ops.account_grants
where user_id = :user_id;

-- name: other_admin
select count(*) > 0 as has_other_admin
from ops.users
where role = 'admin' and disabled_at is null and user_id <> :user_id;

-- name: open_session
insert into ops.sessions (session_hash, user_id, csrf_token, created_at, expires_at)
values (:hash, :user_id, :csrf, :now, :ends);

-- name: end_session
update ops.sessions set revoked_at = :now
where session_hash = :hash and revoked_at is null;

-- name: add_link
insert into ops.login_links (link_hash, user_id, expires_at)
values (:hash, :user_id, :ends);

-- name: use_link
update ops.login_links set used_at = :now
where link_hash = :hash and used_at is null and expires_at > :now
returning user_id;

-- name: add_refresh_token
insert into ops.refresh_tokens (token_hash, family, user_id, session_hash, created_at, expires_at)
values (:hash, :family, :user_id, :session, :now, :ends);

-- name: refresh_token
select
    user_id,
    family,
    session_hash,
    expires_at,
    used_at,
    revoked_at
from ops.refresh_tokens
where token_hash = :hash
for update;

-- name: revoke_family
update ops.refresh_tokens set revoked_at = :now
where family = :family and revoked_at is null;

-- name: revoke_of_session
update ops.refresh_tokens set revoked_at = :now
where session_hash = :hash and revoked_at is null;

-- name: is_family_alive
select count(*) > 0 and bool_and(revoked_at is null) as is_alive
from ops.refresh_tokens
where family = :family and user_id = :user_id;

-- name: sessions
select
    left(session_hash, 16) as session_id,
    session_hash,
    created_at,
    expires_at
from ops.sessions
where user_id = :user_id and revoked_at is null and expires_at > :now
order by created_at desc, session_hash asc;

-- name: use_refresh_token
update ops.refresh_tokens set used_at = :now
where token_hash = :hash;

-- name: add_key
insert into ops.api_keys (key_id, secret_hash, user_id, name, scopes, created_at, expires_at)
values (:key, :hash, :user_id, :name, :scopes, :now, :ends);

-- name: keys
select
    key_id,
    name,
    scopes,
    created_at,
    expires_at,
    revoked_at,
    last_used_at
from ops.api_keys
where user_id = :user_id
order by created_at, key_id;

-- name: end_key
update ops.api_keys set revoked_at = :now
where key_id = :key and user_id = :user_id and revoked_at is null;
