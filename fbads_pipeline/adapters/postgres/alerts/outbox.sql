-- A delivery is due when its next_attempt_at has passed. While one is being sent that is the end of its lease, so that
-- one column and one index say what is due.

-- name: give_up
-- Senders died during every attempt that is allowed.
update ops.deliveries
set
    state = 'failed',
    lease_until = null,
    settled_at = clock_timestamp(),
    last_error = :error
where
    channel = :channel
    and state = 'sending'
    and attempts >= :max_attempts
    and next_attempt_at <= clock_timestamp();

-- name: claim
with due as (
    select delivery_id
    from ops.deliveries
    where
        channel = :channel
        and state in ('pending', 'sending', 'unknown')
        and next_attempt_at <= clock_timestamp()
    order by next_attempt_at, delivery_id
    limit 1
    for update skip locked
),

thread as (
    select original.provider_id
    from due
    inner join ops.deliveries as reply on due.delivery_id = reply.delivery_id
    inner join ops.alerts as answer on reply.alert_id = answer.alert_id
    inner join ops.deliveries as original
        on
            answer.replies_to = original.alert_id
            and reply.channel = original.channel
            and reply.recipient = original.recipient
),

lease as (select clock_timestamp() + make_interval(secs => :lease_seconds) as ends_at)

update ops.deliveries as delivery
set
    is_repeat = delivery.is_repeat or delivery.state in ('sending', 'unknown'),
    state = 'sending',
    attempts = delivery.attempts + 1,
    lease_until = lease.ends_at,
    next_attempt_at = lease.ends_at
from due, lease, ops.alerts as alert
where delivery.delivery_id = due.delivery_id and alert.alert_id = delivery.alert_id
returning
    delivery.delivery_id,
    delivery.channel,
    delivery.recipient,
    delivery.attempts,
    delivery.is_repeat,
    delivery.language,
    alert.created_at as announced_at,
    (select thread.provider_id from thread) as thread,
    alert.alert_id,
    alert.dedupe_key,
    alert.account_id,
    alert.rule,
    alert.entity,
    alert.severity,
    alert.window_start,
    alert.title,
    alert.body,
    alert.facts,
    alert.replies_to,
    alert.brief;

-- name: settle
-- The number of the attempt is the fence: only the sender that claimed last may settle. The text is kept where the
-- message was sent, or may have been.
update ops.deliveries
set
    state = :state,
    lease_until = null,
    next_attempt_at = clock_timestamp() + make_interval(secs => :wait_seconds),
    provider_id = coalesce(:provider_id, provider_id),
    last_error = :error,
    title = coalesce(:title, title),
    body = coalesce(:body, body),
    sent_at = case when :state = 'sent' then clock_timestamp() end,
    settled_at = case when :state in ('sent', 'failed') then clock_timestamp() end
where delivery_id = :delivery_id and state = 'sending' and attempts = :attempts;

-- name: due
select
    channel,
    count(*) as deliveries
from ops.deliveries
where state in ('pending', 'sending', 'unknown') and next_attempt_at <= clock_timestamp()
group by channel
order by channel;

-- name: newest
select
    alert.created_at as announced_at,
    alert.account_id,
    alert.rule,
    alert.severity,
    alert.title,
    (
        select
            coalesce(
                string_agg(delivery.channel || ' ' || delivery.state, ', ' order by delivery.delivery_id asc), ''
            )
        from ops.deliveries as delivery
        where delivery.alert_id = alert.alert_id
    ) as deliveries
from ops.alerts as alert
order by alert.created_at desc, alert.alert_id asc
limit :last;

-- name: failed
select
    alert.account_id,
    alert.title,
    delivery.channel,
    delivery.recipient,
    delivery.language,
    delivery.last_error as error
from ops.deliveries as delivery
inner join ops.alerts as alert on delivery.alert_id = alert.alert_id
where delivery.state = 'failed' and delivery.settled_at > clock_timestamp() - make_interval(hours => :hours)
order by delivery.delivery_id;

-- name: write_alert
insert into ops.alerts (
    alert_id, dedupe_key, account_id, rule, entity, severity, window_start, title, body, facts, replies_to, brief,
    created_at
)
values (
    :alert_id, :dedupe_key, :account_id, :rule, :entity, :severity, :window_start, cast(:title as jsonb),
    cast(:body as jsonb), cast(:facts as jsonb), :replies_to, cast(:brief as jsonb), :now
)
on conflict (dedupe_key) do nothing;

-- name: concerned
-- Whom an alert about that account names: its client, else the account.
select coalesce(clients.name, accounts.name) as name
from raw.accounts as accounts
left join ops.client_accounts as owners on accounts.account_id = owners.account_id
left join ops.clients as clients on owners.client_id = clients.client_id
where accounts.account_id = :account_id;

-- name: write_delivery
-- Waits are measured by the database's own clock, as everything in the outbox.
insert into ops.deliveries (alert_id, channel, recipient, language, next_attempt_at)
values (:alert_id, :channel, :recipient, :language, clock_timestamp() + make_interval(secs => :wait_seconds));

-- name: newest_whole
-- The newest alert of the accounts (null: all, and what concerns none) with all of its text; alert_id: that one.
select
    alert_id,
    dedupe_key,
    account_id,
    rule,
    entity,
    severity,
    window_start,
    title,
    body,
    facts,
    replies_to,
    brief
from ops.alerts
where
    (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
    and (cast(:alert_id as text) is null or alert_id = :alert_id)
order by created_at desc, alert_id asc
limit 1;

-- name: newest_alerts
-- Of the accounts (null: all, and what concerns none), the newest first, with how far each channel has come.
select
    alerts.alert_id,
    alerts.account_id,
    accounts.name as account_name,
    alerts.rule,
    alerts.severity,
    alerts.title,
    alerts.created_at at time zone coalesce(accounts.timezone_name, 'UTC') as created_at,
    coalesce(found.deliveries, '{}') as deliveries,
    count(*) over () as total
from ops.alerts as alerts
left join raw.accounts as accounts on alerts.account_id = accounts.account_id
left join
    lateral (
        select array_agg(counted.state_text order by counted.state_text) as deliveries
        from (
            select sent.channel || ':' || sent.state || ':' || count(*) as state_text
            from ops.deliveries as sent
            where sent.alert_id = alerts.alert_id
            group by sent.channel, sent.state
        ) as counted
    ) as found
    on true
where cast(:accounts as text[]) is null or alerts.account_id = any(cast(:accounts as text[]))
order by alerts.created_at desc, alerts.alert_id asc
limit cast(:most as int) offset cast(:skipped as int);

-- name: open_mutes
select
    mutes.mute_id,
    mutes.account_id,
    accounts.name as account_name,
    mutes.campaign_id,
    mutes.rule,
    mutes.until at time zone coalesce(accounts.timezone_name, 'UTC') as until_local,
    mutes.reason
from ops.mutes as mutes
left join raw.accounts as accounts on mutes.account_id = accounts.account_id
where
    mutes.lifted_at is null
    and mutes.until > :now
    and (cast(:accounts as text[]) is null or mutes.account_id = any(cast(:accounts as text[])))
order by mutes.until asc, mutes.account_id asc;
