"""Ending messages by a link in them: it is signed for one address, and ends those to that address alone."""

import hashlib
import hmac

EMAIL = "email"
_PURPOSE = b"unsubscribe.email."


def unsubscribe_signature(key: bytes, address: str) -> str:
    """The signature of an address, however its letters are written; hexadecimal."""
    return hmac.new(key, _PURPOSE + canonical_address(address).encode(), hashlib.sha256).hexdigest()


def is_signed_for(key: bytes, address: str, signature: str) -> bool:
    """Whether that signature is the address's own."""
    return hmac.compare_digest(unsubscribe_signature(key, address).encode(), signature.encode())


def address_digest(channel: str, address: str) -> str:
    """What is kept of an address that nothing is sent to: it recognises the address, and does not tell it."""
    return hashlib.sha256(f"{channel}:{canonical_address(address)}".encode()).hexdigest()


def canonical_address(address: str) -> str:
    """The address by which two spellings of it are one."""
    return address.strip().lower()
