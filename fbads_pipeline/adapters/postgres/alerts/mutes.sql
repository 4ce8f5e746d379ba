-- name: mute
insert into ops.mutes (account_id, campaign_id, rule, until, reason, made_by, made_at)
values (:account_id, :campaign_id, :rule, :until, :reason, :made_by, :now)
returning mute_id;

-- name: lift
update ops.mutes
set lifted_at = :now
where mute_id = :mute_id and lifted_at is null and until > :now;

-- name: active
select
    mute_id,
    account_id,
    until,
    campaign_id,
    rule,
    reason
from ops.mutes
where lifted_at is null and until > :now
order by mute_id;
