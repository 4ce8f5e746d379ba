"""What is said, to whom, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Severity = Literal["info", "warning", "critical"]
Outcome = Literal["sent", "retry", "failed", "unknown"]


@dataclass(frozen=True)
class Recipient:
    """channel: name of a channel; address: Slack channel id, e-mail address … as that channel reads it."""

    channel: str
    address: str


@dataclass(frozen=True)
class Alert:
    """One message. dedupe_key: account, rule, entity, window start, severity; title and body: plain text, unescaped."""

    alert_id: str
    dedupe_key: str
    account_id: str | None
    rule: str
    entity: str
    severity: Severity
    window_start: date
    title: str
    body: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class DueDelivery:
    """One alert on its way to one recipient; is_repeat: an earlier attempt may have arrived."""

    delivery_id: int
    alert: Alert
    channel: str
    recipient: str
    attempts: int
    is_repeat: bool


@dataclass(frozen=True)
class DeliveryAttempt:
    """What became of one attempt; retry_at only with outcome `retry`, provider_id where the far side names the message."""

    outcome: Outcome
    provider_id: str | None = None
    error: str | None = None
    retry_at: datetime | None = None
