"""Signatures of incoming webhooks: over the raw body, recent, compared in constant time."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any


def is_from_slack(secret: str, timestamp: str, signature: str, body: bytes, *, now: float) -> bool:
    """Whether Slack signed the request within five minutes of `now`.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    from slack_sdk.signature import Clock, SignatureVerifier  # the SDK takes a while to import

    class GivenClock(Clock):
        def now(self) -> float:
            return now

    try:
        return SignatureVerifier(secret, GivenClock()).is_valid(body, timestamp, signature)
    except (ValueError, TypeError):  # a timestamp that is no number, a body or signature that is no text
        return False


def is_from_meta(app_secret: str, signature: str, body: bytes) -> bool:
    """Meta's X-Hub-Signature-256."""
    signed = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={signed}".encode(), signature.encode())


def signed_request(app_secret: str, text: str) -> dict[str, Any] | None:
    """The content of a signed_request (base64url signature, dot, base64url JSON); None where Meta did not sign it.

    https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
    """
    shown, _, payload = text.partition(".")
    signed = hmac.new(app_secret.encode(), payload.encode(), hashlib.sha256).digest()
    try:
        is_theirs = hmac.compare_digest(signed, _unpadded(shown))
        content = json.loads(_unpadded(payload))
    except (binascii.Error, ValueError):
        return None
    return content if is_theirs and isinstance(content, dict) and content.get("algorithm") == "HMAC-SHA256" else None


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
