"""Signatures of webhooks that come in: over the raw body, fresh, compared without telling how much was right."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

WINDOW_SECONDS = 300


def is_from_slack(secret: str, timestamp: str, signature: str, body: bytes, *, now: float) -> bool:
    """Slack's v0 scheme (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    if not timestamp.isdigit() or abs(now - int(timestamp)) > WINDOW_SECONDS:
        return False
    signed = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={signed}".encode(), signature.encode())


def is_from_meta(app_secret: str, signature: str, body: bytes) -> bool:
    """Meta's X-Hub-Signature-256."""
    signed = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={signed}".encode(), signature.encode())


def signed_request(app_secret: str, text: str) -> dict[str, Any] | None:
    """What Meta says in a signed_request (base64url signature, dot, base64url JSON); None for one that is not Meta's.

    https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
    """
    shown, _, payload = text.partition(".")
    signed = hmac.new(app_secret.encode(), payload.encode(), hashlib.sha256).digest()
    try:
        is_theirs = hmac.compare_digest(signed, _unpadded(shown))
        said = json.loads(_unpadded(payload))
    except (binascii.Error, ValueError):
        return None
    return said if is_theirs and isinstance(said, dict) and said.get("algorithm") == "HMAC-SHA256" else None


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
