-- name: grant
insert into ops.client_grants (user_id, client_id, granted_at)
values (:user_id, :client_id, :now)
on conflict (user_id, client_id) do nothing;

-- name: revoke
delete from ops.client_grants
where user_id = :user_id and client_id = :client_id;

-- name: users
select
    client_grants.client_id,
    known_user.email
from ops.client_grants as client_grants
inner join ops.users as known_user on client_grants.user_id = known_user.user_id
where client_grants.client_id = any(:clients)
order by client_grants.client_id, known_user.email;
