-- Keys of people in the audit log.

-- name: keys
-- Of these persons, or of everybody; the newest of each first.
select
    key_id,
    person,
    key_encrypted,
    key_plain
from ops.audit_keys
where cast(:persons as text[]) is null or person = any(cast(:persons as text[]))
order by key_id desc;

-- name: add
insert into ops.audit_keys (person, key_encrypted, key_plain, made_at)
values (:person, :key_encrypted, :key_plain, :now);

-- name: plain
select
    key_id,
    key_plain
from ops.audit_keys
where key_plain is not null
for update;

-- name: encrypt
update ops.audit_keys set key_encrypted = :key_encrypted, key_plain = null
where key_id = :key_id;

-- name: forget
delete from ops.audit_keys
where person = any(:persons);

-- name: names
-- Person → what readers of the log are shown.
select
    user_id as person,
    coalesce(name, email) as shown
from ops.users
where email not like 'erased-%@erased.invalid';
