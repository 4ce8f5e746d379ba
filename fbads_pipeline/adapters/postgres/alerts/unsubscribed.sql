-- name: unsubscribe
insert into ops.unsubscribed (address_digest, channel, at)
values (:digest, :channel, :now)
on conflict (address_digest) do nothing;

-- name: resubscribe
delete from ops.unsubscribed
where address_digest = :digest;

-- name: unsubscribed
select address_digest
from ops.unsubscribed;

-- name: drop_waiting
-- What is queued for the address and was not handed over.
delete from ops.deliveries
where channel = :channel and lower(btrim(recipient)) = :address and state in ('pending', 'unknown');
