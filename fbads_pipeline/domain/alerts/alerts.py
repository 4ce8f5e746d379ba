"""Alerts and their deliveries: what an alert states, who receives it, and the result of each attempt to send it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from fbads_pipeline.domain.alerts.brief import Brief, RenderedBrief
from fbads_pipeline.domain.core.messages import Headline, Message, Value, message
from fbads_pipeline.domain.core.redaction import redact

Severity = Literal["info", "warning", "critical"]
Outcome = Literal["sent", "retry", "failed", "unknown"]

# Rules of alerts that recipients choose apart from the others.
DIGEST, REPORT = "digest", "report"
MOST_SEVERE_FIRST: Mapping[Severity, int] = {"critical": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class AlertText:
    """Title and body as facts, rendered in the reader's language. The title alone says what happened, and to whom.

    brief: what channels send under the title; without one they send the body.
    """

    title: Value
    body: Value
    brief: Brief | None = None


@dataclass(frozen=True)
class RenderedText:
    """Title and body in one language, plain and unescaped; and the few lines that channels send."""

    title: str
    body: str
    brief: RenderedBrief | None = None


@dataclass(frozen=True)
class Alert:
    """One alert. dedupe_key: account, rule, entity, window start, severity; facts: what its figures come from.

    replies_to: the alert whose thread this one belongs in: a recovery replies to the alert that it ends.
    """

    alert_id: str
    dedupe_key: str
    account_id: str | None
    rule: str
    entity: str
    severity: Severity
    window_start: date
    title: Value
    body: Value
    facts: Mapping[str, object]
    replies_to: str | None = None
    brief: Brief | None = None

    def sent_title(self, *, is_repeat: bool) -> Value:
        """The title of a delivery, with a mark where an earlier attempt may have arrived."""
        if is_repeat and isinstance(self.title, Headline):
            return replace(self.title, mark=message("alerts.possibly_repeated_mark"))
        return Message("alerts.possibly_repeated", {"title": self.title}) if is_repeat else self.title


@dataclass(frozen=True)
class DueDelivery:
    """One alert on its way to one recipient. attempts: with this one; is_repeat: an earlier one may have arrived.

    text: in the recipient's language, its title marked where it is a repeat; translations: language code → the alert
    without that mark; announced_at: when the alert was written; thread: the provider's id of the message replied to.
    """

    delivery_id: int
    alert: Alert
    channel: str
    recipient: str
    attempts: int
    is_repeat: bool
    announced_at: datetime
    language: str
    text: RenderedText
    translations: Mapping[str, RenderedText]
    thread: str | None = None

    @property
    def title(self) -> str:
        """The title as the recipient reads it."""
        return self.text.title

    @property
    def body(self) -> str:
        """The body as the recipient reads it."""
        return self.text.body

    @property
    def brief(self) -> RenderedBrief | None:
        """Its lines as the recipient reads them."""
        return self.text.brief

    @property
    def key(self) -> str:
        """The same for every attempt of this delivery, and for no other: receivers recognise a repeat by it."""
        parts = "|".join((self.alert.alert_id, self.channel, self.recipient))
        return hashlib.sha256(parts.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class DeliveryAttempt:
    """The result of one attempt. `unknown`: it may have arrived. error: one sentence without secrets.

    provider_id: the provider's id of the message; retry_after_seconds: the wait that it asked for, with `retry`.
    """

    outcome: Outcome
    provider_id: str | None = None
    error: str | None = None
    retry_after_seconds: float | None = None

    def __post_init__(self) -> None:
        if self.error is not None:
            object.__setattr__(self, "error", redact(self.error))


@dataclass(frozen=True)
class AnnouncedAlert:
    """A stored alert, as a list shows it. deliveries: its channels with their states, such as `slack sent`."""

    announced_at: datetime
    account_id: str | None
    rule: str
    severity: Severity
    title: Value
    deliveries: str


@dataclass(frozen=True)
class FailedDelivery:
    """A delivery that is given up. title: in the recipient's language."""

    account_id: str | None
    title: str
    channel: str
    recipient: str
    error: str | None


def delivery_state(attempt: DeliveryAttempt, *, is_last: bool) -> str:
    """The state after an attempt: sent, failed after the last one, else unknown (may have arrived) or pending."""
    if attempt.outcome == "sent":
        return "sent"
    if is_last:
        return "failed"
    return "unknown" if attempt.outcome == "unknown" else "pending"


def alert_of(
    text: AlertText,
    *,
    account_id: str | None,
    rule: str,
    entity: str,
    severity: Severity,
    window_start: date,
    occasion: str | None = None,
    facts: Mapping[str, object],
    replies_to: str | None = None,
) -> Alert:
    """The alert with its keys. occasion: replaces the window in the dedupe key where a day is not specific enough."""
    key = "|".join((account_id or "", rule, entity, occasion or window_start.isoformat(), severity))
    return Alert(
        alert_id=hashlib.sha256(key.encode()).hexdigest()[:32],
        dedupe_key=key,
        account_id=account_id,
        rule=rule,
        entity=entity,
        severity=severity,
        window_start=window_start,
        title=text.title,
        body=text.body,
        facts=facts,
        replies_to=replies_to,
        brief=text.brief,
    )
