-- name: take
select pg_try_advisory_lock(:lock_class, hashtext(:account));

-- name: give_back
select pg_advisory_unlock(:lock_class, hashtext(:account));
