"""Fernet keys as a setting lists them."""

import base64

# Of a key, decoded.
_BYTES = 32


def fernet_keys(text: str) -> tuple[bytes, ...]:
    """The keys of a comma list, in its order; raises ValueError for one that is no Fernet key, without showing it."""
    keys = [part.strip() for part in text.split(",")] if text else []
    for number, key in enumerate(keys, 1):
        try:
            is_key = len(base64.b64decode(key.encode("ascii"), altchars=b"-_", validate=True)) == _BYTES
        except ValueError:
            is_key = False
        if not is_key:
            raise ValueError(
                f"key {number} of {len(keys)} is no Fernet key: take one that `fbads tokens new-key` prints"
            )
    return tuple(key.encode() for key in keys)
