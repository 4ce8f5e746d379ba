"""One-time codes of an authenticator app (https://www.rfc-editor.org/rfc/rfc6238): SHA-1, 30 seconds, 6 digits."""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote

STEP_SECONDS, DIGITS = 30, 6
# Clocks of telephones: the step before and the one after count too.
_TOLERANCE = 1
RECOVERY_CODES = 10


def code_at(secret: str, step: int) -> str:
    """The code of that step. secret: base32, as apps take it.

    >>> code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59 // 30)
    '287082'
    """
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code it is, near now; None for another code."""
    current = int(now.timestamp()) // STEP_SECONDS
    for step in range(current - _TOLERANCE, current + _TOLERANCE + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), plain_code(code).encode()):
            return step
    return None


def plain_code(code: str) -> str:
    """As people type it: without blanks and hyphens."""
    return "".join(code.split()).replace("-", "").lower()


def is_secret(text: str) -> bool:
    """Whether it is a secret of ours: 160 bits in base32."""
    try:
        return len(base64.b32decode(text)) == 20
    except ValueError:
        return False


def setup_address(secret: str, email: str) -> str:
    """What an authenticator app opens (https://github.com/google/google-authenticator/wiki/Key-Uri-Format)."""
    return f"otpauth://totp/{quote(f'fbads:{email}')}?secret={secret}&issuer=fbads"


def base32_secret(random: bytes) -> str:
    """160 random bits as apps take them."""
    return base64.b32encode(random).decode()
