"""WhatsApp Cloud: template messages, the only ones that may start a conversation.

https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates. The template has two body
parameters: what happened to whom, and at most three lines with the link. Meta's answer means accepted; whether it was
read comes by webhook.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from fbads_pipeline.adapters.channels.http import json_object, post, retry_after
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, DueDelivery
from fbads_pipeline.domain.alerts.outgoing import cut_between_words, outgoing, whole_lines
from fbads_pipeline.domain.core.formatting import plain_line

LONGEST_TITLE, LONGEST_DETAILS = 200, 700
_LONGEST_LINK, _BETWEEN = 300, " · "
# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
_ASK_LATER = frozenset({4, 80007, 130429, 131048, 131056, 131016, 133004})
_MAYBE_SENT = frozenset({131000})
_REASONS = {
    0: "WhatsApp does not accept FBADS_WHATSAPP_TOKEN",
    190: "FBADS_WHATSAPP_TOKEN has expired: make a new one",
    10: "FBADS_WHATSAPP_TOKEN lacks the permission whatsapp_business_messaging",
    100: "WhatsApp does not know FBADS_WHATSAPP_PHONE_NUMBER_ID, or a parameter is wrong",
    131026: "WhatsApp cannot deliver to that number",
    131030: "that number is not on the list of allowed recipients",
    131047: "the template is needed and was not taken: check FBADS_WHATSAPP_TEMPLATE",
    131050: "that person does not want messages any more",
    132000: "the template FBADS_WHATSAPP_TEMPLATE needs exactly two body parameters",
    132001: "WhatsApp does not know the template FBADS_WHATSAPP_TEMPLATE in that language",
    132015: "the template FBADS_WHATSAPP_TEMPLATE is paused",
    132016: "the template FBADS_WHATSAPP_TEMPLATE is disabled",
}


class WhatsAppChannel:
    """The port Channel on WhatsApp Cloud. recipient: a number with its country, `+5511999999999`."""

    name = "whatsapp"

    def __init__(
        self,
        token: str,
        phone_number_id: str,
        template: str,
        *,
        base_url: str,
        timeout_seconds: float = 15,
        public_url: str | None = None,
    ) -> None:
        self._token = token
        self._url = f"{base_url.rstrip('/')}/{phone_number_id}/messages"
        self._template = template
        self._timeout = timeout_seconds
        self._public_url = public_url

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        """The key of the delivery travels along and comes back with every status."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        answer = post(self._url, orjson.dumps(self._message(delivery)), headers, timeout_seconds=self._timeout)
        return answer if isinstance(answer, DeliveryAttempt) else _attempt(answer)

    def _message(self, delivery: DueDelivery) -> dict[str, Any]:
        texts = [{"type": "text", "text": text} for text in template_parameters(delivery, self._public_url)]
        return {
            "messaging_product": "whatsapp",
            "to": delivery.recipient.removeprefix("+"),
            "type": "template",
            "template": {
                "name": self._template,
                "language": {"code": translator().locale(delivery.language)},
                "components": [{"type": "body", "parameters": texts}],
            },
            "biz_opaque_callback_data": delivery.key,
        }


def template_parameters(delivery: DueDelivery, public_url: str | None = None) -> tuple[str, str]:
    """What happened to whom; and the lines, whole, with the link at the end."""
    sent = outgoing(delivery, public_url)
    link = f"{_BETWEEN}{sent.link}" if sent.link is not None and len(sent.link) <= _LONGEST_LINK else ""
    lines = [one for one in (plain_line(line) for line in sent.text_lines) if one]
    details = whole_lines(lines, LONGEST_DETAILS - len(link), separator=_BETWEEN) + link
    return parameter(sent.title, LONGEST_TITLE), parameter(details.removeprefix(_BETWEEN), LONGEST_DETAILS)


def parameter(text: str, most: int) -> str:
    """A template's parameter: no line end, no tab, never four blanks, not empty, and not too long; whole figures."""
    return cut_between_words(re.sub(r" {2,}", " ", plain_line(text)) or "–", most)


def _attempt(answer: Any) -> DeliveryAttempt:
    body = json_object(answer)
    if answer.status_code == 200:
        messages = body.get("messages")
        if isinstance(messages, list) and messages and isinstance(messages[0], Mapping) and messages[0].get("id"):
            return DeliveryAttempt("sent", provider_id=str(messages[0]["id"]))
        return DeliveryAttempt("unknown", error="WhatsApp's answer does not name the message")
    error = body.get("error")
    code = error.get("code") if isinstance(error, Mapping) else None
    if code in _ASK_LATER or answer.status_code == 429:
        return DeliveryAttempt(
            "retry", error=f"WhatsApp asks to slow down ({code})", retry_after_seconds=retry_after(answer)
        )
    if code in _MAYBE_SENT:
        return DeliveryAttempt("unknown", error=f"WhatsApp does not say whether it took the message ({code})")
    if answer.status_code >= 500:
        return DeliveryAttempt("retry", error=f"WhatsApp answers HTTP {answer.status_code}")
    reason = _REASONS.get(code, "WhatsApp refuses the message") if isinstance(code, int) else "WhatsApp refuses it"
    return DeliveryAttempt("failed", error=f"{reason} ({code if isinstance(code, int) else answer.status_code})")
