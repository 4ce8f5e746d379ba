"""What is said, to whom, and what became of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from fbads_pipeline.domain.core.formatting import Language

Severity = Literal["info", "warning", "critical"]
Outcome = Literal["sent", "retry", "failed", "unknown"]

LOUDEST_FIRST: Mapping[Severity, int] = {"critical": 0, "warning": 1, "info": 2}
_REPEATED: Mapping[Language, str] = {"pt": "[possível repetição] ", "en": "[possibly repeated] "}


@dataclass(frozen=True)
class Text:
    """One message in one language, plain and unescaped; the title alone says what happened, and to whom."""

    title: str
    body: str


@dataclass(frozen=True)
class Alert:
    """One message. dedupe_key: account, rule, entity, window start, severity; title and body are the Portuguese ones.

    replies_to: the alert whose thread this one belongs in: the recovery of what was told there.
    """

    alert_id: str
    dedupe_key: str
    account_id: str | None
    rule: str
    entity: str
    severity: Severity
    window_start: date
    title: str
    body: str
    title_en: str
    body_en: str
    facts: Mapping[str, object]
    replies_to: str | None = None

    def text(self, language: Language) -> Text:
        """What is said in that language."""
        return Text(self.title_en, self.body_en) if language == "en" else Text(self.title, self.body)


@dataclass(frozen=True)
class DueDelivery:
    """One alert on its way to one recipient. attempts: with this one; is_repeat: an earlier one may have arrived.

    announced_at: when the alert was written; thread: how the far side names the message that this one replies to.
    """

    delivery_id: int
    alert: Alert
    channel: str
    recipient: str
    attempts: int
    is_repeat: bool
    announced_at: datetime
    language: Language = "pt"
    thread: str | None = None

    @property
    def title(self) -> str:
        """The title in the recipient's language, marked where an earlier attempt may have arrived."""
        return (_REPEATED[self.language] if self.is_repeat else "") + self.alert.text(self.language).title

    @property
    def body(self) -> str:
        """The body in the recipient's language."""
        return self.alert.text(self.language).body

    @property
    def key(self) -> str:
        """The same for every attempt of this delivery, and for no other: what far sides dedupe by."""
        parts = "|".join((self.alert.alert_id, self.channel, self.recipient))
        return hashlib.sha256(parts.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class DeliveryAttempt:
    """What became of one attempt. `unknown`: it may have arrived. error: one sentence without secrets.

    provider_id: how the far side names the message; retry_after_seconds: the wait that it asked for, with `retry`.
    """

    outcome: Outcome
    provider_id: str | None = None
    error: str | None = None
    retry_after_seconds: float | None = None


def alert_of(
    texts: Mapping[Language, Text],
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
    """The alert with its keys. occasion: what stands for the window in the dedupe key where a day says too little."""
    key = "|".join((account_id or "", rule, entity, occasion or window_start.isoformat(), severity))
    return Alert(
        alert_id=hashlib.sha256(key.encode()).hexdigest()[:32],
        dedupe_key=key,
        account_id=account_id,
        rule=rule,
        entity=entity,
        severity=severity,
        window_start=window_start,
        title=texts["pt"].title,
        body=texts["pt"].body,
        title_en=texts["en"].title,
        body_en=texts["en"].body,
        facts=facts,
        replies_to=replies_to,
    )
