"""The outbox: at least once, with a lease. A claim is committed before anything is sent.

pending → sending (lease) → sent | failed | pending again (retry) | unknown (may have arrived; sent again, marked).
A sender that dies leaves `sending` behind: after its lease the delivery is due again, as a repeat.
"""

import sqlalchemy as sa

from fbads_pipeline.domain.alerts.alerts import Alert, DeliveryAttempt, DueDelivery

_LONGEST_ERROR = 500
_ALERT = list(Alert.__dataclass_fields__)
_DELIVERY = [name for name in DueDelivery.__dataclass_fields__ if name != "alert"]

# next_attempt_at of a delivery under way is the end of its lease: one column, one index, says what is due.
_IS_DUE = "state in ('pending', 'sending', 'unknown') and next_attempt_at <= clock_timestamp()"

_GIVE_UP = f"""
update ops.deliveries
set
    state = 'failed', lease_until = null, settled_at = clock_timestamp(),
    last_error = 'every sender died on it; the last attempt may have arrived'
where channel = :channel and state = 'sending' and attempts >= :max_attempts and {_IS_DUE}
"""

_CLAIM = f"""
with due as (
    select delivery_id
    from ops.deliveries
    where channel = :channel and {_IS_DUE}
    order by next_attempt_at, delivery_id
    limit 1
    for update skip locked
),
thread as (
    select first.provider_id
    from due
    join ops.deliveries as reply on reply.delivery_id = due.delivery_id
    join ops.alerts as answer on answer.alert_id = reply.alert_id
    join ops.deliveries as first
        on first.alert_id = answer.replies_to and (first.channel, first.recipient) = (reply.channel, reply.recipient)
),
lease as (select clock_timestamp() + make_interval(secs => :lease_seconds) as until)
update ops.deliveries as delivery
set
    is_repeat = delivery.is_repeat or delivery.state in ('sending', 'unknown'),
    state = 'sending',
    attempts = delivery.attempts + 1,
    lease_until = lease.until,
    next_attempt_at = lease.until
from due, lease, ops.alerts as alert
where delivery.delivery_id = due.delivery_id and alert.alert_id = delivery.alert_id
returning
    delivery.delivery_id, delivery.channel, delivery.recipient, delivery.attempts, delivery.is_repeat,
    delivery.language, alert.created_at as announced_at, (select provider_id from thread) as thread,
    {", ".join(f"alert.{name}" for name in _ALERT)}
"""

# The number of the attempt is the fence: who settles must be the one that claimed last.
_SETTLE = """
update ops.deliveries
set
    state = :state,
    lease_until = null,
    next_attempt_at = clock_timestamp() + make_interval(secs => :wait_seconds),
    provider_id = coalesce(:provider_id, provider_id),
    last_error = :error,
    sent_at = case when :state = 'sent' then clock_timestamp() end,
    settled_at = case when :state in ('sent', 'failed') then clock_timestamp() end
where delivery_id = :delivery_id and state = 'sending' and attempts = :attempts
"""

_DUE = f"select channel, count(*) from ops.deliveries where {_IS_DUE} group by channel order by channel"

_NEWEST = """
select
    to_char(alert.created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), coalesce(alert.account_id, ''), alert.rule,
    alert.severity,
    (
        select coalesce(string_agg(delivery.channel || ' ' || delivery.state, ', ' order by delivery.delivery_id), '')
        from ops.deliveries as delivery where delivery.alert_id = alert.alert_id
    ),
    alert.title
from ops.alerts as alert
order by alert.created_at desc, alert.alert_id
limit :last
"""

_FAILED = """
select
    coalesce(alert.account_id, '') as account_id, alert.title, delivery.channel, delivery.recipient,
    coalesce(delivery.last_error, '') as error
from ops.deliveries as delivery
join ops.alerts as alert on alert.alert_id = delivery.alert_id
where delivery.state = 'failed' and delivery.settled_at > clock_timestamp() - make_interval(hours => :hours)
order by delivery.delivery_id
"""


class PostgresOutbox:
    """The port Outbox on PostgreSQL; any number of senders may work at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def claim(self, channel: str, *, lease_seconds: float, max_attempts: int) -> DueDelivery | None:
        values = {"channel": channel, "lease_seconds": lease_seconds, "max_attempts": max_attempts}
        with self._engine.begin() as connection:
            connection.execute(sa.text(_GIVE_UP), values)
            row = connection.execute(sa.text(_CLAIM), values).mappings().one_or_none()
            return None if row is None else _due_delivery(row)

    def settle(self, delivery: DueDelivery, attempt: DeliveryAttempt, *, wait_seconds: float | None) -> bool:
        values = {
            "delivery_id": delivery.delivery_id,
            "attempts": delivery.attempts,
            "state": _state(attempt, is_last=wait_seconds is None),
            "wait_seconds": wait_seconds or 0,
            "provider_id": attempt.provider_id,
            "error": attempt.error[:_LONGEST_ERROR].replace("\0", "") if attempt.error else None,
        }
        with self._engine.begin() as connection:
            return connection.execute(sa.text(_SETTLE), values).rowcount == 1

    def due(self) -> dict[str, int]:
        with self._engine.connect() as connection:
            return dict(connection.execute(sa.text(_DUE)).tuples().all())

    def newest(self, last: int) -> list[tuple[str, ...]]:
        """What was said last: at (UTC), account, rule, severity, channels with their states, title."""
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(_NEWEST), {"last": last})]

    def failed(self, *, hours: int) -> list[dict[str, str]]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(_FAILED), {"hours": hours}).mappings()]


def _state(attempt: DeliveryAttempt, *, is_last: bool) -> str:
    if attempt.outcome == "sent":
        return "sent"
    if is_last:
        return "failed"
    return "unknown" if attempt.outcome == "unknown" else "pending"


def _due_delivery(row: sa.RowMapping) -> DueDelivery:
    alert = Alert(**{name: row[name] for name in _ALERT})
    return DueDelivery(alert=alert, **{name: row[name] for name in _DELIVERY})
