"""n8n, or any receiver of webhooks signed as Standard Webhooks specifies: JSON, one id for all attempts.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from fbads_pipeline.adapters.channels.http import post, retry_after
from fbads_pipeline.adapters.channels.json_fields import in_every_language, rendered_facts, sent_message
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, DueDelivery

_WINDOW = 300


class WebhookChannel:
    """The port Channel on a webhook. The address is that of the settings; `recipient` only names it.

    secret: as Standard Webhooks writes it (`whsec_` and base64), or any text, whose bytes are then the key.
    """

    name = "n8n"

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        timeout_seconds: float = 15,
        clock: Callable[[], float] = time.time,
        public_url: str | None = None,
    ) -> None:
        self._url = url
        self._key = signing_key(secret)
        self._timeout = timeout_seconds
        self._clock = clock
        self._public_url = public_url

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        """The receiver recognises a repeat by its `webhook-id`."""
        body = orjson.dumps(webhook_message(delivery, self._public_url), default=str)
        moment = int(self._clock())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery.key,
            "webhook-timestamp": str(moment),
            "webhook-signature": sign(self._key, delivery.key, moment, body),
        }
        answer = post(self._url, body, headers, timeout_seconds=self._timeout)
        return answer if isinstance(answer, DeliveryAttempt) else _attempt(answer, delivery.key)


def signing_key(secret: str) -> bytes:
    """The key's bytes."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def sign(key: bytes, message_id: str, moment: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id, timestamp and raw body with dots between them."""
    signed = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def is_signed(
    secrets: Sequence[str], message_id: str, timestamp: str, signatures: str, body: bytes, *, now: float
) -> bool:
    """Whether a signature is of one of the secrets (two while they are changed), and five minutes old at most."""
    if not message_id or not timestamp.isdigit() or len(timestamp) > 12 or abs(now - int(timestamp)) > _WINDOW:
        return False
    wanted = [sign(signing_key(one), message_id, int(timestamp), body).encode() for one in secrets]
    shown = [one.encode() for one in signatures.split(" ")[:10]]
    return any(hmac.compare_digest(one, other) for one in wanted for other in shown)


def webhook_message(delivery: DueDelivery, public_url: str | None = None) -> dict[str, Any]:
    """The body, as `alert_message.schema.json` beside this file describes it."""
    alert = delivery.alert
    return {
        "type": f"alert.{alert.rule}",
        "timestamp": delivery.announced_at.isoformat(),
        "data": {
            "alert_id": alert.alert_id,
            "dedupe_key": alert.dedupe_key,
            "account_id": alert.account_id,
            "rule": alert.rule,
            "entity": alert.entity,
            "severity": alert.severity,
            "window_start": alert.window_start.isoformat(),
            "is_repeat": delivery.is_repeat,
            "replies_to": alert.replies_to,
            "language": delivery.language,
            "title": delivery.title,
            "body": delivery.body,
            **in_every_language(delivery),
            "message": sent_message(delivery, public_url),
            "facts": rendered_facts(delivery),
        },
    }


def _attempt(answer: Any, key: str) -> DeliveryAttempt:
    status = answer.status_code
    if 200 <= status < 300:
        return DeliveryAttempt("sent", provider_id=key)
    if 300 <= status < 400:
        return DeliveryAttempt("failed", error=f"the webhook redirects (HTTP {status}): set its final address")
    # n8n says 404 for a workflow that is not active, and that may be active again in a minute.
    if status in (404, 408, 425, 429) or status >= 500:
        return DeliveryAttempt(
            "retry", error=f"the webhook answers HTTP {status}", retry_after_seconds=retry_after(answer)
        )
    return DeliveryAttempt("failed", error=f"the webhook refuses the message (HTTP {status})")
