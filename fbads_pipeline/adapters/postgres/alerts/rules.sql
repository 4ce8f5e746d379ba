-- name: lock
select pg_advisory_xact_lock(:key);

-- name: are_marts_built
select to_regclass('marts.campaign_daily') is not null;

-- name: cooling_down
-- Objects that an alert of the rule named after that instant.
select
    account_id,
    object_id
from ops.rule_hits
where rule = :rule and matched_at > :since;

-- name: is_muted
select ops.is_muted(:account_id, :campaign_id, array['rules', cast(:rule as text)], :now);

-- name: keep_hit
insert into ops.rule_hits (rule, account_id, object_id, matched_at, value, alert_id)
values (:rule, :account_id, :object_id, :now, :value, :alert_id)
on conflict do nothing;
