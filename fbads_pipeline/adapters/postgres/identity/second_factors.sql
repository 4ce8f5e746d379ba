-- Second factors of users: an encrypted secret, the last step that was used, and codes for a lost telephone.

-- name: secret
select totp_secret
from ops.users
where user_id = :user_id;

-- name: set_secret
update ops.users set
    totp_secret = :secret,
    totp_step = :step
where user_id = :user_id;

-- name: use_step
update ops.users set totp_step = :step
where user_id = :user_id and totp_step < :step;

-- name: add_code
insert into ops.recovery_codes (code_hash, user_id, created_at)
values (:hash, :user_id, :now);

-- name: use_code
update ops.recovery_codes set used_at = :now
where code_hash = :hash and user_id = :user_id and used_at is null;

-- name: forget_codes
delete from ops.recovery_codes
where user_id = :user_id;
