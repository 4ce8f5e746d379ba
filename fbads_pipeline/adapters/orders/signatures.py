"""Whether a payload was sent by the shop that shares the source's secret."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

import orjson

from fbads_pipeline.adapters.channels.n8n import is_signed
from fbads_pipeline.domain.orders.mapping import SignatureRule


def is_from_shop(
    rule: SignatureRule,
    secrets: Sequence[str],
    headers: Mapping[str, str],
    query: Mapping[str, str],
    body: bytes,
    *,
    now: float,
) -> bool:
    """Whether it is signed as the rule says with one of the secrets (two while they are changed); never without any.

    Standard Webhooks are five minutes old at most. Other shops sign no time: what they send again is one with what is
    kept, since orders only move on.
    """
    if rule.kind == "standard":
        message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        return is_signed(secrets, message_id, stamp, headers.get("webhook-signature", ""), body, now=now)
    shown = (query if rule.in_query else headers).get(rule.name, "").encode()
    if rule.kind == "token":
        return any(hmac.compare_digest(shown, one.encode()) for one in secrets)
    wanted = [_signature(rule, one, signed) for one in secrets for signed in _signed(rule, body)]
    return any(hmac.compare_digest(shown, one) for one in wanted)


def _signature(rule: SignatureRule, secret: str, signed: bytes) -> bytes:
    digest = hmac.new(secret.encode(), signed, getattr(hashlib, rule.algorithm)).digest()
    return digest.hex().encode() if rule.encoding == "hex" else base64.b64encode(digest)


def _signed(rule: SignatureRule, body: bytes) -> list[bytes]:
    """The body as it came, and, where a field of it is signed, that field written without blanks."""
    if not rule.over:
        return [body]
    try:
        payload = orjson.loads(body)
    except ValueError:
        return [body]
    inner = payload.get(rule.over, payload) if isinstance(payload, dict) else payload
    return [body, orjson.dumps(inner)]
