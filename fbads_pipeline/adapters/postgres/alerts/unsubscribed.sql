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
