"""Signatures of webhooks that come in: over the raw body, fresh, compared without telling how much was right."""

import hashlib
import hmac

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
